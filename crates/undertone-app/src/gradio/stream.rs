//! Event streams (`text/event-stream`) of calls and sessions.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::{Path, Query, State};
use axum::response::sse::{Event, Sse};
use futures_util::Stream;
use futures_util::stream::unfold;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::time::timeout;

use super::calls::check_name;
use super::message::Message;
use super::sessions::Next;
use crate::app::{App, Shared};
use crate::extract::{Checked, Client};
use crate::problem::Problem;

/// Between two signs of life.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How long a session's stream stays open after its last outcome: the next call of a client that
/// calls again and again then needs no stream of its own.
const LINGER: Duration = Duration::from_millis(200);

#[derive(Debug, Deserialize)]
pub(super) struct OfSession {
    session_hash: String,
}

/// What a reader of a stream is told next.
enum Told {
    Message(Message),
    Heartbeat,
    Close,
    NotFound,
}

/// `GET /gradio_api/queue/data`: the messages of all calls of a session, until all are done.
pub(super) async fn session(
    State(app): State<Shared>,
    Client(client): Client,
    Checked(Query(OfSession { session_hash })): Checked<Query<OfSession>>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let place = app.streams.enter(client)?;
    let events = unfold(Some((app, session_hash, place)), async |reader| {
        let (app, session, place) = reader?;
        let told = next(&app, &session, LINGER).await;
        let goes_on = matches!(told, Told::Message(_) | Told::Heartbeat);
        let event = match told {
            Told::Message(message) => data(&message),
            Told::Heartbeat => data(&json!({"msg": "heartbeat"})),
            Told::Close => data(&json!({"msg": "close_stream", "event_id": null})),
            Told::NotFound => data(&json!({
                "msg": "unexpected_error",
                "event_id": null,
                "message": "404: Not Found",
                "session_not_found": true,
                "success": false,
            })),
        };
        Some((Ok(event), goes_on.then_some((app, session, place))))
    });
    Ok(Sse::new(events))
}

/// `GET /gradio_api/call/{api_name}/{event_id}`: the outcome of one call.
pub(super) async fn call(
    State(app): State<Shared>,
    Client(client): Client,
    Checked(Path((api_name, event_id))): Checked<Path<(String, String)>>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    check_name(&api_name)?;
    let session = app.gradio.sessions.of_call(&event_id).unwrap_or_default();
    let place = app.streams.enter(client)?;
    let events = unfold(Some((app, session, place)), async |reader| {
        let (app, session, place) = reader?;
        loop {
            let (event, goes_on) = match next(&app, &session, Duration::ZERO).await {
                Told::Message(Message::ProcessCompleted {
                    output, success, ..
                }) => {
                    app.gradio.sessions.end(&session);
                    (completed(&output, success), false)
                }
                Told::Message(_) => continue,
                Told::Heartbeat => (named("heartbeat", &Value::Null), true),
                Told::Close => return None,
                Told::NotFound => (named("error", &"404: Not Found"), false),
            };
            return Some((Ok(event), goes_on.then_some((app, session, place))));
        }
    });
    Ok(Sse::new(events))
}

/// `GET /gradio_api/heartbeat/{session_hash}`: says that the server is there.
pub(super) async fn heartbeat(
    State(app): State<Shared>,
    Client(client): Client,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let place = app.streams.enter(client)?;
    let events = unfold((app, place, Duration::ZERO), async |(app, place, pause)| {
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = app.stopping.cancelled() => return None,
        }
        let alive = Event::default().data("ALIVE");
        Some((Ok(alive), (app, place, HEARTBEAT)))
    });
    Ok(Sse::new(events))
}

async fn next(app: &App, session: &str, linger: Duration) -> Told {
    let sessions = &app.gradio.sessions;
    loop {
        match sessions.next(session) {
            Next::Message(message) => return Told::Message(message),
            Next::Unknown => return Told::NotFound,
            Next::Later(arrived) => {
                if timeout(HEARTBEAT, arrived.notified()).await.is_err() {
                    return Told::Heartbeat;
                }
            }
            Next::AllFetched(arrived) => {
                let more = timeout(linger, arrived.notified()).await.is_ok();
                if !more && sessions.end(session) {
                    return Told::Close;
                }
            }
        }
    }
}

/// The event of a call's outcome: what the function returned, or the error.
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

/// The name goes first: scripts read these streams line by line.
fn named(name: &str, content: &impl Serialize) -> Event {
    with_data(Event::default().event(name), content)
}

fn with_data(event: Event, content: &impl Serialize) -> Event {
    // Fails for maps whose keys aren't strings, and there are none.
    event.json_data(content).unwrap_or_default()
}
