//! `POST /api/predict` and `POST /api/predict/batch`.

use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Query, Request, State};
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::StreamExt;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use undertone_answer::Failure;
use undertone_corpus::LabelScheme;

use crate::analysis::{Analysis, Include, Recognized};
use crate::analyzer::Analyzer;
use crate::body::{BodyReader, File, Form, TextField};
use crate::extractors::{Checked, Client};
use crate::inference::{Inference, Slot};
use crate::memory_budget::MemoryBudget;
use crate::problem::{Kind, Problem};
use crate::recognizer::{ModelDescription, Progress, Voice};
use crate::voice::{MAX_PROFILE_BYTES, RequestVoice, does_not_adapt};

/// Files of one batch that are analyzed at the same time.
const CONCURRENT_FILES: usize = 4;

/// The content type of a response that tells the progress.
const NDJSON: &str = "application/x-ndjson";
/// The least time between two lines about the progress.
const BETWEEN_LINES: Duration = Duration::from_millis(200);

/// The form field with a voice's profile.
const VOICE: TextField = TextField {
    name: "voice",
    max_bytes: MAX_PROFILE_BYTES,
    kind: Kind::Voice,
};

/// The query parameters of a prediction.
#[derive(Debug, Deserialize)]
pub(crate) struct Options {
    timeline: Option<String>,
    picture: Option<String>,
    voice: Option<String>,
    why: Option<String>,
    scheme: Option<String>,
}

impl Options {
    fn include(&self, description: &ModelDescription) -> Result<Include, Problem> {
        let scheme = self.scheme.as_deref();
        let scheme = scheme.map(|name| scheme_of(name, description));
        Ok(Include {
            timeline: switch("timeline", self.timeline.as_deref())?,
            visualization: switch("picture", self.picture.as_deref())?,
            why: switch("why", self.why.as_deref())?,
            scheme: scheme.transpose()?,
        })
    }

    /// Return whether to adapt; `None` if the client does not say.
    fn adapts(&self) -> Result<Option<bool>, Problem> {
        let voice = self.voice.as_deref();
        voice.map(|value| switch("voice", Some(value))).transpose()
    }
}

/// Return the scheme of this name, or an error if the model's classes cannot be summed to its.
fn scheme_of(name: &str, description: &ModelDescription) -> Result<LabelScheme, Problem> {
    let schemes = description.answers.own().schemes();
    let found = schemes.iter().find(|scheme| scheme.name() == name);
    found.cloned().ok_or_else(|| {
        let known: Vec<String> = schemes.iter().map(|it| format!("`{it}`")).collect();
        let known = match known.is_empty() {
            true => "leave it out, since this model has classes of its own".to_owned(),
            false => format!("this model has {}", known.join(" and ")),
        };
        Problem::new(
            Kind::BadRequest,
            format!("`scheme` is not one that this model can use: {known}"),
        )
    })
}

fn switch(name: &str, value: Option<&str>) -> Result<bool, Problem> {
    match value {
        None | Some("0" | "false") => Ok(false),
        Some("1" | "true" | "") => Ok(true),
        Some(_) => {
            let detail = format!("`{name}` must be 0 or 1");
            Err(Problem::new(Kind::BadRequest, detail))
        }
    }
}

/// A request for predictions.
struct Received {
    files: Vec<File>,
    voice: Option<RequestVoice>,
    include: Include,
    slot: Slot,
}

/// Answers requests for predictions.
#[derive(Debug)]
pub(crate) struct Predictor {
    pub(crate) bodies: Arc<BodyReader>,
    pub(crate) analyzer: Arc<Analyzer>,
    pub(crate) inference: Arc<Inference>,
    pub(crate) memory: Arc<MemoryBudget>,
}

impl Predictor {
    /// Return the files of a request with its voice and a place in the model's queue.
    async fn receive(
        &self,
        client: IpAddr,
        request: Request,
        options: &Options,
    ) -> Result<Received, Problem> {
        // Refuse a client before it sends megabytes. The second check does not ask whether the
        // server is stopping: it has accepted this request.
        drop(self.analyzer.admit(client)?);
        let description = &self.analyzer.model.get()?.description;
        let include = options.include(description)?;
        let adapts = options.adapts()?;
        let reading = self.bodies.read_form(client, request, "file", Some(VOICE));
        let Form { files, text } = reading.await?;
        let asked = adapts == Some(true) || text.is_some();
        if asked && !description.adapts {
            return Err(does_not_adapt());
        }
        let own = description.voice.as_ref();
        let voice = match (asked, own) {
            (true, _) => Some(RequestVoice::new(text.as_deref(), own)),
            (false, Some(own)) if adapts.is_none() => Some(Ok(RequestVoice::own(own))),
            _ => None,
        };
        Ok(Received {
            files,
            voice: voice.transpose()?,
            include,
            slot: self.inference.admit(client)?,
        })
    }

    /// Describe the result for a recording, adapted to the request's voice if it has one.
    async fn judge(
        &self,
        mut recognized: Recognized,
        voice: Option<&mut RequestVoice>,
        include: &Include,
    ) -> Result<Analysis, Problem> {
        let Some(voice) = voice else {
            return self.analyzer.describe(recognized, include);
        };
        let judging = self.analyzer.judge(voice, recognized.recognition);
        let (recognition, adapted_to) = judging.await?;
        recognized.recognition = recognition;
        let mut analysis = self.analyzer.describe(recognized, include)?;
        analysis.answer.adapted = Some(adapted_to);
        Ok(analysis)
    }

    /// Return a JSON response. Its memory is counted until the client has read it, because
    /// visualizations are large.
    fn respond(&self, client: IpAddr, content: &impl Serialize) -> Result<Response, Problem> {
        let json = serde_json::to_vec(content)
            .map_err(|error| Problem::new(Kind::Internal, error.to_string()))?;
        let body = Body::from(self.memory.keep_response(client, json));
        Ok(([(CONTENT_TYPE, "application/json")], body).into_response())
    }
}

/// Analyze one recording.
pub(crate) async fn predict(
    State(predictor): State<Arc<Predictor>>,
    Client(client): Client,
    Checked(Query(options)): Checked<Query<Options>>,
    request: Request,
) -> Result<Response, Problem> {
    let told = wants_progress(request.headers());
    let received = predictor.receive(client, request, &options).await?;
    let Received {
        include,
        mut voice,
        files,
        slot,
    } = received;
    let mut files = files.into_iter();
    let (Some(File { name, bytes }), None) = (files.next(), files.next()) else {
        let detail = "send one `file` here, or several to /api/predict/batch";
        return Err(Problem::new(Kind::BadRequest, detail));
    };
    let (progress, mut reached) = watch::channel(Progress::default());
    let analyzer = Arc::clone(&predictor);
    let analyzing = async move {
        let _slot = slot;
        let analyzer = analyzer.as_ref();
        let recognizing =
            analyzer
                .analyzer
                .recognize(client, bytes, name, &include, Some(progress));
        let judging = analyzer.judge(recognizing.await?, voice.as_mut(), &include);
        let mut analysis = judging.await?;
        analysis.voice = voice.and_then(RequestVoice::profile);
        Ok(analysis)
    };
    let mut analyzing = Box::pin(analyzing);
    if told {
        // What is done before there is any progress needs no stream, and has a status of its own.
        tokio::select! {
            biased;
            analyzed = &mut analyzing => return predictor.respond(client, &analyzed?),
            () = progressed(&mut reached) => {}
        }
        return Ok(stream(predictor, client, analyzing, reached));
    }
    predictor.respond(client, &analyzing.await?)
}

/// Wait for progress. Once there can be none any more, wait without end.
async fn progressed(reached: &mut watch::Receiver<Progress>) {
    if reached.changed().await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Return whether a client asks to be told of the progress.
fn wants_progress(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(ACCEPT).iter();
    let mut accepted = accepted.filter_map(|value| value.to_str().ok());
    accepted.any(|value| value.contains(NDJSON))
}

/// Return a response that tells the progress, a JSON object per line, and ends with the answer or
/// the problem. If the client disconnects, the analysis is dropped with the response.
fn stream(
    predictor: Arc<Predictor>,
    client: IpAddr,
    analyzing: Pin<Box<impl Future<Output = Result<Analysis, Problem>> + Send + 'static>>,
    reached: watch::Receiver<Progress>,
) -> Response {
    let begun = Some((analyzing, reached));
    let lines = futures_util::stream::unfold(begun, move |state| {
        let predictor = Arc::clone(&predictor);
        async move {
            let (mut analyzing, mut reached) = state?;
            let told = async {
                tokio::time::sleep(BETWEEN_LINES).await;
                progressed(&mut reached).await;
            };
            tokio::select! {
                biased;
                analyzed = &mut analyzing => {
                    let line = match analyzed {
                        Ok(analysis) => json_line(&analysis),
                        Err(error) => json_line(&Failure { path: None, error }),
                    };
                    Some((line.map(|line| predictor.memory.keep_response(client, line)), None))
                }
                () = told => {
                    let progress = *reached.borrow_and_update();
                    let line = json_line(&Told { progress }).map(Bytes::from);
                    Some((line, Some((analyzing, reached))))
                }
            }
        }
    });
    ([(CONTENT_TYPE, NDJSON)], Body::from_stream(lines)).into_response()
}

/// A line about the progress.
#[derive(Serialize)]
struct Told {
    progress: Progress,
}

fn json_line(value: &impl Serialize) -> Result<Vec<u8>, serde_json::Error> {
    let mut line = serde_json::to_vec(value)?;
    line.push(b'\n');
    Ok(line)
}

/// The results of a batch, in the order of the files.
#[derive(Debug, Serialize)]
struct BatchResults {
    results: Vec<FileResult>,
    /// What is known of the voice after the last recording.
    #[serde(skip_serializing_if = "Option::is_none")]
    voice: Option<Voice>,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum FileResult {
    Done(Box<Analysis>),
    Failed(Failure<Problem>),
}

/// Analyze several recordings. One that fails does not affect the others. If they are of one voice,
/// each is adapted to those before it.
pub(crate) async fn predict_batch(
    State(predictor): State<Arc<Predictor>>,
    Client(client): Client,
    Checked(Query(options)): Checked<Query<Options>>,
    request: Request,
) -> Result<Response, Problem> {
    let received = predictor.receive(client, request, &options).await?;
    let (include, mut voice, _slot) = (received.include, received.voice, received.slot);
    let recognize = async |File { name, bytes }: File| {
        let recognizing = predictor
            .analyzer
            .recognize(client, bytes, name.clone(), &include, None);
        (name, recognizing.await)
    };
    let mut recognized = futures_util::stream::iter(received.files)
        .map(recognize)
        .buffered(CONCURRENT_FILES);
    let mut results = Vec::new();
    while let Some((name, recognized)) = recognized.next().await {
        let judged = match recognized {
            Ok(recognized) => predictor.judge(recognized, voice.as_mut(), &include).await,
            Err(problem) => Err(problem),
        };
        results.push(match judged {
            Ok(analysis) => FileResult::Done(Box::new(analysis)),
            Err(problem) if problem.kind == Kind::Voice => return Err(problem),
            Err(error) => FileResult::Failed(Failure { path: name, error }),
        });
    }
    let voice = voice.and_then(RequestVoice::profile);
    predictor.respond(client, &BatchResults { results, voice })
}
