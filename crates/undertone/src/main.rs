//! The program `undertone`.

use std::process::ExitCode;

/// The allocator of musl takes a lock for each block, and maps each large one anew: with it, `predict`
/// takes twice as long (docs/releasing.md).
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    undertone::run(std::env::args_os()).into()
}
