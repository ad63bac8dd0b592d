//! How long a corpus's clips are, before and after trimming.

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;
use undertone_audio::{DecodeOptions, FrontEnd, Recording, TrimConfig, decode_path, trim};
use undertone_corpus::Utterance;

use crate::error::LabError;
use crate::events::{Event, Interrupt, Observer};

/// The durations of one clip.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClipDurations {
    /// As recorded, in seconds.
    pub recorded: f64,
    /// Without the silence at both ends, trimmed at the recording's own rate as librosa does, in
    /// seconds.
    pub trimmed: f64,
    /// Channels of the recording.
    pub channels: usize,
}

/// Decodes and trims every clip, in parallel; `None` for a clip that cannot be read, which
/// [`Event::ClipFailed`] tells.
///
/// # Errors
/// [`LabError::Interrupted`] only.
pub fn of_clips(
    utterances: &[Utterance],
    config: &TrimConfig,
    observer: Observer<'_>,
    interrupt: &Interrupt,
) -> Result<Vec<Option<ClipDurations>>, LabError> {
    each(utterances, observer, interrupt, |recording| {
        let speech = trim(&recording.samples, config);
        Some(ClipDurations {
            recorded: recording.duration(),
            trimmed: speech.len() as f64 / f64::from(recording.sample_rate),
            channels: recording.channels,
        })
    })
}

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
