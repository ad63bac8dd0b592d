//! From a recording of any length to predictions for its segments, in bounded memory.

use std::cell::RefCell;
use std::ops::ControlFlow;

use rayon::prelude::*;
use undertone_audio::{Recording, Scan, Source, VoiceActivityConfig, Warning};

use super::config::{Division, SegmentsConfig};
use super::cutter::{Cutter, Piece};
use super::error::SegmentsError;
use super::prediction::{SegmentPrediction, SegmentedPrediction, overall};
use crate::adaptation::{Voice, VoiceError};
use crate::classifier::{Classifier, Prediction, WindowPrediction};
use crate::engine::ClassifyError;

/// Samples of the pieces that are judged together: 8 MiB.
const TOGETHER: usize = 2 << 20;
/// The most of these pieces.
const PIECES: usize = 64;
/// A given segment is read in pieces of this many seconds at most.
const PIECE_SECONDS: f64 = 30.0;
/// Starts of segments may lie this far behind the end of the recording, in seconds. Times in files
/// are often rounded.
const ROUNDING: f64 = 0.05;

/// How far the work is. First the whole recording is heard, then its segments are judged.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    /// Seconds of the recording that the pass has reached.
    pub seconds: f64,
    /// Seconds of the whole recording. The first pass does not know them.
    pub total: Option<f64>,
}

impl Classifier {
    /// Judge a recording of any length in segments. The memory does not grow with the length,
    /// except for the results.
    ///
    /// Each segment is judged as [`Classifier::classify`] judges a recording that holds nothing
    /// else. The results do not depend on the number of threads. `progress` may stop the work.
    ///
    /// # Errors
    /// If the recording cannot be decoded, a given segment is not inside of it, the front end
    /// rejects a segment, or `progress` stops the work.
    pub fn classify_source(
        &self,
        source: &Source,
        config: &SegmentsConfig,
        progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<SegmentedPrediction, SegmentsError> {
        let (scan, spans) = self.divide(source, config, progress)?;
        let rate = f64::from(scan.sample_rate);
        let place = |seconds: f64| ((seconds * rate).round() as u64).min(scan.samples);
        let places: Vec<(u64, u64)> = spans
            .iter()
            .map(|(start, end)| (place(*start), place(*end)))
            .collect();
        let mut judge = Judge {
            classifier: self,
            rate: scan.sample_rate,
            windows: vec![Vec::new(); spans.len()],
        };
        let mut cutter = Cutter::new(&places, (PIECE_SECONDS * rate) as u64);
        let (mut pieces, mut samples) = (Vec::new(), 0);
        let mut failure = None;
        let mut receive = |block: &[f32]| {
            cutter.push(block, &mut pieces);
            samples += block.len() as u64;
            let waiting: usize = pieces.iter().map(|piece| piece.samples.len()).sum();
            if waiting >= TOGETHER || pieces.len() >= PIECES || cutter.is_done() {
                if let Err(error) = judge.judge(std::mem::take(&mut pieces)) {
                    failure = Some(error);
                    return ControlFlow::Break(());
                }
                let flow = progress(Progress {
                    seconds: samples as f64 / rate,
                    total: Some(scan.seconds()),
                });
                // No segment follows.
                return match cutter.is_done() {
                    true => ControlFlow::Break(()),
                    false => flow,
                };
            }
            ControlFlow::Continue(())
        };
        if !spans.is_empty() {
            let streamed =
                source.stream(scan.sample_rate, scan.heard, &config.options, &mut receive);
            match (streamed.map_err(SegmentsError::from), failure) {
                (_, Some(error)) => return Err(error),
                (Err(SegmentsError::Stopped), None) if cutter.is_done() => {}
                (result, None) => result?,
            }
            // The second pass found fewer samples than the first.
            if !cutter.is_done() {
                return Err(SegmentsError::Changed);
            }
        }
        let segments = spans
            .iter()
            .zip(judge.windows)
            .map(|((start, end), windows)| SegmentPrediction {
                start: *start,
                end: *end,
                prediction: self.assembled(windows),
            });
        Ok(self.segmented(scan, segments.collect()))
    }

    /// Measure the recording, and return the start and the end of each segment in seconds.
    fn divide(
        &self,
        source: &Source,
        config: &SegmentsConfig,
        progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<(Scan, Vec<(f64, f64)>), SegmentsError> {
        let progress = RefCell::new(progress);
        let heard = |seconds: f64| {
            (progress.borrow_mut())(Progress {
                seconds,
                total: None,
            })
        };
        let (channels, options) = (config.channels, &config.options);
        let front_end = self.front_end();
        let window = front_end.window_samples() as f64 / f64::from(front_end.config().sample_rate);
        Ok(match &config.division {
            Division::Utterances(activity) => {
                let activity = VoiceActivityConfig {
                    longest: activity.longest.min(window),
                    ..*activity
                };
                let (scan, found) = source.find_utterances(channels, options, &activity, &heard)?;
                (scan, found.iter().map(|it| (it.start, it.end)).collect())
            }
            Division::Fixed => {
                let scan = source.scan(channels, options, &heard)?;
                let seconds = scan.seconds();
                let count = (seconds / window).ceil() as u64;
                let start = |index: u64| index as f64 * window;
                let spans = (0..count).map(|it| (start(it), start(it + 1).min(seconds)));
                // The division may round up, and then the last one is empty.
                let shortest = 1.0 / f64::from(scan.sample_rate);
                let spans = spans.filter(|(start, end)| end - start >= shortest);
                (scan, spans.collect())
            }
            Division::Given(spans) => {
                let scan = source.scan(channels, options, &heard)?;
                let seconds = scan.seconds();
                let spans = spans.iter().map(|(start, end)| {
                    let inside = 0.0 <= *start && start < end && *start < seconds + ROUNDING;
                    match inside {
                        true => Ok((start.min(seconds), end.min(seconds))),
                        false => Err(SegmentsError::Outside {
                            start: *start,
                            end: *end,
                            seconds,
                        }),
                    }
                });
                let spans = spans.collect::<Result<_, _>>()?;
                (scan, spans)
            }
        })
    }

    /// Add a recording to the profile of its voice, as [`Classifier::hear`] does. All of its
    /// segments count as one recording.
    ///
    /// # Errors
    /// If the model cannot use the profile.
    pub fn hear_segments(
        &self,
        voice: &mut Voice,
        prediction: &SegmentedPrediction,
    ) -> Result<(), VoiceError> {
        self.hear_evidence(voice, prediction.evidence())
    }

    /// Take a recording out of a profile that heard it.
    ///
    /// # Errors
    /// If the model cannot use the profile.
    pub fn forget_segments(
        &self,
        voice: &mut Voice,
        prediction: &SegmentedPrediction,
    ) -> Result<(), VoiceError> {
        self.forget_evidence(voice, prediction.evidence())
    }

    /// Return the prediction for a recording of a voice that was heard before, as
    /// [`Classifier::adapted`] does.
    ///
    /// # Errors
    /// If the model cannot use the profile.
    pub fn adapted_segments(
        &self,
        prediction: &SegmentedPrediction,
        voice: &Voice,
    ) -> Result<SegmentedPrediction, VoiceError> {
        self.check_voice(voice)?;
        let segments = prediction.segments.iter().map(|segment| {
            let adapted = segment.prediction.as_ref();
            let adapted = adapted.map(|it| self.adapted(it, voice)).transpose()?;
            Ok(SegmentPrediction {
                prediction: adapted,
                ..*segment
            })
        });
        let segments = segments.collect::<Result<_, VoiceError>>()?;
        Ok(self.segmented(prediction.scan.clone(), segments))
    }

    /// Return a prediction for a recording from those of its segments, such as the segments of
    /// several channels.
    pub fn segmented(&self, scan: Scan, segments: Vec<SegmentPrediction>) -> SegmentedPrediction {
        let predictions = segments.iter().filter_map(SegmentPrediction::speech);
        SegmentedPrediction {
            labels: self.shared_labels(),
            scan,
            probabilities: overall(&segments, self.labels().len()),
            evidence: self.evidence_of(predictions.flat_map(|it| &it.windows)),
            segments,
        }
    }
}

/// Judges pieces, and keeps the windows of each segment.
struct Judge<'a> {
    classifier: &'a Classifier,
    rate: u32,
    windows: Vec<Vec<WindowPrediction>>,
}

impl Judge<'_> {
    fn judge(&mut self, pieces: Vec<Piece>) -> Result<(), SegmentsError> {
        let mut pieces: Vec<(usize, u64, Recording)> = pieces
            .into_iter()
            .map(|piece| {
                let recording = Recording::mono(piece.samples, self.rate);
                (piece.segment, piece.start, recording)
            })
            .filter(|(_, _, recording)| !Warning::of(recording).contains(&Warning::Silent))
            .collect();
        // Those of a batch are padded to the longest.
        pieces
            .sort_by_key(|(segment, start, recording)| (recording.samples.len(), *segment, *start));
        let batch = self.classifier.engine().parallel_batch();
        let predictions: Vec<Result<Prediction, ClassifyError>> = pieces
            .par_chunks(batch)
            .flat_map_iter(|pieces| {
                let recordings: Vec<&Recording> = pieces.iter().map(|(_, _, it)| it).collect();
                self.classifier.classify_together(&recordings)
            })
            .collect();
        let mut judged: Vec<_> = pieces.iter().zip(predictions).collect();
        judged.sort_by_key(|((segment, start, _), _)| (*segment, *start));
        for ((segment, start, recording), prediction) in judged {
            let offset = *start as f64 / f64::from(self.rate);
            let prediction = prediction.map_err(|source| SegmentsError::Classify {
                start: offset,
                end: offset + recording.duration(),
                source,
            })?;
            let windows = prediction
                .windows
                .into_iter()
                .map(|window| WindowPrediction {
                    start: window.start + offset,
                    end: window.end + offset,
                    ..window
                });
            self.windows[*segment].extend(windows);
        }
        Ok(())
    }
}
