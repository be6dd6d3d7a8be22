//! The device and its trial.

use autograft::Code;
use autograft::device::{DeviceKind, cpu, kind, open};
use autograft::train::trial::{Shape, pick, run};
use autograft::watch::{Quiet, block_on};

const SHAPE: Shape = Shape { inputs: 6, hidden: 16, batch: 64, steps: 300, length: 0 };

#[test]
fn the_trial_learns_what_no_linear_model_can() {
    let trial = block_on(run(&SHAPE, 7, &cpu(), &Quiet)).unwrap();
    assert_eq!(trial.device, DeviceKind::Cpu);
    let mean = |losses: &[f64]| losses.iter().sum::<f64>() / losses.len() as f64;
    let (early, late) = (mean(&trial.losses[..20]), mean(&trial.losses[280..]));
    assert!(late < 0.5 * early, "{early} to {late}");
}

#[test]
fn the_same_seed_gives_the_same_losses() {
    let shape = Shape { steps: 10, ..SHAPE };
    let losses = |seed| block_on(run(&shape, seed, &cpu(), &Quiet)).unwrap().losses;
    assert_eq!(losses(3), losses(3));
    assert_ne!(losses(3), losses(4));
}

#[test]
fn each_field_out_of_its_range_is_refused_by_name() {
    for (field, shape) in [
        ("inputs", Shape { inputs: 1, ..SHAPE }),
        ("hidden", Shape { hidden: 0, ..SHAPE }),
        ("batch", Shape { batch: 0, ..SHAPE }),
        ("steps", Shape { steps: 1, ..SHAPE }),
    ] {
        let error = block_on(run(&shape, 0, &cpu(), &Quiet)).unwrap_err();
        assert_eq!(error.code(), Code::OutOfRange);
        assert_eq!(error.facts()[0], ("field".to_owned(), field.to_owned()));
    }
}

#[test]
fn without_webgpu_the_processor_is_picked_and_the_refusal_has_its_code() {
    assert_eq!(block_on(open(DeviceKind::Gpu)).unwrap_err().code(), Code::GpuLost);
    let found = block_on(pick(30, 16, 32, &Quiet)).unwrap();
    assert_eq!((found.choice, found.reason.0.as_str(), found.gpu_ms), (DeviceKind::Cpu, "device.reason.no_gpu", None));
}

#[test]
fn the_processor_knows_itself_with_and_without_gradients() {
    assert_eq!(kind(&cpu()), DeviceKind::Cpu);
    assert_eq!(kind(&cpu().autodiff()), DeviceKind::Cpu);
}
