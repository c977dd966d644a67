//! The program: one command, its error chain on standard error, its exit code. 2 is for wrong usage, by `clap`.

use std::process::ExitCode;

fn main() -> ExitCode {
    match rollright::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
