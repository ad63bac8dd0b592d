//! `--tui`: an experiment's events in the terminal view.

use std::io::{self, IsTerminal};

use undertone_lab::{EpochMetrics, Event, Interrupt};
use undertone_live::{Epoch, Fold, Live, Stop};

use crate::interrupt::stop_at_once;
use crate::output;

/// Takes over the terminal; where there is none, says so.
pub(crate) fn start(title: String, interrupt: &'static Interrupt) -> Option<Live> {
    let started = if io::stderr().is_terminal() {
        Live::start(title, move |stop| match stop {
            Stop::Soon => interrupt.request(),
            Stop::Now => stop_at_once(),
        })
    } else {
        Err(io::Error::other("stderr is none"))
    };
    started
        .inspect_err(|error| {
            output::say(format_args!(
                "--tui needs a terminal ({error}): plain lines instead"
            ));
        })
        .ok()
}

/// Shows what an event tells, but for its words and how far the work is.
pub(crate) fn show(live: &Live, event: &Event<'_>) {
    match *event {
        Event::Fold {
            name,
            number,
            count,
            history,
            ..
        } => {
            let fold = Fold {
                name: name.to_owned(),
                number,
                count,
            };
            live.fold(fold, history.iter().map(epoch).collect());
        }
        Event::Epoch { metrics, .. } => live.epoch(epoch(metrics)),
        _ => {}
    }
}

fn epoch(metrics: &EpochMetrics) -> Epoch {
    Epoch {
        number: metrics.epoch,
        train_loss: metrics.train_loss,
        validation_loss: metrics.validation_loss,
        train_accuracy: metrics.train_accuracy,
        validation_accuracy: metrics.validation_accuracy,
        validation_uar: metrics.validation_uar,
        learning_rate: metrics.learning_rate,
        best: metrics.best,
    }
}
