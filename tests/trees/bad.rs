//! Rows that nobody would wish for: an error by code, or a result that can be told beforehand.

use autograft::Code;
use autograft::trees::{Booster, Loss, Matrix, Params, Rows, Search, train};

const SEARCHES: [Search; 2] = [Search::Exact, Search::Hist];

fn params(search: Search) -> Params {
    Params { search, ..Params::default() }
}

#[track_caller]
fn refused(params: &Params, loss: Loss, rows: Rows<'_>, code: Code) {
    let error = Booster::new(params, loss, rows, None, 1).map(|_| ()).unwrap_err();
    assert_eq!(error.code(), code, "{error}");
    assert!(!error.to_string().contains('{'), "{error}");
}

#[test]
fn labels_that_a_loss_cannot_take_are_refused() {
    let x = [1.0, 2.0, 3.0, 4.0];
    let x = Matrix::new(&x, 4, 1).unwrap();
    let classes = Loss::Softmax { classes: 3 };
    for search in SEARCHES {
        let p = params(search);
        for bad in [f64::NAN, f64::INFINITY, -1.0] {
            refused(&p, Loss::Logistic, Rows::new(x, &[0.0, 1.0, bad, 1.0]), Code::WrongType);
            refused(&p, classes, Rows::new(x, &[0.0, 1.0, bad, 1.0]), Code::WrongType);
        }
        refused(&p, classes, Rows::new(x, &[0.0, 1.0, 3.0, 1.0]), Code::WrongType);
        refused(&p, classes, Rows::new(x, &[0.0, 1.0, 0.5, 1.0]), Code::WrongType);
        refused(&p, Loss::Squared, Rows::new(x, &[0.0, f64::NAN, 3.0, 1.0]), Code::WrongType);
        refused(&p, Loss::Logistic, Rows::new(x, &[1.0; 4]), Code::OneClass);
        refused(&p, Loss::Squared, Rows::new(x, &[1.0; 3]), Code::Internal);
        refused(&p, Loss::Softmax { classes: 1 }, Rows::new(x, &[0.0; 4]), Code::OutOfRange);
    }
}

#[test]
fn one_class_is_learned_where_a_start_is_given() {
    let x = Matrix::new(&[1.0, 2.0, 3.0, 4.0], 4, 1).unwrap();
    for search in SEARCHES {
        let p = Params { base_score: Some(0.5), ..params(search) };
        let forest = train(&p, Loss::Logistic, Rows::new(x, &[1.0; 4]), 30, 1).unwrap();
        assert!(forest.predict(&x).unwrap().iter().all(|p| *p > 0.9));
        let absent = train(&params(search), Loss::Softmax { classes: 3 }, Rows::new(x, &[0.0, 2.0, 0.0, 2.0]), 3, 1);
        let p = absent.unwrap().predict(&x).unwrap();
        assert!(p.iter().all(|p| p.is_finite()) && p[1] < 1e-5, "a class that nobody has");
    }
}

#[test]
fn weights_and_margins_are_checked() {
    let (x, y) = ([1.0, 2.0, 3.0, 4.0], [0.0, 1.0, 0.0, 1.0]);
    let x = Matrix::new(&x, 4, 1).unwrap();
    let p = params(Search::Hist);
    let weighted = |weight: &'static [f64]| Rows { weight: Some(weight), ..Rows::new(x, &y) };
    refused(&p, Loss::Logistic, weighted(&[1.0, -1.0, 1.0, 1.0]), Code::OutOfRange);
    refused(&p, Loss::Logistic, weighted(&[1.0, f64::NAN, 1.0, 1.0]), Code::OutOfRange);
    refused(&p, Loss::Logistic, weighted(&[1.0, f64::INFINITY, 1.0, 1.0]), Code::OutOfRange);
    refused(&p, Loss::Logistic, weighted(&[0.0; 4]), Code::TooFewRows);
    refused(&p, Loss::Logistic, weighted(&[1.0; 3]), Code::Internal);
    // The two rows of class 0 weigh nothing: one class is left.
    refused(&p, Loss::Logistic, weighted(&[0.0, 1.0, 0.0, 1.0]), Code::OneClass);
    let margin = |margin: &'static [f64]| Rows { margin: Some(margin), ..Rows::new(x, &y) };
    refused(&p, Loss::Logistic, margin(&[0.0, f64::NAN, 0.0, 0.0]), Code::NotFinite);
    refused(&p, Loss::Logistic, margin(&[0.0; 5]), Code::Internal);
    refused(&p, Loss::Logistic, Rows::new(Matrix::new(&[], 0, 1).unwrap(), &[]), Code::TooFewRows);
    assert_eq!(Matrix::new(&[1.0], 2, 3).unwrap_err().code(), Code::Internal);
}

#[test]
fn settings_out_of_range_are_refused_by_name() {
    let x = Matrix::new(&[1.0, 2.0], 2, 1).unwrap();
    for (name, p) in [
        ("eta", Params { eta: 0.0, ..Params::default() }),
        ("eta", Params { eta: f64::NAN, ..Params::default() }),
        ("gamma", Params { gamma: -1.0, ..Params::default() }),
        ("max_depth", Params { max_depth: 21, ..Params::default() }),
        ("min_child_weight", Params { min_child_weight: f64::NAN, ..Params::default() }),
        ("max_delta_step", Params { max_delta_step: -0.1, ..Params::default() }),
        ("subsample", Params { subsample: 1.1, ..Params::default() }),
        ("colsample_bytree", Params { colsample_bytree: 0.0, ..Params::default() }),
        ("colsample_bylevel", Params { colsample_bylevel: 2.0, ..Params::default() }),
        ("lambda", Params { lambda: -1.0, ..Params::default() }),
        ("alpha", Params { alpha: f64::INFINITY, ..Params::default() }),
        ("scale_pos_weight", Params { scale_pos_weight: 0.0, ..Params::default() }),
        ("max_bin", Params { max_bin: 257, ..Params::default() }),
        ("base_score", Params { base_score: Some(1.5), ..Params::default() }),
    ] {
        let error = Booster::new(&p, Loss::Logistic, Rows::new(x, &[0.0, 1.0]), None, 1).map(|_| ()).unwrap_err();
        assert_eq!(error.code(), Code::OutOfRange);
        assert_eq!(error.facts()[0], ("field".to_owned(), name.to_owned()));
    }
}

#[test]
fn features_that_say_nothing_leave_the_mean() {
    let columns: [&[f32]; 3] = [&[f32::NAN; 6], &[7.0; 6], &[f32::INFINITY; 6]];
    let y = [1.0, 2.0, 3.0, 4.0, 5.0, 9.0];
    for search in SEARCHES {
        for column in columns {
            let x = Matrix::new(column, 6, 1).unwrap();
            let forest = train(&params(search), Loss::Squared, Rows::new(x, &y), 5, 1).unwrap();
            assert_eq!(forest.parts().feature.len(), 5, "a leaf a tree");
            assert!(forest.predict(&x).unwrap().iter().all(|p| (p - 4.0).abs() < 1e-6));
        }
        // No feature at all.
        let x = Matrix::new(&[], 6, 0).unwrap();
        let forest = train(&params(search), Loss::Squared, Rows::new(x, &y), 2, 1).unwrap();
        assert_eq!(forest.predict(&x).unwrap(), [4.0; 6]);
        assert_eq!(forest.shap_path(&x).unwrap().bias, [4.0]);
    }
}

#[test]
fn one_row_is_its_own_mean() {
    let x = Matrix::new(&[3.0, f32::NAN], 1, 2).unwrap();
    for search in SEARCHES {
        let p = Params { subsample: 0.1, ..params(search) };
        let forest = train(&p, Loss::Squared, Rows::new(x, &[5.0]), 3, 1).unwrap();
        assert_eq!(forest.predict(&x).unwrap(), [5.0]);
        assert_eq!(forest.shap_against(&x, &x).unwrap().values, [0.0; 2]);
    }
}

#[test]
fn a_draw_of_rows_without_weight_adds_nothing() {
    let (x, y): (Vec<f32>, Vec<f64>) = (0..20).map(|i| (i as f32, f64::from(i))).unzip();
    let weight: Vec<f64> = (0..20).map(|i| f64::from(u8::from(i == 7))).collect();
    let rows = Rows { weight: Some(&weight), ..Rows::new(Matrix::new(&x, 20, 1).unwrap(), &y) };
    for search in SEARCHES {
        let p = Params {
            subsample: 0.1,
            lambda: 0.0,
            min_child_weight: 0.0,
            base_score: Some(0.0),
            eta: 1.0,
            ..params(search)
        };
        let parts = train(&p, Loss::Squared, rows, 30, 1).unwrap().into_parts();
        // The one row that counts is drawn at times, and is all that a leaf can know.
        assert!(parts.value.iter().all(|v| *v == 0.0 || *v == 7.0) && parts.value.contains(&0.0), "{:?}", parts.value);
        assert_eq!(parts.value.iter().filter(|v| **v == 7.0).count(), 1);
    }
}

#[test]
fn infinite_and_huge_values_are_split_like_any_others() {
    let column = [f32::NEG_INFINITY, -1.0, 0.0, 1.0, f32::INFINITY, f32::MAX];
    let y = [4.0, 1.0, 1.0, 2.0, 9.0, 9.0];
    for search in SEARCHES {
        for missing in [false, true] {
            let mut column = column;
            if missing {
                column[2] = f32::NAN;
            }
            let x = Matrix::new(&column, 6, 1).unwrap();
            let p = Params { lambda: 0.0, eta: 1.0, min_child_weight: 0.0, ..params(search) };
            let forest = train(&p, Loss::Squared, Rows::new(x, &y), 2, 1).unwrap();
            assert!(forest.parts().threshold.iter().all(|t| t.is_finite()));
            let found = forest.predict(&x).unwrap();
            assert!(found.iter().zip(&y).all(|(f, y)| (f - y).abs() < 1e-5), "{search:?} {missing} {found:?}");
        }
    }
}

#[test]
fn labels_and_margins_near_the_end_of_all_numbers() {
    let x = Matrix::new(&[1.0, 2.0, 3.0, 4.0], 4, 1).unwrap();
    for search in SEARCHES {
        // Gradients that sum beyond all numbers, or whose gains do: said, not passed on.
        for size in [1.5e308, 1e300, 1e20] {
            let y = [-size, -size, size, size];
            let p = Params { base_score: Some(0.0), ..params(search) };
            let error = train(&p, Loss::Squared, Rows::new(x, &y), 3, 1).unwrap_err();
            assert_eq!(error.code(), Code::NotFinite, "{error}");
        }
        // Labels too small for a gain that counts: the mean stays.
        let y = [1e-200, 2e-200, 3e-200, 4e-200];
        let found = train(&params(search), Loss::Squared, Rows::new(x, &y), 3, 1).unwrap().predict(&x).unwrap();
        assert!(found.iter().all(|p| p.abs() < 1e-30));
        // Margins so sure and so wrong that no Hessian is left.
        let margin = [800.0, -800.0, 800.0, -800.0];
        let rows = Rows { margin: Some(&margin), ..Rows::new(x, &[0.0, 1.0, 0.0, 1.0]) };
        for p in [params(search), Params { lambda: 0.0, min_child_weight: 0.0, ..params(search) }] {
            match train(&p, Loss::Logistic, rows, 3, 1) {
                Ok(forest) => assert!(forest.margins(&x, Some(&margin)).unwrap().iter().all(|m| m.is_finite())),
                Err(error) => assert_eq!(error.code(), Code::NotFinite),
            }
        }
    }
}

#[test]
fn a_model_of_other_features_or_another_loss_is_not_continued() {
    let y = [0.0, 1.0, 0.0, 1.0];
    let (one, two) = ([1.0, 2.0, 3.0, 4.0], [1.0, 2.0, 3.0, 4.0, 4.0, 3.0, 2.0, 1.0]);
    let (one, two) = (Matrix::new(&one, 4, 1).unwrap(), Matrix::new(&two, 4, 2).unwrap());
    let p = params(Search::Hist);
    let forest = train(&p, Loss::Logistic, Rows::new(one, &y), 2, 1).unwrap();
    let code = |loss, x| Booster::new(&p, loss, Rows::new(x, &y), Some(&forest), 1).map(|_| ()).unwrap_err().code();
    assert_eq!(code(Loss::Logistic, two), Code::ModelOtherColumns);
    assert_eq!(code(Loss::Squared, one), Code::BadModel);
    assert_eq!(forest.margins(&two, None).unwrap_err().code(), Code::Internal);
    assert_eq!(forest.margins(&one, Some(&[0.0])).unwrap_err().code(), Code::Internal);
    assert_eq!(forest.shap_path(&two).unwrap_err().code(), Code::Internal);
    let nobody = Matrix::new(&[], 0, 1).unwrap();
    assert_eq!(forest.shap_against(&one, &nobody).unwrap_err().code(), Code::TooFewRows);
    assert!(forest.predict(&nobody).unwrap().is_empty());
}
