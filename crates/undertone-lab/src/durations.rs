//! How long a corpus's clips are after the front end has prepared them.

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;
use undertone_audio::{DecodeOptions, FrontEnd, Recording, decode_path};
use undertone_corpus::Utterance;

use crate::error::LabError;
use crate::events::{Event, Interrupt, Observer};

/// How long each readable clip is once a front end has prepared it, in seconds.
pub(crate) fn prepared(
    utterances: &[Utterance],
    front_end: &FrontEnd,
    observer: Observer<'_>,
    interrupt: &Interrupt,
) -> Result<Vec<f64>, LabError> {
    let rate = f64::from(front_end.config().sample_rate);
    let seconds = each(utterances, observer, interrupt, |recording| {
        let prepared = front_end.prepare(recording).ok()?;
        Some(prepared.samples.len() as f64 / rate)
    })?;
    Ok(seconds.into_iter().flatten().collect())
}

fn each<T: Send>(
    utterances: &[Utterance],
    observer: Observer<'_>,
    interrupt: &Interrupt,
    measure: impl Fn(&Recording) -> Option<T> + Sync,
) -> Result<Vec<Option<T>>, LabError> {
    let done = AtomicUsize::new(0);
    let measured = utterances
        .par_iter()
        .map(|utterance| {
            if interrupt.is_requested() {
                return None;
            }
            let decoded = decode_path(&utterance.path, &DecodeOptions::default());
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            observer(&Event::Features {
                done,
                total: utterances.len(),
            });
            let recording = decoded
                .inspect_err(|error| {
                    observer(&Event::ClipFailed {
                        message: error.to_string(),
                    });
                })
                .ok()?;
            measure(&recording)
        })
        .collect();
    if interrupt.is_requested() {
        Err(LabError::Interrupted)
    } else {
        Ok(measured)
    }
}
