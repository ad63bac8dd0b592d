//! The program `undertone`.

use std::process::ExitCode;

fn main() -> ExitCode {
    undertone::run(std::env::args_os()).into()
}
