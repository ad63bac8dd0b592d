//! Ctrl-C and SIGTERM.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use anyhow::Context;
use undertone_lab::Interrupt;

use crate::exit::Exit;
use crate::output;
use crate::tui;

static INTERRUPT: Interrupt = Interrupt::new();
/// A folder of unfinished work.
static UNFINISHED: OnceLock<PathBuf> = OnceLock::new();

/// From now on the first signal asks for a stop at the next good place, the second one stops at
/// once.
pub(crate) fn listen() -> anyhow::Result<&'static Interrupt> {
    ctrlc::set_handler(|| {
        if INTERRUPT.is_requested() {
            stop_at_once();
        }
        INTERRUPT.request();
        if !tui::is_taken() {
            output::say("stopping as soon as this step is done; once more to stop at once");
        }
    })
    .context("cannot listen for Ctrl-C")?;
    Ok(&INTERRUPT)
}

/// Has a folder of unfinished work removed where the process is stopped at once.
pub(crate) fn remove_at_stop(folder: &Path) {
    // There is one such folder in a process.
    let _ = UNFINISHED.set(folder.to_owned());
}

/// Ends the process without waiting for anything.
pub(crate) fn stop_at_once() -> ! {
    tui::restore();
    if let Some(folder) = UNFINISHED.get() {
        // It may be gone, or somebody be writing into it still.
        let _ = fs::remove_dir_all(folder);
    }
    std::process::exit(Exit::Interrupted.code().into())
}
