//! The work of the server without a server: the same answers, on the thread that asks.
//!
//! A page that runs the model itself uses this, so that it gets the same JSON as from the server.

use std::fmt;
use std::ops::ControlFlow;

use bytes::Bytes;
use undertone_answer::three_digits;
use undertone_audio::{DecodeOptions, Recording, Source, Warning};

use crate::analysis::{Analysis, Include, Milliseconds, Recognized, describe};
use crate::decoded::{Decoded, checked, decode};
use crate::listening::{Control, HeardWindow, Hello, Listener, RATES, WindowResult, message};
use crate::loaded_model::LoadedModel;
use crate::model_info::ModelInfo;
use crate::problem::{Kind, Problem};
use crate::recognizer::{
    ModelDescription, Progress, Recognition, RecognizeError, Recognizer, SHORT_SECONDS,
};
use crate::settings::Limits;
use crate::timeline::{self, Posted};
use crate::visualization::Visualization;
use crate::voice::RequestVoice;

/// Analyzes recordings and listens, on the thread that calls it.
pub struct LocalEngine {
    recognizer: Box<dyn Recognizer>,
    description: ModelDescription,
    /// Returns the milliseconds since any fixed time.
    clock: fn() -> f64,
    max_seconds: f64,
}

/// What to analyze a recording for.
#[derive(Debug, Clone, Copy, Default)]
pub struct LocalRequest<'a> {
    /// The name of the file.
    pub name: Option<&'a str>,
    /// Whether to add the timeline, and what the page draws.
    pub detail: bool,
    /// Whether to add what each half second does to the answer.
    pub why: bool,
    /// The profile of the voice to adapt to, as JSON; empty for a new one.
    pub voice: Option<&'a [u8]>,
}

/// A person who is listened to.
pub struct Listening {
    listener: Listener,
}

impl fmt::Debug for LocalEngine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalEngine").finish_non_exhaustive()
    }
}

impl fmt::Debug for Listening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listening").finish_non_exhaustive()
    }
}

impl LocalEngine {
    /// Use a model. `clock` returns the milliseconds since any fixed time.
    pub fn new(recognizer: impl Recognizer, clock: fn() -> f64) -> Self {
        Self {
            description: recognizer.description(),
            recognizer: Box::new(recognizer),
            clock,
            max_seconds: Limits::default().max_seconds,
        }
    }

    /// Analyze a recording. `progress` hears of one that is longer than [`SHORT_SECONDS`]. Return
    /// the JSON that `POST /api/predict` returns.
    ///
    /// # Errors
    /// If the file is no recording, or the voice is not one of this model.
    pub fn predict(
        &self,
        file: Vec<u8>,
        request: &LocalRequest<'_>,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<String, Problem> {
        let own = self.description.voice.as_ref();
        let voice = request.voice;
        let voice = voice.map(|profile| RequestVoice::new(Some(profile), own));
        let mut voice = voice.transpose()?;
        let include = Include {
            timeline: request.detail,
            visualization: request.detail,
            why: request.why,
            scheme: None,
        };
        let mut recognized = self.recognize(file.into(), &include, progress)?;
        recognized.name = request.name.map(str::to_owned);
        let mut adapted_to = None;
        if let Some(voice) = &mut voice {
            let judged = voice.judge(self.recognizer.as_ref(), recognized.recognition)?;
            recognized.recognition = judged.0;
            adapted_to = Some(judged.1);
        }
        let mut analysis = describe(recognized, &self.description.answers, &include);
        analysis.answer.adapted = adapted_to;
        analysis.voice = voice.and_then(RequestVoice::profile);
        json(&analysis)
    }

    /// Analyze mono samples between -1 and 1, with the timeline. Return the JSON of the answer.
    ///
    /// # Errors
    /// If a sample is no number, or the model cannot use them.
    pub fn classify(&self, samples: Vec<f32>, sample_rate: u32) -> Result<String, Problem> {
        let unusable = |detail: &str| Err(Problem::new(Kind::Broken, detail));
        if !samples.iter().all(|sample| sample.is_finite()) {
            return unusable("a sample is not a number");
        }
        if !RATES.contains(&sample_rate) {
            return unusable("the rate must be from 4000 to 192000 Hz");
        }
        let recording = Recording::mono(samples, sample_rate);
        let include = Include {
            timeline: true,
            ..Include::default()
        };
        let recognized = self.recognize_short(checked(recording, false)?, false)?;
        json(&describe(recognized, &self.description.answers, &include))
    }

    fn recognize(
        &self,
        file: Bytes,
        include: &Include,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Recognized, Problem> {
        let options = DecodeOptions {
            max_seconds: SHORT_SECONDS,
        };
        let started = (self.clock)();
        let decoded = match decode(file.clone(), include.visualization, &options, |_| ()) {
            Ok(decoded) => Some(decoded),
            Err(problem) if problem.kind == Kind::TooLong => None,
            Err(problem) => return Err(problem),
        };
        let decode = (self.clock)() - started;
        let started = (self.clock)();
        let mut recognized = match decoded {
            Some(decoded) => self.recognize_short(decoded, include.why)?,
            None => self.recognize_long(file, include.visualization, progress)?,
        };
        recognized.milliseconds = Milliseconds {
            decode: three_digits(decode),
            model: three_digits((self.clock)() - started),
        };
        Ok(recognized)
    }

    fn recognize_short(&self, decoded: Decoded, why: bool) -> Result<Recognized, Problem> {
        let recording = decoded.recording;
        let recognition = match decoded.warnings.contains(&Warning::Silent) {
            true => Recognition::without_speech(),
            false => self.recognition(&recording)?,
        };
        let explained = (why && recognition.speech).then(|| self.recognizer.explain(&recording));
        Ok(Recognized {
            recognition,
            influences: explained.transpose()?,
            name: None,
            seconds: recording.duration(),
            sample_rate: recording.sample_rate,
            channels: recording.channels,
            of_samples: decoded.warnings,
            visualization: decoded.visualization,
            milliseconds: Milliseconds::default(),
        })
    }

    fn recognition(&self, recording: &Recording) -> Result<Recognition, Problem> {
        let results = self.recognizer.recognize(std::slice::from_ref(recording));
        let missing = || RecognizeError::Model("there is no result".to_owned());
        let result = results.into_iter().next().ok_or_else(missing)?;
        Ok(result?)
    }

    fn recognize_long(
        &self,
        file: Bytes,
        draw: bool,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Recognized, Problem> {
        let source = Source::from_bytes(file);
        let options = DecodeOptions {
            max_seconds: self.max_seconds,
        };
        let mut told = |reached| {
            progress(reached);
            ControlFlow::Continue(())
        };
        let recognizing = self.recognizer.recognize_long(&source, &options, &mut told);
        let long = recognizing?;
        let scan = long.scan;
        let drawn = draw.then(|| Visualization::of_source(&source, &scan, &options, &|| false));
        Ok(Recognized {
            recognition: long.recognition,
            influences: None,
            name: None,
            seconds: scan.seconds(),
            sample_rate: scan.sample_rate,
            channels: scan.channels,
            of_samples: scan.warnings,
            visualization: drawn.flatten(),
            milliseconds: Milliseconds::default(),
        })
    }

    /// Write the timeline of an answer in the format of an annotation tool: `srt`, `vtt`,
    /// `textgrid`, `audacity` or `rttm`.
    ///
    /// # Errors
    /// If there is no such format, or the answer has no timeline.
    pub fn timeline(&self, format: &str, answer: &str) -> Result<String, Problem> {
        let bad = |error: String| Problem::new(Kind::BadRequest, error);
        let posted = serde_json::from_str::<Posted>(answer);
        let posted = posted.map_err(|error| bad(error.to_string()))?;
        let text = posted.written(timeline::format(format)?)?;
        String::from_utf8(text).map_err(|error| bad(error.to_string()))
    }

    /// Begin to listen. `hello` is the first message of a live connection.
    ///
    /// # Errors
    /// If the message is not one that begins a connection.
    pub fn listen(&self, hello: &str) -> Result<Listening, Problem> {
        let Hello { sample_rate, adapt } = Hello::read(Some(hello))?;
        Ok(Listening {
            listener: Listener::new(&self.description, sample_rate, adapt)?,
        })
    }

    /// Do what a later text message of a live connection asks for.
    ///
    /// # Errors
    /// If it is none.
    pub fn control(&self, listening: &mut Listening, text: &str) -> Result<(), Problem> {
        let control = Control::read(text)?;
        listening.listener.control(&self.description, &control)
    }

    /// Return the message about the last window, if a fifth of a second has arrived since the last
    /// message.
    ///
    /// # Errors
    /// If the model fails.
    pub fn heard(&self, listening: &mut Listening) -> Result<Option<String>, Problem> {
        let listener = &mut listening.listener;
        let Some(due) = listener.window.take_due() else {
            return Ok(None);
        };
        let started = (self.clock)();
        let (window, recording) = HeardWindow::of(due);
        let mut recognition = match &recording {
            Some(recording) => self.recognition(recording)?,
            None => Recognition::without_speech(),
        };
        let milliseconds = (self.clock)() - started;
        let adapted_seconds = listener.voice.adapted_seconds();
        if let Some(question) = listener.question(&window, &recognition) {
            let (judged, heard) = question.ask(self.recognizer.as_ref(), recognition)?;
            recognition = judged;
            listener.voice.keep(heard);
        }
        let result = WindowResult {
            window: &window,
            recognition,
            milliseconds,
            heard_seconds: listener.voice.heard_seconds(),
            adapted_seconds,
        };
        message(&self.description, &result).map(Some)
    }
}

impl Listening {
    /// Hear mono 16-bit little-endian samples. Those that are older than the window are dropped.
    ///
    /// # Errors
    /// If half a sample comes.
    pub fn push(&mut self, pcm: &[u8]) -> Result<(), Problem> {
        self.listener.window.push(pcm)
    }
}

/// Return the description of a model that `GET /api/model` returns, for a page without a server.
///
/// # Errors
/// If it cannot be written as JSON.
pub fn model_document(description: ModelDescription) -> Result<String, serde_json::Error> {
    let limits = Limits::default();
    let model = LoadedModel::new(description);
    serde_json::to_string(&ModelInfo::new(
        &model,
        limits.max_seconds,
        limits.max_bytes,
    ))
}

fn json(analysis: &Analysis) -> Result<String, Problem> {
    serde_json::to_string(analysis).map_err(|error| Problem::new(Kind::Internal, error.to_string()))
}
