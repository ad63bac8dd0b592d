//! Calls: announced with a queue, or answered at once.

use std::time::Instant;

use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::HeaderMap;
use axum::http::header::HOST;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::config::{API_NAME, FN_INDEX, PARAMETER};
use super::message::{CallResult, Message};
use crate::analysis::{Answer, Wanted, analyze};
use crate::app::{App, Shared};
use crate::assets;
use crate::body::read_json;
use crate::extract::Checked;
use crate::inference::Slot;
use crate::metrics::CallEnd;
use crate::problem::{Kind, Problem};
use crate::random;

/// Longest name of a session; clients use 36 characters and fewer.
const LONGEST_SESSION: usize = 128;

/// `gradio.data_classes.PredictBody`, as far as it matters here.
#[derive(Debug, Deserialize)]
struct CallBody {
    #[serde(default)]
    data: Vec<Value>,
    fn_index: Option<u64>,
    session_hash: Option<String>,
}

/// Where a call's outcome is to be fetched.
#[derive(Debug, Serialize)]
pub(super) struct Announced {
    event_id: String,
}

/// `POST /gradio_api/queue/join`: a call whose outcome comes in its session's stream.
pub(super) async fn join(
    State(app): State<Shared>,
    request: Request,
) -> Result<Json<Announced>, Problem> {
    let (headers, body): (_, CallBody) = read_json(&app, request).await?;
    if body.fn_index.is_some_and(|index| index != FN_INDEX) {
        let detail = format!("there is one function, fn_index {FN_INDEX}");
        return Err(Problem::new(Kind::BadRequest, detail));
    }
    let session = body
        .session_hash
        .ok_or_else(|| Problem::new(Kind::BadRequest, "`session_hash` is missing"))?;
    if session.len() > LONGEST_SESSION {
        let detail = format!("`session_hash` is longer than {LONGEST_SESSION} bytes");
        return Err(Problem::new(Kind::BadRequest, detail));
    }
    announce(
        &app,
        Some(session),
        recording(&app, &headers, body.data.first()),
    )
}

/// `POST /gradio_api/call/{api_name}`: a call whose outcome comes in a stream of its own.
pub(super) async fn call(
    State(app): State<Shared>,
    Checked(Path(api_name)): Checked<Path<String>>,
    request: Request,
) -> Result<Json<Announced>, Problem> {
    check_name(&api_name)?;
    let (headers, body): (_, CallBody) = read_json(&app, request).await?;
    announce(&app, None, recording(&app, &headers, body.data.first()))
}

/// `POST /gradio_api/call/v2/{api_name}`: the same with parameters by name.
pub(super) async fn call_by_keyword(
    State(app): State<Shared>,
    Checked(Path(api_name)): Checked<Path<String>>,
    request: Request,
) -> Result<Json<Announced>, Problem> {
    check_name(&api_name)?;
    let (headers, body): (_, Map<String, Value>) = read_json(&app, request).await?;
    announce(&app, None, recording(&app, &headers, body.get(PARAMETER)))
}

/// `POST /gradio_api/run/{api_name}`: the outcome is the answer.
pub(super) async fn run(
    State(app): State<Shared>,
    Checked(Path(api_name)): Checked<Path<String>>,
    request: Request,
) -> Result<Json<Value>, Problem> {
    check_name(&api_name)?;
    let (headers, body): (_, CallBody) = read_json(&app, request).await?;
    let bytes = recording(&app, &headers, body.data.first())?;
    let slot = app.admit()?;
    let (result, seconds) = answer(&app, slot, Ok(bytes)).await;
    Ok(Json(CallResult::of(&Ok(result?), seconds).output))
}

#[derive(Debug, Deserialize)]
struct CancelBody {
    event_id: Option<String>,
    session_hash: Option<String>,
}

/// `POST /gradio_api/cancel`
pub(super) async fn cancel(
    State(app): State<Shared>,
    request: Request,
) -> Result<Json<Value>, Problem> {
    let (_, body): (_, CancelBody) = read_json(&app, request).await?;
    if let (Some(session), Some(event_id)) = (body.session_hash, body.event_id) {
        app.gradio.sessions.cancel(&session, &event_id);
    }
    Ok(Json(json!({"success": true})))
}

/// `POST /gradio_api/reset`: nothing to do, as in Gradio itself.
pub(super) async fn reset() -> Json<Value> {
    Json(json!({"success": true}))
}

pub(super) fn check_name(api_name: &str) -> Result<(), Problem> {
    if api_name == API_NAME {
        Ok(())
    } else {
        let detail = format!("there is one function: {API_NAME}");
        Err(Problem::new(Kind::NotFound, detail))
    }
}

/// Begins a call, in a session of its own if it has none. A recording that was not found is the
/// call's outcome, since clients show that and not a refused announcement.
fn announce(
    app: &Shared,
    session: Option<String>,
    recording: Result<Bytes, Problem>,
) -> Result<Json<Announced>, Problem> {
    let slot = app.admit()?;
    let event_id = random::id();
    let session = session.unwrap_or_else(|| event_id.clone());
    let sessions = &app.gradio.sessions;
    let cancelled = sessions.begin(&session, &event_id)?;
    let queue_size = app.inference.waiting();
    let estimation = Message::Estimation {
        event_id: event_id.clone(),
        rank: queue_size.saturating_sub(1),
        queue_size,
        rank_eta: None,
    };
    sessions.tell(&session, estimation);
    let (app, event_id_told) = (app.clone(), event_id.clone());
    app.tasks.clone().spawn(async move {
        let sessions = &app.gradio.sessions;
        let starts = Message::ProcessStarts {
            event_id: event_id.clone(),
            eta: None,
        };
        sessions.tell(&session, starts);
        tokio::select! {
            (result, seconds) = answer(&app, slot, recording) => {
                let outcome = CallResult::of(&result, seconds);
                sessions.tell(&session, outcome.message(event_id));
            }
            () = cancelled.cancelled() => app.metrics.count_call(CallEnd::Cancelled),
        }
    });
    Ok(Json(Announced {
        event_id: event_id_told,
    }))
}

/// The answer, and how many seconds it took.
async fn answer(
    app: &Shared,
    slot: Slot,
    recording: Result<Bytes, Problem>,
) -> (Result<Answer, Problem>, f64) {
    let started = Instant::now();
    let result = match recording {
        Ok(bytes) => analyze(app, bytes, None, Wanted::default()).await,
        Err(problem) => Err(problem),
    };
    drop(slot);
    app.metrics.count_call(match &result {
        Ok(_) => CallEnd::Answered,
        Err(_) => CallEnd::Failed,
    });
    (result, started.elapsed().as_secs_f64())
}

/// The recording that a call's argument names: an upload, or a sample of this server's.
fn recording(app: &App, headers: &HeaderMap, argument: Option<&Value>) -> Result<Bytes, Problem> {
    let bad = |detail: &str| Problem::new(Kind::BadRequest, detail);
    let path = match argument {
        Some(Value::Object(file)) => file.get("path").and_then(Value::as_str),
        Some(Value::String(_)) => {
            return Err(bad("a path says nothing here: wrap it in handle_file(…)"));
        }
        _ => None,
    };
    let path = path.ok_or_else(|| bad("send a recording: handle_file(…)"))?;
    if path.starts_with("http://") || path.starts_with("https://") {
        return sample(headers, path)
            .map(Bytes::from_static)
            .ok_or_else(|| bad("addresses are not fetched: upload the recording itself"));
    }
    app.gradio
        .uploads
        .find(path)
        .ok_or_else(|| bad("there is no such upload (any more): upload the recording again"))
}

/// The sample that an address of this server's names. No address is ever fetched.
fn sample(headers: &HeaderMap, address: &str) -> Option<&'static [u8]> {
    let (_, rest) = address.split_once("://")?;
    let (authority, path) = rest.split_once('/')?;
    let host = headers.get(HOST)?.to_str().ok()?;
    let name = path.strip_prefix("samples/")?;
    authority
        .eq_ignore_ascii_case(host)
        .then(|| assets::sample_bytes(name))?
}
