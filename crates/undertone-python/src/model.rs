//! Models.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use pyo3::prelude::*;
use pyo3::types::PyList;
use rayon::ThreadPool;
use rayon::prelude::*;
use undertone_answer::{Answer, Answers, ModelIdentity, Segmentation};
use undertone_audio::{DecodeError, DecodeOptions, Recording, Source};
use undertone_download::hub::{Hub, Repository};
use undertone_models::{
    Classifier, ClassifyError, HUB_PREFIX, ModelError, SegmentedPrediction, SegmentsConfig,
    SegmentsError, Voice, VoiceError, WholeRecording, with_all_cores,
};

use crate::arrays::bytes;
use crate::error::{audio, decoding, model as model_error};
use crate::pool::pool;
use crate::source::Given;

/// Recordings for each thread that are opened together.
const TOGETHER: usize = 8;
/// How often Python may handle a Ctrl-C.
const BETWEEN_SIGNALS: Duration = Duration::from_millis(50);

/// A trained model.
#[pyclass(frozen, module = "undertone._undertone")]
struct Model {
    classifier: Classifier,
    answers: Answers,
}

/// The calls that compute at the moment.
static CALLS: AtomicUsize = AtomicUsize::new(0);

/// A call that computes, until it is dropped.
struct Call {
    /// Whether there was no other when it began.
    is_alone: bool,
}

impl Call {
    fn begin() -> Self {
        let others = CALLS.fetch_add(1, Ordering::Relaxed);
        Self {
            is_alone: others == 0,
        }
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        CALLS.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What a model made of a recording.
enum Judged {
    Short(WholeRecording),
    Long(SegmentedPrediction),
}

/// A recording that has no result.
enum Failure {
    Decode(DecodeError),
    Unusable(Option<PathBuf>, String),
    Broken(Option<PathBuf>, String),
}

impl Failure {
    fn classifying(path: Option<PathBuf>, error: &ClassifyError) -> Self {
        match error {
            ClassifyError::NotFinite => Self::Broken(path, error.to_string()),
            _ => Self::Unusable(path, error.to_string()),
        }
    }

    fn exception(&self, py: Python<'_>) -> PyErr {
        let named = |path: &Option<PathBuf>, text: &str| match path {
            Some(path) => format!("{}: {text}", path.display()),
            None => text.to_owned(),
        };
        match self {
            Self::Decode(error) => decoding(py, error),
            Self::Unusable(path, text) => audio(py, "unusable", path.as_deref(), named(path, text)),
            Self::Broken(path, text) => {
                model_error(py, "broken", path.as_deref(), named(path, text))
            }
        }
    }
}

#[pymethods]
impl Model {
    /// Load a model: the built-in one, a folder, or `hf:owner/name`.
    #[new]
    #[pyo3(signature = (model = None))]
    fn new(py: Python<'_>, model: Option<PathBuf>) -> PyResult<Self> {
        let pool = pool()?;
        let Some(path) = model else {
            let classifier = py.detach(|| pool.install(Classifier::embedded));
            let classifier = classifier.map_err(|error| loading(py, &error, None))?;
            let answers = classifier.answers();
            return Ok(Self {
                classifier,
                answers,
            });
        };
        let (folder, identity) = folder(py, &path)?;
        let classifier = py.detach(|| pool.install(|| Classifier::load(&folder)));
        let classifier = classifier.map_err(|error| loading(py, &error, Some(&path)))?;
        let identity = identity.unwrap_or_else(|| classifier.identity());
        let answers = classifier.answers_of(identity);
        Ok(Self {
            classifier,
            answers,
        })
    }

    /// The name of the model.
    #[getter]
    fn name(&self) -> &str {
        &self.answers.model().name
    }

    /// What tells its trainings apart.
    #[getter]
    fn version(&self) -> Option<&str> {
        self.answers.model().version.as_deref()
    }

    /// The names of the classes.
    #[getter]
    fn labels(&self) -> Vec<String> {
        self.classifier.labels().to_vec()
    }

    /// Length of the model's window in seconds.
    #[getter]
    fn window_seconds(&self) -> f64 {
        let front_end = self.classifier.front_end();
        front_end.window_samples() as f64 / f64::from(front_end.config().sample_rate)
    }

    /// Sample rate of the model's input in Hz.
    #[getter]
    fn sample_rate(&self) -> u32 {
        self.classifier.front_end().config().sample_rate
    }

    /// Whether the model adapts to voices.
    #[getter]
    fn adapts(&self) -> bool {
        self.classifier.adapts()
    }

    /// Start the profile of a voice, as JSON.
    fn new_voice(&self, py: Python<'_>) -> PyResult<String> {
        let voice = self.classifier.new_voice().ok_or_else(|| {
            let text = "this model does not adapt to voices".to_owned();
            model_error(py, "no-adaptation", None, text)
        })?;
        json(py, &voice)
    }

    /// Add recordings to the profile of a voice. Return the new profile.
    fn hear(
        &self,
        py: Python<'_>,
        voice: &str,
        sources: &Bound<'_, PyList>,
        max_seconds: f64,
    ) -> PyResult<String> {
        let mut voice = self.voice(py, voice)?;
        for result in self.judge(py, sources, max_seconds)? {
            let heard = match result.map_err(|failure| failure.exception(py))? {
                Judged::Short(WholeRecording { prediction, .. }) => match prediction {
                    Some(prediction) => self.classifier.hear(&mut voice, &prediction),
                    None => Ok(()),
                },
                Judged::Long(prediction) => self.classifier.hear_segments(&mut voice, &prediction),
            };
            heard.map_err(|error| voice_error(py, &error))?;
        }
        json(py, &voice)
    }

    /// Predict each recording. An element of the result is the answer as JSON, or the exception
    /// that its recording caused.
    fn predict<'py>(
        &self,
        py: Python<'py>,
        sources: &Bound<'py, PyList>,
        max_seconds: f64,
        voice: Option<&str>,
    ) -> PyResult<Bound<'py, PyList>> {
        let voice = voice.map(|voice| self.voice(py, voice)).transpose()?;
        let list = PyList::empty(py);
        for result in self.judge(py, sources, max_seconds)? {
            match result {
                Ok(judged) => {
                    let answer = self.answer(judged, voice.as_ref());
                    let answer = answer.map_err(|error| voice_error(py, &error))?;
                    list.append(json(py, &answer)?)?;
                }
                Err(failure) => list.append(failure.exception(py).into_value(py))?,
            }
        }
        Ok(list)
    }

    /// Compute the embedding of each recording, which the model's last layers read. An element of
    /// the result is its bytes, or the exception that its recording caused.
    fn embed<'py>(
        &self,
        py: Python<'py>,
        sources: &Bound<'py, PyList>,
        max_seconds: f64,
    ) -> PyResult<Bound<'py, PyList>> {
        let options = DecodeOptions { max_seconds };
        let results = self.each(py, sources, |given, _| {
            let path = given.path().cloned();
            let recording = given.decode(&options).map_err(Failure::Decode)?;
            let embedding = self.classifier.embed(&recording);
            embedding.map_err(|error| Failure::classifying(path, &error))
        })?;
        let list = PyList::empty(py);
        for result in results {
            match result {
                Ok(embedding) => list.append(bytes(py, &embedding)?)?,
                Err(failure) => list.append(failure.exception(py).into_value(py))?,
            }
        }
        Ok(list)
    }
}

impl Model {
    /// Do `work` for each recording, on all threads, in chunks. A recording has all of them if it is
    /// the only one and no other thread of Python computes.
    fn each<T: Send>(
        &self,
        py: Python<'_>,
        sources: &Bound<'_, PyList>,
        work: impl Fn(Given, &AtomicBool) -> Result<T, Failure> + Sync,
    ) -> PyResult<Vec<Result<T, Failure>>> {
        let pool = pool()?;
        let call = Call::begin();
        let mut results = Vec::with_capacity(sources.len());
        let size = TOGETHER * pool.current_num_threads();
        let mut objects = sources.iter();
        loop {
            let chunk = objects.by_ref().take(size);
            let chunk: Vec<Given> = chunk
                .map(|object| Given::of(&object))
                .collect::<PyResult<_>>()?;
            if chunk.is_empty() {
                return Ok(results);
            }
            let is_alone = chunk.len() == 1 && call.is_alone;
            results.extend(interruptible(py, &pool, |stop| {
                if is_alone {
                    let chunk = chunk.into_iter();
                    return with_all_cores(|| chunk.map(|it| work(it, stop)).collect());
                }
                chunk.into_par_iter().map(|it| work(it, stop)).collect()
            })?);
        }
    }

    /// Judge each recording: a short one as a whole, a long one in utterances, as `undertone
    /// predict` does.
    fn judge(
        &self,
        py: Python<'_>,
        sources: &Bound<'_, PyList>,
        max_seconds: f64,
    ) -> PyResult<Vec<Result<Judged, Failure>>> {
        let options = DecodeOptions { max_seconds };
        self.each(py, sources, |given, stop| {
            let path = given.path().cloned();
            let source = given.open(&options).map_err(Failure::Decode)?;
            let short = Classifier::decode_if_short(&source, &options);
            match short.map_err(Failure::Decode)? {
                Some(recording) => self.judge_short(&recording, path),
                None => self.judge_long(&source, options, path, stop),
            }
        })
    }

    fn judge_short(&self, recording: &Recording, path: Option<PathBuf>) -> Result<Judged, Failure> {
        let judged = self.classifier.classify_whole(recording);
        let judged = judged.map_err(|error| Failure::classifying(path, &error))?;
        Ok(Judged::Short(judged))
    }

    fn judge_long(
        &self,
        source: &Source,
        options: DecodeOptions,
        path: Option<PathBuf>,
        stop: &AtomicBool,
    ) -> Result<Judged, Failure> {
        let config = SegmentsConfig {
            options,
            ..SegmentsConfig::default()
        };
        let mut progress = |_| match stop.load(Ordering::Relaxed) {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        };
        let judged = self
            .classifier
            .classify_source(source, &config, &mut progress);
        judged.map(Judged::Long).map_err(|error| match error {
            SegmentsError::Decode(error) => Failure::Decode(error),
            other => Failure::Unusable(path, other.to_string()),
        })
    }

    /// Return the answer, adapted to a voice if there is one.
    fn answer(&self, judged: Judged, voice: Option<&Voice>) -> Result<Answer, VoiceError> {
        Ok(match judged {
            Judged::Short(WholeRecording { facts, prediction }) => {
                let Some(mut prediction) = prediction else {
                    return Ok(self.answers.answer(facts, None));
                };
                if let Some(voice) = voice {
                    prediction = self.classifier.adapted(&prediction, voice)?;
                }
                let mut answer = prediction.answer(&self.answers, facts);
                answer.add_segments(Segmentation::Windows, prediction.segments(&self.answers));
                answer
            }
            Judged::Long(mut prediction) => {
                if let Some(voice) = voice {
                    prediction = self.classifier.adapted_segments(&prediction, voice)?;
                }
                prediction.answer(&self.answers, Segmentation::Utterances)
            }
        })
    }

    fn voice(&self, py: Python<'_>, json: &str) -> PyResult<Voice> {
        let wrong = |text: String| model_error(py, "voice", None, text);
        let voice: Voice = serde_json::from_str(json)
            .map_err(|error| wrong(format!("no voice profile: {error}")))?;
        let checked = self.classifier.check_voice(&voice);
        checked.map_err(|error| wrong(error.to_string()))?;
        Ok(voice)
    }
}

/// Do work on the threads of a pool while other Python threads run. After a Ctrl-C, `work` is told
/// to stop, and its result is dropped.
fn interruptible<T: Send>(
    py: Python<'_>,
    pool: &ThreadPool,
    work: impl FnOnce(&AtomicBool) -> Vec<T> + Send,
) -> PyResult<Vec<T>> {
    let stop = AtomicBool::new(false);
    let (sender, mut receiver) = mpsc::channel();
    pool.in_place_scope(|scope| {
        scope.spawn(|_| {
            // Nobody receives it after a Ctrl-C.
            let _ = sender.send(work(&stop));
        });
        loop {
            let received;
            (received, receiver) =
                py.detach(move || (receiver.recv_timeout(BETWEEN_SIGNALS), receiver));
            match received {
                Ok(done) => return Ok(done),
                Err(RecvTimeoutError::Timeout) => py
                    .check_signals()
                    .inspect_err(|_| stop.store(true, Ordering::Relaxed))?,
                Err(RecvTimeoutError::Disconnected) => {
                    let text = "the computation failed".to_owned();
                    return Err(model_error(py, "broken", None, text));
                }
            }
        }
    })
}

fn json(py: Python<'_>, value: &impl serde::Serialize) -> PyResult<String> {
    serde_json::to_string(value)
        .map_err(|error| model_error(py, "unusable", None, error.to_string()))
}

fn voice_error(py: Python<'_>, error: &VoiceError) -> PyErr {
    model_error(py, "voice", None, error.to_string())
}

/// Return the folder of a model, and its name on the Hub if it is downloaded from there.
fn folder(py: Python<'_>, path: &Path) -> PyResult<(PathBuf, Option<ModelIdentity>)> {
    let name = path.to_str().and_then(|path| path.strip_prefix(HUB_PREFIX));
    let Some(name) = name else {
        let in_run = path.join("model");
        let folder = match !undertone_models::Model::is_in(path) && in_run.is_dir() {
            true => in_run,
            false => path.to_owned(),
        };
        return Ok((folder, None));
    };
    let wrong = |text: String| model_error(py, "hub", Some(path), text);
    let repository: Repository = name.parse().map_err(|error| wrong(format!("{error}")))?;
    let snapshot = py.detach(|| Hub::from_environment().fetch(&repository, |_| {}));
    let snapshot = snapshot.map_err(|error| wrong(error.to_string()))?;
    let identity = ModelIdentity {
        name: name.split('@').next().unwrap_or(name).to_owned(),
        version: snapshot.commit.get(..12).map(str::to_owned),
    };
    Ok((snapshot.folder, Some(identity)))
}

fn loading(py: Python<'_>, error: &ModelError, path: Option<&Path>) -> PyErr {
    model_error(py, "unusable", path, error.to_string())
}

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<Model>()
}
