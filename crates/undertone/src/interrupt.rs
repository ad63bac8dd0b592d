//! Ctrl-C and SIGTERM.

#[cfg(feature = "explore")]
use std::path::{Path, PathBuf};
#[cfg(feature = "explore")]
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context;

use crate::exit::Exit;
use crate::output;
#[cfg(feature = "tui")]
use crate::tui;

static REQUESTED: AtomicBool = AtomicBool::new(false);
/// The same request, for training and exporting.
#[cfg(feature = "train")]
static LAB: undertone_lab::Interrupt = undertone_lab::Interrupt::new();
/// A folder of unfinished work.
#[cfg(feature = "explore")]
static UNFINISHED: OnceLock<PathBuf> = OnceLock::new();

/// Handle signals from now on: the first one requests a stop after the current step, the second one
/// stops at once.
pub(crate) fn listen() -> anyhow::Result<()> {
    ctrlc::set_handler(|| {
        if is_requested() {
            stop_at_once();
        }
        request();
        #[cfg(feature = "tui")]
        if tui::is_taken() {
            return;
        }
        output::say("stopping after this step; press Ctrl-C again to stop at once");
    })
    .context("cannot listen for Ctrl-C")
}

/// Handle signals from now on, and return the request as training and exporting check it.
#[cfg(feature = "train")]
pub(crate) fn listen_for_lab() -> anyhow::Result<&'static undertone_lab::Interrupt> {
    listen()?;
    Ok(&LAB)
}

/// Request a stop after the current step.
pub(crate) fn request() {
    REQUESTED.store(true, Ordering::Relaxed);
    #[cfg(feature = "train")]
    LAB.request();
}

/// Return whether a stop is requested.
pub(crate) fn is_requested() -> bool {
    REQUESTED.load(Ordering::Relaxed)
}

/// Remove a folder of unfinished work if the process is stopped at once.
#[cfg(feature = "explore")]
pub(crate) fn remove_at_stop(folder: &Path) {
    // A process has only one such folder.
    let _ = UNFINISHED.set(folder.to_owned());
}

/// End the process without waiting for anything.
pub(crate) fn stop_at_once() -> ! {
    #[cfg(feature = "tui")]
    tui::restore();
    #[cfg(feature = "explore")]
    if let Some(folder) = UNFINISHED.get() {
        // The folder may be gone, or another thread may still be writing into it.
        let _ = std::fs::remove_dir_all(folder);
    }
    std::process::exit(Exit::Interrupted.code().into())
}
