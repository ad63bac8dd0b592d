//! Calls: with a result to fetch later, or in the response.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::HeaderMap;
use axum::http::header::HOST;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tokio_util::task::TaskTracker;
use undertone_samples::Sample;

use super::config::{FN_INDEX, PARAMETER, check_name};
use super::message::{CallResult, Message};
use super::sessions::Sessions;
use super::uploads::Uploads;
use crate::analysis::{Analysis, Include, Recognized};
use crate::analyzer::Analyzer;
use crate::body::BodyReader;
use crate::extractors::{Checked, Client};
use crate::inference::{Inference, Slot};
use crate::problem::{Kind, Problem};
use crate::prometheus::{CallStatus, Metrics};
use crate::random;
use crate::voice::RequestVoice;

/// The longest name of a session in bytes. Clients use at most 36.
const MAX_SESSION_LENGTH: usize = 128;

/// The fields of `gradio.data_classes.PredictBody` that matter here.
#[derive(Debug, Deserialize)]
struct CallBody {
    #[serde(default)]
    data: Vec<Value>,
    fn_index: Option<u64>,
    session_hash: Option<String>,
}

/// The response to a new call: the name under which its result is fetched.
#[derive(Debug, Serialize)]
pub(crate) struct StartedCall {
    event_id: String,
}

#[derive(Debug, Deserialize)]
struct CancelBody {
    event_id: Option<String>,
    session_hash: Option<String>,
}

/// The parts of the server that calls use.
#[derive(Debug)]
pub(crate) struct Calls {
    pub(crate) bodies: Arc<BodyReader>,
    pub(crate) analyzer: Arc<Analyzer>,
    pub(crate) inference: Arc<Inference>,
    pub(crate) sessions: Arc<Sessions>,
    pub(crate) uploads: Arc<Uploads>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) tasks: TaskTracker,
}

/// `POST /gradio_api/queue/join`: start a call whose result goes to its session's stream.
pub(crate) async fn join(
    State(calls): State<Arc<Calls>>,
    Client(client): Client,
    request: Request,
) -> Result<Json<StartedCall>, Problem> {
    let (headers, body): (_, CallBody) = calls.bodies.read_json(client, request).await?;
    if body.fn_index.is_some_and(|index| index != FN_INDEX) {
        let detail = format!("the only function has fn_index {FN_INDEX}");
        return Err(Problem::new(Kind::BadRequest, detail));
    }
    let session = body
        .session_hash
        .ok_or_else(|| Problem::new(Kind::BadRequest, "`session_hash` is missing"))?;
    if session.len() > MAX_SESSION_LENGTH {
        let detail = format!("`session_hash` is longer than {MAX_SESSION_LENGTH} bytes");
        return Err(Problem::new(Kind::BadRequest, detail));
    }
    let recording = calls.recording(&headers, body.data.first());
    calls.start(client, Some(session), recording)
}

/// `POST /gradio_api/call/{api_name}`: start a call whose result goes to a stream of its own.
pub(crate) async fn call(
    State(calls): State<Arc<Calls>>,
    Client(client): Client,
    Checked(Path(api_name)): Checked<Path<String>>,
    request: Request,
) -> Result<Json<StartedCall>, Problem> {
    check_name(&api_name)?;
    let (headers, body): (_, CallBody) = calls.bodies.read_json(client, request).await?;
    let recording = calls.recording(&headers, body.data.first());
    calls.start(client, None, recording)
}

/// `POST /gradio_api/call/v2/{api_name}`: the same with parameters by name.
pub(crate) async fn call_by_keyword(
    State(calls): State<Arc<Calls>>,
    Client(client): Client,
    Checked(Path(api_name)): Checked<Path<String>>,
    request: Request,
) -> Result<Json<StartedCall>, Problem> {
    check_name(&api_name)?;
    let (headers, body): (_, Map<String, Value>) = calls.bodies.read_json(client, request).await?;
    let recording = calls.recording(&headers, body.get(PARAMETER));
    calls.start(client, None, recording)
}

/// `POST /gradio_api/run/{api_name}`: run a call and respond with its result.
pub(crate) async fn run(
    State(calls): State<Arc<Calls>>,
    Client(client): Client,
    Checked(Path(api_name)): Checked<Path<String>>,
    request: Request,
) -> Result<Json<Value>, Problem> {
    check_name(&api_name)?;
    let (headers, body): (_, CallBody) = calls.bodies.read_json(client, request).await?;
    let bytes = calls.recording(&headers, body.data.first())?;
    let slot = calls.analyzer.admit(client)?;
    let (result, seconds) = calls.analyze(client, slot, Ok(bytes)).await;
    Ok(Json(CallResult::of(&Ok(result?), seconds).output))
}

/// `POST /gradio_api/cancel`
pub(crate) async fn cancel(
    State(calls): State<Arc<Calls>>,
    Client(client): Client,
    request: Request,
) -> Result<Json<Value>, Problem> {
    let (_, body): (_, CancelBody) = calls.bodies.read_json(client, request).await?;
    if let (Some(session), Some(event_id)) = (body.session_hash, body.event_id) {
        calls.sessions.cancel(&session, &event_id);
    }
    Ok(Json(json!({"success": true})))
}

/// `POST /gradio_api/reset`: do nothing, as Gradio itself.
pub(crate) async fn reset() -> Json<Value> {
    Json(json!({"success": true}))
}

impl Calls {
    /// Start a call, in a session of its own if it names none. A recording that was not found
    /// becomes the call's result, because clients show that but not a refused call.
    fn start(
        self: Arc<Self>,
        client: IpAddr,
        session: Option<String>,
        recording: Result<Bytes, Problem>,
    ) -> Result<Json<StartedCall>, Problem> {
        let slot = self.analyzer.admit(client)?;
        let event_id = random::id();
        let started = StartedCall {
            event_id: event_id.clone(),
        };
        let session = session.unwrap_or_else(|| event_id.clone());
        let cancelled = self.sessions.begin(client, &session, &event_id)?;
        let queue_size = self.inference.waiting();
        let estimation = Message::Estimation {
            event_id: event_id.clone(),
            rank: queue_size.saturating_sub(1),
            queue_size,
            rank_eta: None,
        };
        self.sessions.push(&session, estimation);
        self.tasks.clone().spawn(async move {
            let starts = Message::ProcessStarts {
                event_id: event_id.clone(),
                eta: None,
            };
            self.sessions.push(&session, starts);
            tokio::select! {
                (result, seconds) = self.analyze(client, slot, recording) => {
                    let result = CallResult::of(&result, seconds);
                    self.sessions.push(&session, result.message(event_id));
                }
                () = cancelled.cancelled() => self.metrics.count_call(CallStatus::Cancelled),
            }
        });
        Ok(Json(started))
    }

    /// Return the analysis of a recording and the seconds that it took.
    async fn analyze(
        &self,
        client: IpAddr,
        slot: Slot,
        recording: Result<Bytes, Problem>,
    ) -> (Result<Analysis, Problem>, f64) {
        let started = Instant::now();
        let result = match recording {
            Ok(bytes) => {
                let include = Include::default();
                let recognizing = self.analyzer.recognize(client, bytes, None, &include, None);
                match recognizing.await {
                    Ok(recognized) => self.describe(recognized, &include).await,
                    Err(problem) => Err(problem),
                }
            }
            Err(problem) => Err(problem),
        };
        drop(slot);
        self.metrics.count_call(match &result {
            Ok(_) => CallStatus::Answered,
            Err(_) => CallStatus::Failed,
        });
        (result, started.elapsed().as_secs_f64())
    }

    /// Describe the result, adapted to the server's own voice if it has one.
    async fn describe(
        &self,
        mut recognized: Recognized,
        include: &Include,
    ) -> Result<Analysis, Problem> {
        if let Some(own) = &self.analyzer.model.get()?.description.voice {
            let mut voice = RequestVoice::own(own);
            let judging = self.analyzer.judge(&mut voice, recognized.recognition);
            recognized.recognition = judging.await?.0;
        }
        self.analyzer.describe(recognized, include)
    }

    /// Return the recording that a call's argument names: an upload, or a sample of this server.
    fn recording(&self, headers: &HeaderMap, argument: Option<&Value>) -> Result<Bytes, Problem> {
        let bad = |detail: &str| Problem::new(Kind::BadRequest, detail);
        let path = match argument {
            Some(Value::Object(file)) => file.get("path").and_then(Value::as_str),
            Some(Value::String(_)) => {
                return Err(bad("the server cannot open a path: pass handle_file(…)"));
            }
            _ => None,
        };
        let path = path.ok_or_else(|| bad("send a recording: handle_file(…)"))?;
        if path.starts_with("http://") || path.starts_with("https://") {
            return sample(headers, path)
                .map(Bytes::from_static)
                .ok_or_else(|| bad("URLs are not fetched: upload the recording itself"));
        }
        self.uploads
            .find(path)
            .ok_or_else(|| bad("this upload does not exist or is gone: upload the recording again"))
    }
}

/// Return the sample that a URL of this server names. No URL is ever fetched.
fn sample(headers: &HeaderMap, address: &str) -> Option<&'static [u8]> {
    let (_, rest) = address.split_once("://")?;
    let (authority, path) = rest.split_once('/')?;
    let host = headers.get(HOST)?.to_str().ok()?;
    let name = path.strip_prefix("samples/")?;
    let is_own = authority.eq_ignore_ascii_case(host);
    Sample::named(name)
        .filter(|_| is_own)
        .map(|sample| sample.content)
}
