//! `GET /api/live`: speech as it is spoken, over a WebSocket.
//!
//! The client names its rate in a first text message, `{"sample_rate":48000}`, and then sends mono
//! 16-bit little-endian PCM. Five times a second of audio it is told what the model makes of the
//! last window. While the model works, what arrives goes on into the window and what is older
//! falls out of it: a connection never holds more than one window, however fast its client sends.

mod places;
mod window;

use std::net::IpAddr;
use std::pin::pin;
use std::time::{Duration, Instant};

use axum::Extension;
use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::http::HeaderMap;
use axum::response::Response;
use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::{Fuse, FusedFuture};
use serde::{Deserialize, Serialize};
use tokio::time::timeout;
use undertone_audio::Recording;

use crate::analysis::three_digits;
use crate::app::{App, LoadedModel, Shared};
use crate::guard::LIVE_PROTOCOL_PREFIX;
use crate::problem::{Kind, Problem};
use crate::recognizer::{Recognition, most_probable};
use crate::server::Peer;
pub(crate) use places::LiveConnections;
use window::{Due, LiveWindow};

/// Largest message: two seconds at 192 kHz, and more than any page sends at once.
const MAX_MESSAGE: usize = 1 << 20;
/// How long a client may take for one of its answers.
const SEND: Duration = Duration::from_secs(5);
/// The window is the model's own, but no longer than this, in seconds.
const LONGEST_WINDOW: f64 = 5.0;
/// What is quieter has no sound, in decibels below full scale.
const SILENCE_DB: f64 = -70.0;

/// What a client says first.
#[derive(Debug, Deserialize)]
struct Hello {
    sample_rate: u32,
}

/// What it is told five times a second.
#[derive(Debug, Serialize)]
struct LiveAnswer<'a> {
    /// Samples that had been received when the window was taken.
    received: u64,
    label: &'a str,
    confidence: f32,
    probabilities: &'a [f32],
    /// Level since the last answer, in decibels below full scale.
    level_db: f64,
    silent: bool,
    milliseconds: f64,
}

/// What the model made of a window.
struct Judged {
    received: u64,
    level_db: f64,
    recognition: Result<Recognition, Problem>,
    took: Duration,
}

/// What came from the client.
enum Heard {
    Text(String),
    Pcm(Bytes),
    Nothing,
    Left,
}

/// Upgrades to a live connection.
pub(crate) async fn live(
    State(app): State<Shared>,
    Extension(Peer(peer)): Extension<Peer>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    let upgrade = upgrade.map_err(|error| Problem::new(Kind::BadRequest, error.body_text()))?;
    app.check_ready()?;
    let address = client_address(&app, peer.ip(), &headers);
    let place = app.live.enter(address, &app.settings.limits)?;
    // Browsers leave where none of the protocols that they offered is taken.
    let token = app.settings.access.token.iter();
    let protocols = token.map(|token| format!("{LIVE_PROTOCOL_PREFIX}{token}"));
    let upgrade = upgrade.protocols(protocols);
    let unfinished = app.tasks.token();
    Ok(upgrade
        .max_message_size(MAX_MESSAGE)
        .max_frame_size(MAX_MESSAGE)
        .on_upgrade(async move |mut socket| {
            let _held = (place, unfinished);
            app.metrics.live.inc();
            let conversation = tokio::select! {
                ended = converse(&app, &mut socket) => ended,
                () = app.stopping.cancelled() => Err(Problem::new(Kind::Busy, "the server is stopping")),
            };
            if let Err(problem) = conversation {
                let told = serde_json::json!({ "error": problem }).to_string();
                let _ = timeout(SEND, socket.send(Message::Text(told.into()))).await;
            }
            let _ = timeout(SEND, socket.send(Message::Close(None))).await;
            app.metrics.live.dec();
        }))
}

/// Who speaks: whoever is connected, or whom a proxy speaks for.
fn client_address(app: &App, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    let forwarded = || {
        let last = headers.get_all("x-forwarded-for").into_iter().next_back()?;
        last.to_str().ok()?.rsplit(',').next()?.trim().parse().ok()
    };
    let trusted = app.settings.access.behind_proxy;
    trusted.then(forwarded).flatten().unwrap_or(peer)
}

/// Answers until the client leaves or breaks the rules.
async fn converse(app: &App, socket: &mut WebSocket) -> Result<(), Problem> {
    let model = app.model()?;
    let Some(Hello { sample_rate }) = hello(app, socket).await? else {
        return Ok(());
    };
    let seconds = model.description.window_seconds.min(LONGEST_WINDOW);
    let mut window = LiveWindow::new(sample_rate, seconds);
    let mut judging = pin!(Fuse::terminated());
    loop {
        if judging.is_terminated()
            && let Some(due) = window.due()
        {
            judging.set(judge(app, due).fuse());
        }
        tokio::select! {
            heard = hear(app, socket) => match heard? {
                Heard::Pcm(pcm) => window.push(&pcm)?,
                Heard::Text(_) => {
                    let detail = "send 16-bit PCM as binary messages";
                    return Err(Problem::new(Kind::BadRequest, detail));
                }
                Heard::Nothing => {}
                Heard::Left => return Ok(()),
            },
            judged = &mut judging, if !judging.is_terminated() => {
                let message = told(model, judged)?;
                // A client that does not read is left.
                if !matches!(timeout(SEND, socket.send(message)).await, Ok(Ok(()))) {
                    return Ok(());
                }
            }
        }
    }
}

/// The first message, or nothing where the client leaves before it.
async fn hello(app: &App, socket: &mut WebSocket) -> Result<Option<Hello>, Problem> {
    let expected = || {
        let detail = "begin with a text message: {\"sample_rate\":48000}, 4000 to 192000";
        Problem::new(Kind::BadRequest, detail)
    };
    loop {
        match hear(app, socket).await? {
            Heard::Text(text) => {
                let hello: Hello = serde_json::from_str(&text).map_err(|_| expected())?;
                return if (4_000..=192_000).contains(&hello.sample_rate) {
                    Ok(Some(hello))
                } else {
                    Err(expected())
                };
            }
            Heard::Nothing => {}
            Heard::Pcm(_) => return Err(expected()),
            Heard::Left => return Ok(None),
        }
    }
}

async fn hear(app: &App, socket: &mut WebSocket) -> Result<Heard, Problem> {
    let slow = |_| Problem::new(Kind::Timeout, "nothing was heard for too long");
    let message = timeout(app.settings.timeouts.live, socket.recv())
        .await
        .map_err(slow)?;
    Ok(match message {
        Some(Ok(Message::Text(text))) => Heard::Text(text.to_string()),
        Some(Ok(Message::Binary(pcm))) => Heard::Pcm(pcm),
        Some(Ok(Message::Ping(_) | Message::Pong(_))) => Heard::Nothing,
        Some(Ok(Message::Close(_)) | Err(_)) | None => Heard::Left,
    })
}

async fn judge(app: &App, due: Due) -> Judged {
    let started = Instant::now();
    let Due {
        samples,
        sample_rate,
        received,
        level_db,
    } = due;
    let recording = Recording {
        samples,
        sample_rate,
        channels: 1,
    };
    Judged {
        received,
        level_db,
        recognition: app.inference.recognize(recording).await,
        took: started.elapsed(),
    }
}

fn told(model: &LoadedModel, judged: Judged) -> Result<Message, Problem> {
    let probabilities = judged.recognition?.probabilities;
    let best = most_probable(&probabilities);
    let answer = LiveAnswer {
        received: judged.received,
        label: &model.labels[best],
        confidence: probabilities[best],
        probabilities: &probabilities,
        level_db: three_digits(judged.level_db),
        silent: judged.level_db < SILENCE_DB,
        milliseconds: three_digits(judged.took.as_secs_f64() * 1000.0),
    };
    let text = serde_json::to_string(&answer)
        .map_err(|error| Problem::new(Kind::Internal, error.to_string()))?;
    Ok(Message::Text(text.into()))
}
