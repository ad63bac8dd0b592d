//! Analyze a recording: decode it, run the model on it, and describe the result for clients.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use serde::Serialize;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use undertone_answer::{
    Adapted, Answer, Answers, Influence, Part, RecordingFacts, Segmentation, three_digits,
};
use undertone_audio::{Source, Warning};
use undertone_corpus::LabelScheme;

use crate::decoding::{Decoded, Decoder};
use crate::inference::{Inference, Slot};
use crate::problem::{Kind, Problem};
use crate::prometheus::Metrics;
use crate::recognizer::{Progress, Recognition, Voice, Window};
use crate::served_model::ServedModel;
use crate::visualization::{Span, Visualization};
use crate::warnings::warnings;

/// The optional parts of an analysis, and its classes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Include {
    pub(crate) timeline: bool,
    pub(crate) visualization: bool,
    /// Whether to explain the answer for a recording that is read as a whole.
    pub(crate) why: bool,
    /// The scheme of the classes to answer with, if not the model's own.
    pub(crate) scheme: Option<LabelScheme>,
}

/// The answer for one recording, with what the server adds.
#[derive(Debug, Serialize)]
pub(crate) struct Analysis {
    #[serde(flatten)]
    pub(crate) answer: Answer,
    /// What is known of the voice after this recording.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) voice: Option<Voice>,
    #[serde(rename = "picture", skip_serializing_if = "Option::is_none")]
    visualization: Option<Visualization>,
    milliseconds: Milliseconds,
}

/// Return how much of a voice was heard.
pub(crate) fn heard_of(voice: Option<&Voice>) -> Adapted {
    voice.map_or_else(Adapted::default, |voice| {
        Adapted::new(voice.recordings(), voice.seconds())
    })
}

/// How long the analysis took.
#[derive(Debug, Clone, Copy, Default, Serialize)]
struct Milliseconds {
    decode: f64,
    /// Includes the wait for a worker.
    model: f64,
}

/// A recording after the model has read it.
#[derive(Debug)]
pub(crate) struct Recognized {
    pub(crate) recognition: Recognition,
    influences: Option<Vec<Influence>>,
    name: Option<String>,
    seconds: f64,
    sample_rate: u32,
    channels: usize,
    of_samples: Vec<Warning>,
    visualization: Option<Visualization>,
    milliseconds: Milliseconds,
}

/// Analyzes recordings.
#[derive(Debug)]
pub(crate) struct Analyzer {
    pub(crate) model: Arc<ServedModel>,
    pub(crate) decoder: Decoder,
    pub(crate) inference: Arc<Inference>,
    pub(crate) metrics: Arc<Metrics>,
}

impl Analyzer {
    /// Return a place in the model's queue, or an error if the server accepts no more work.
    pub(crate) fn admit(&self, client: IpAddr) -> Result<Slot, Problem> {
        self.model.check_ready()?;
        self.inference.admit(client)
    }

    /// Decode a recording and run the model on it. The caller holds a [`Slot`]. `progress` hears of
    /// a long recording.
    pub(crate) async fn recognize(
        &self,
        client: IpAddr,
        bytes: Bytes,
        name: Option<String>,
        include: &Include,
        progress: Option<watch::Sender<Progress>>,
    ) -> Result<Recognized, Problem> {
        let started = Instant::now();
        let draw = include.visualization;
        let decoding = self.decoder.decode(client, bytes.clone(), draw);
        let decoded = decoding.await?;
        let decode = milliseconds_since(started);
        let started = Instant::now();
        let mut recognized = match decoded {
            Some(decoded) => self.recognize_short(client, decoded, include.why).await?,
            None => {
                let progress = progress.unwrap_or_else(|| watch::Sender::new(Progress::default()));
                self.recognize_long(client, bytes, draw, progress).await?
            }
        };
        self.metrics.audio.inc_by(recognized.seconds);
        recognized.name = name;
        recognized.milliseconds = Milliseconds {
            decode,
            model: milliseconds_since(started),
        };
        Ok(recognized)
    }

    async fn recognize_short(
        &self,
        client: IpAddr,
        decoded: Decoded,
        why: bool,
    ) -> Result<Recognized, Problem> {
        let Decoded {
            recording,
            warnings: of_samples,
            visualization,
            memory,
        } = decoded;
        let (seconds, sample_rate, channels) = (
            recording.duration(),
            recording.sample_rate,
            recording.channels,
        );
        let (recognition, influences) = if of_samples.contains(&Warning::Silent) {
            (Recognition::without_speech(), None)
        } else {
            let inference = &self.inference;
            let recognizing = inference.recognize(client, recording, why, Some(memory));
            let recognized = recognizing.await?;
            (recognized.recognition, recognized.influences)
        };
        Ok(Recognized {
            recognition,
            influences,
            name: None,
            seconds,
            sample_rate,
            channels,
            of_samples,
            visualization,
            milliseconds: Milliseconds::default(),
        })
    }

    /// Recognize a recording that is longer than
    /// [`SHORT_SECONDS`](crate::recognizer::SHORT_SECONDS), which stays compressed in memory.
    async fn recognize_long(
        &self,
        client: IpAddr,
        bytes: Bytes,
        draw: bool,
        progress: watch::Sender<Progress>,
    ) -> Result<Recognized, Problem> {
        let source = Arc::new(Source::from_bytes(bytes));
        let options = *self.decoder.longer();
        let inference = &self.inference;
        let recognizing = inference.recognize_long(client, source.clone(), options, progress);
        let recognized = recognizing.await?;
        let missing = || Problem::new(Kind::Internal, "the model did not measure the recording");
        let scan = recognized.scan.ok_or_else(missing)?;
        let visualization = match draw {
            false => None,
            true => {
                // If the client disconnects, the thread ends soon.
                let stopping = CancellationToken::new();
                let _stop_with_request = stopping.clone().drop_guard();
                let scan = scan.clone();
                let drawing = self.decoder.run(client, move || {
                    let stopped = || stopping.is_cancelled();
                    Visualization::of_source(&source, &scan, &options, &stopped)
                });
                drawing.await?
            }
        };
        Ok(Recognized {
            recognition: recognized.recognition,
            influences: None,
            name: None,
            seconds: scan.seconds(),
            sample_rate: scan.sample_rate,
            channels: scan.channels,
            of_samples: scan.warnings,
            visualization,
            milliseconds: Milliseconds::default(),
        })
    }

    /// Describe the result for clients.
    pub(crate) fn describe(
        &self,
        recognized: Recognized,
        include: &Include,
    ) -> Result<Analysis, Problem> {
        let answers = &self.model.get()?.description.answers;
        let in_scheme = include.scheme.as_ref();
        let in_scheme = in_scheme.and_then(|scheme| answers.in_scheme(scheme));
        let answers = in_scheme.as_ref().unwrap_or(answers);
        let Recognized {
            recognition,
            mut visualization,
            ..
        } = recognized;
        if let Some(visualization) = &mut visualization {
            visualization.speech = Some(read_span(&recognition));
        }
        let facts = RecordingFacts {
            seconds: recognized.seconds,
            sample_rate: recognized.sample_rate,
            channels: recognized.channels,
            warnings: warnings(&recognized.of_samples, &recognition),
        };
        let mut answer = answers.answer(facts, recognition.spoken());
        answer.path = recognized.name;
        answer.influences = recognized.influences;
        let is_long = recognition.segmentation != Segmentation::Windows;
        if include.timeline || is_long {
            let windows = recognition.windows.iter();
            let segments = windows.map(|window| segment(window, answers)).collect();
            answer.add_segments(recognition.segmentation, segments);
        }
        Ok(Analysis {
            answer,
            voice: None,
            visualization,
            milliseconds: recognized.milliseconds,
        })
    }
}

fn segment(window: &Window, answers: &Answers) -> undertone_answer::Segment {
    answers.segment(Part {
        start: window.start,
        end: window.end,
        probabilities: window.speech.then_some(&window.probabilities[..]),
        ..Part::default()
    })
}

/// Return the part that the model read: from the start of its first window to the end of its last.
fn read_span(recognition: &Recognition) -> Span {
    let first = recognition.windows.first();
    let last = recognition.windows.last();
    Span {
        start: three_digits(first.map_or(0.0, |window| window.start)),
        end: three_digits(last.map_or(0.0, |window| window.end)),
    }
}

fn milliseconds_since(started: Instant) -> f64 {
    three_digits(started.elapsed().as_secs_f64() * 1000.0)
}
