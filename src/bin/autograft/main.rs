//! The command: the same core as the page, natively.

mod args;
mod association;
mod candidates;
mod compare;
mod critical;
mod describe;
mod designs;
mod files;
mod glucose;
mod made;
mod maps;
mod methods;
mod modes;
mod page;
mod panel;
mod persons;
mod predict;
mod progress;
mod roles;
mod rounds;
mod save;
mod shifted;
mod show;
mod threads;
mod trainings;
mod why;

use std::process::ExitCode;

use args::{Cli, Command};
use autograft::text;
use clap::Parser;

/// The exit code of bad input; clap leaves with the same for bad arguments.
const BAD_INPUT: u8 = 2;

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Compare(asked) => compare::compare(&asked),
        Command::Run(asked) => compare::run_plan(&asked),
        Command::Predict(asked) => predict::predict(&asked),
        Command::Describe(asked) => describe::describe(&asked),
        Command::Methods(asked) => methods::methods(&asked),
        Command::Generate(asked) => made::made(&asked),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}", text::fill("command.error", &[("message", error.to_string()), ("hint", error.hint())]));
            ExitCode::from(BAD_INPUT)
        }
    }
}
