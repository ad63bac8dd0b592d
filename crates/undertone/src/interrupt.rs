//! Ctrl-C and SIGTERM.

use anyhow::Context;
use undertone_lab::Interrupt;

use crate::outcome::Outcome;
use crate::output;

static INTERRUPT: Interrupt = Interrupt::new();

/// From now on the first signal asks for a stop at the next good place, the second one stops at
/// once.
pub(crate) fn listen() -> anyhow::Result<&'static Interrupt> {
    ctrlc::set_handler(|| {
        if INTERRUPT.is_requested() {
            stop_at_once();
        }
        INTERRUPT.request();
        if !undertone_live::is_taken() {
            output::say("stopping as soon as this step is done; once more to stop at once");
        }
    })
    .context("cannot listen for Ctrl-C")?;
    Ok(&INTERRUPT)
}

/// Ends the process without waiting for anything.
pub(crate) fn stop_at_once() -> ! {
    undertone_live::restore();
    std::process::exit(Outcome::Interrupted.code().into())
}
