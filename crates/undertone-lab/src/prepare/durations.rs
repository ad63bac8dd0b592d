//! The durations of a corpus's clips after the front end has prepared them.

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;
use undertone_audio::{DecodeOptions, FitLength, FrontEnd, FrontEndConfig, Recording, Recordings};
use undertone_corpus::{Segment, Utterance};
use undertone_metrics::quantile;

use crate::error::LabError;
use crate::events::{Event, Interrupt, Observer};

/// Return the seconds that a front end's duration, such as `p95`, stands for in a corpus, rounded
/// to milliseconds.
///
/// # Errors
/// If the front end's parameters cannot work, or if interrupted.
pub(crate) fn resolve_duration(
    config: &FrontEndConfig,
    utterances: &[Utterance],
    max_seconds: f64,
    observer: Observer<'_>,
    interrupt: &Interrupt,
) -> Result<f64, LabError> {
    if let FitLength::Seconds(seconds) = config.duration {
        return Ok(seconds);
    }
    // The prepared length of a clip does not depend on the window's length.
    let any_window = FrontEndConfig {
        duration: FitLength::default(),
        ..config.clone()
    };
    let front_end = FrontEnd::new(any_window)?;
    let seconds = prepared(utterances, &front_end, max_seconds, observer, interrupt)?;
    Ok((statistic(config.duration, &seconds) * 1000.0).round() / 1000.0)
}

/// Return a statistic of durations, 0 without durations.
fn statistic(length: FitLength, durations: &[f64]) -> f64 {
    match length {
        FitLength::Seconds(seconds) => seconds,
        FitLength::Mean => durations.iter().sum::<f64>() / durations.len().max(1) as f64,
        FitLength::P95 if durations.is_empty() => 0.0,
        FitLength::P95 => {
            let mut ascending = durations.to_vec();
            ascending.sort_by(f64::total_cmp);
            quantile(&ascending, 0.95)
        }
        FitLength::Max => durations.iter().copied().fold(0.0, f64::max),
    }
}

/// Return the duration in seconds of each readable clip after a front end has prepared it.
fn prepared(
    utterances: &[Utterance],
    front_end: &FrontEnd,
    max_seconds: f64,
    observer: Observer<'_>,
    interrupt: &Interrupt,
) -> Result<Vec<f64>, LabError> {
    let rate = f64::from(front_end.config().sample_rate);
    let seconds = each(utterances, max_seconds, observer, interrupt, |recording| {
        let prepared = front_end.prepare(recording).ok()?;
        Some(prepared.samples.len() as f64 / rate)
    })?;
    Ok(seconds.into_iter().flatten().collect())
}

/// Decode and measure every clip, in parallel. A clip that cannot be read is `None`.
fn each<T: Send>(
    utterances: &[Utterance],
    max_seconds: f64,
    observer: Observer<'_>,
    interrupt: &Interrupt,
    measure: impl Fn(&Recording) -> Option<T> + Sync,
) -> Result<Vec<Option<T>>, LabError> {
    let done = AtomicUsize::new(0);
    let recordings = Recordings::new(&DecodeOptions { max_seconds });
    let measured = utterances
        .par_iter()
        .map(|utterance| {
            if interrupt.is_requested() {
                return None;
            }
            let part = utterance.segment.map(Segment::bounds);
            let decoded = recordings.read(&utterance.path, part);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_a_statistic_of_the_durations() {
        let durations = [1.0, 2.0, 3.0];
        assert_eq!(statistic(FitLength::Seconds(2.5), &durations), 2.5);
        assert_eq!(statistic(FitLength::Mean, &durations), 2.0);
        assert_eq!(statistic(FitLength::Max, &durations), 3.0);
        assert!((statistic(FitLength::P95, &durations) - 2.9).abs() < 1e-12);
        for length in [FitLength::Mean, FitLength::P95, FitLength::Max] {
            assert_eq!(statistic(length, &[]), 0.0);
        }
    }
}
