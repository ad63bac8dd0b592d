//! Event streams (`text/event-stream`) of calls and sessions.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, Query, State};
use axum::response::sse::{Event, Sse};
use futures_util::Stream;
use futures_util::stream::unfold;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::config::check_name;
use super::message::Message;
use super::sessions::{Next, Sessions};
use crate::extractors::{Checked, Client};
use crate::permits::Permits;
use crate::problem::Problem;

/// Time between two heartbeats.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How long a session's stream stays open after its last result, so that a client's next call can
/// use the same stream. A call that a client makes at the very moment when its stream closes is
/// lost: `gradio_client` cancels it. So this is longer than the pauses of a program that makes one
/// call after the other, even on a busy machine.
const LINGER: Duration = Duration::from_secs(2);

/// The parts of the server that event streams use.
#[derive(Debug)]
pub(crate) struct Streams {
    pub(crate) sessions: Arc<Sessions>,
    pub(crate) permits: Permits,
    pub(crate) stopping: CancellationToken,
}

#[derive(Debug, Deserialize)]
pub(crate) struct SessionQuery {
    session_hash: String,
}

/// The next event of a stream.
enum StreamEvent {
    Message(Message),
    Heartbeat,
    Close,
    NotFound,
}

/// `GET /gradio_api/queue/data`: the messages of all calls of a session, until all have ended.
pub(crate) async fn session_stream(
    State(streams): State<Arc<Streams>>,
    Client(client): Client,
    Checked(Query(SessionQuery { session_hash })): Checked<Query<SessionQuery>>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let permit = streams.permits.acquire(client)?;
    let events = unfold(Some((streams, session_hash, permit)), async |reader| {
        let (streams, session, permit) = reader?;
        let next = streams.next(&session, LINGER).await;
        let continues = matches!(next, StreamEvent::Message(_) | StreamEvent::Heartbeat);
        let event = match next {
            StreamEvent::Message(message) => data(&message),
            StreamEvent::Heartbeat => data(&json!({"msg": "heartbeat"})),
            StreamEvent::Close => data(&json!({"msg": "close_stream", "event_id": null})),
            StreamEvent::NotFound => data(&json!({
                "msg": "unexpected_error",
                "event_id": null,
                "message": "404: Not Found",
                "session_not_found": true,
                "success": false,
            })),
        };
        let reader = continues.then_some((streams, session, permit));
        Some((Ok(event), reader))
    });
    Ok(Sse::new(events))
}

/// `GET /gradio_api/call/{api_name}/{event_id}`: the result of one call.
pub(crate) async fn call_stream(
    State(streams): State<Arc<Streams>>,
    Client(client): Client,
    Checked(Path((api_name, event_id))): Checked<Path<(String, String)>>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    check_name(&api_name)?;
    let session = streams.sessions.of_call(&event_id).unwrap_or_default();
    let permit = streams.permits.acquire(client)?;
    let events = unfold(Some((streams, session, permit)), async |reader| {
        let (streams, session, permit) = reader?;
        loop {
            let (event, continues) = match streams.next(&session, Duration::ZERO).await {
                StreamEvent::Message(Message::ProcessCompleted {
                    output, success, ..
                }) => {
                    streams.sessions.end(&session);
                    (completed(&output, success), false)
                }
                StreamEvent::Message(_) => continue,
                StreamEvent::Heartbeat => (named("heartbeat", &Value::Null), true),
                StreamEvent::Close => return None,
                StreamEvent::NotFound => (named("error", &"404: Not Found"), false),
            };
            let reader = continues.then_some((streams, session, permit));
            return Some((Ok(event), reader));
        }
    });
    Ok(Sse::new(events))
}

/// `GET /gradio_api/heartbeat/{session_hash}`: repeat that the server is alive.
pub(crate) async fn heartbeat(
    State(streams): State<Arc<Streams>>,
    Client(client): Client,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let permit = streams.permits.acquire(client)?;
    let reader = (streams, permit, Duration::ZERO);
    let events = unfold(reader, async |(streams, permit, pause)| {
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = streams.stopping.cancelled() => return None,
        }
        let alive = Event::default().data("ALIVE");
        Some((Ok(alive), (streams, permit, HEARTBEAT)))
    });
    Ok(Sse::new(events))
}

impl Streams {
    /// Wait for the next event of a session. The stream closes `linger` after the last result.
    async fn next(&self, session: &str, linger: Duration) -> StreamEvent {
        loop {
            match self.sessions.next(session) {
                Next::Message(message) => return StreamEvent::Message(message),
                Next::Unknown => return StreamEvent::NotFound,
                Next::Later(arrived) => {
                    if timeout(HEARTBEAT, arrived.notified()).await.is_err() {
                        return StreamEvent::Heartbeat;
                    }
                }
                Next::AllFetched(arrived) => {
                    let more = timeout(linger, arrived.notified()).await.is_ok();
                    if !more && self.sessions.end(session) {
                        return StreamEvent::Close;
                    }
                }
            }
        }
    }
}

/// Return the event for a call's result: the function's return value, or the error.
fn completed(output: &Value, success: bool) -> Event {
    if success {
        named("complete", &output["data"])
    } else {
        named("error", output)
    }
}

fn data(content: &impl Serialize) -> Event {
    with_data(Event::default(), content)
}

/// Return an event whose name comes first, since scripts read these streams line by line.
fn named(name: &str, content: &impl Serialize) -> Event {
    with_data(Event::default().event(name), content)
}

fn with_data(event: Event, content: &impl Serialize) -> Event {
    // Serialization fails only for maps whose keys are not strings, and there are none.
    event.json_data(content).unwrap_or_default()
}
