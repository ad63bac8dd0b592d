//! Analyze a recording: decode it, and run the model on it.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use undertone_answer::{Adapted, three_digits};
use undertone_audio::{Source, Warning};

use crate::analysis::{Analysis, Include, Milliseconds, Recognized, describe};
use crate::decoded::Decoded;
use crate::decoding::{Decoder, Held};
use crate::inference::{Inference, Slot};
use crate::problem::{Kind, Problem};
use crate::prometheus::Metrics;
use crate::recognizer::{Progress, Recognition};
use crate::served_model::ServedModel;
use crate::visualization::Visualization;
use crate::voice::RequestVoice;

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
        decoded: Held,
        why: bool,
    ) -> Result<Recognized, Problem> {
        let Held { decoded, memory } = decoded;
        let Decoded {
            recording,
            warnings: of_samples,
            visualization,
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

    /// Adapt a result to what was heard of a voice before, and then hear its recording. Return also
    /// how much had been heard.
    pub(crate) async fn judge(
        &self,
        voice: &mut RequestVoice,
        recognition: Recognition,
    ) -> Result<(Recognition, Adapted), Problem> {
        let mut heard = voice.clone();
        let asking = self.inference.ask(move |recognizer| {
            let judged = heard.judge(recognizer, recognition)?;
            Ok::<_, Problem>((judged, heard))
        });
        let (judged, heard) = asking.await??;
        *voice = heard;
        Ok(judged)
    }

    /// Describe the result for clients.
    pub(crate) fn describe(
        &self,
        recognized: Recognized,
        include: &Include,
    ) -> Result<Analysis, Problem> {
        let answers = &self.model.get()?.description.answers;
        Ok(describe(recognized, answers, include))
    }
}

fn milliseconds_since(started: Instant) -> f64 {
    three_digits(started.elapsed().as_secs_f64() * 1000.0)
}
