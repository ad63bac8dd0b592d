//! `GET /api/live`: speech as it is spoken, over a WebSocket.
//!
//! The client names its rate in a first text message, `{"sample_rate":48000}`, and then sends mono
//! 16-bit little-endian PCM. Five times a second of audio it is told what the model makes of the
//! last window. While the model works, what arrives goes on into the window and what is older
//! falls out of it: a connection never holds more than one window, however fast its client sends.

mod window;

use std::pin::pin;
use std::time::{Duration, Instant};

use axum::extract::State;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::response::Response;
use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::{Fuse, FusedFuture};
use serde::{Deserialize, Serialize};
use tokio::time::{timeout, timeout_at};
use undertone_audio::Recording;

use crate::analysis::three_digits;
use crate::app::{App, LoadedModel, Shared};
use crate::extract::{Checked, Client};
use crate::guard::LIVE_PROTOCOL_PREFIX;
use crate::problem::{Kind, Problem};
use crate::recognizer::Recognition;
use undertone_metrics::argmax;
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
    Left,
}

/// Upgrades to a live connection.
pub(crate) async fn live(
    State(app): State<Shared>,
    Client(client): Client,
    Checked(upgrade): Checked<WebSocketUpgrade>,
) -> Result<Response, Problem> {
    app.check_ready()?;
    let place = app.live.enter(client)?;
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
            let conversation = tokio::select! {
                ended = converse(&app, &mut socket) => ended,
                () = app.stopping.cancelled() => {
                    Err(Problem::stopping())
                }
            };
            let _ = timeout(SEND, end(&mut socket, conversation)).await;
        }))
}

/// Says why the conversation ends, if its client does not know, and waits until it has been heard:
/// a connection is closed once both sides have said so.
async fn end(socket: &mut WebSocket, conversation: Result<(), Problem>) -> Result<(), axum::Error> {
    if let Err(problem) = conversation {
        let told = serde_json::json!({ "error": problem }).to_string();
        socket.send(Message::Text(told.into())).await?;
        let frame = CloseFrame {
            code: close_code(problem.kind),
            reason: problem.kind.title().into(),
        };
        socket.send(Message::Close(Some(frame))).await?;
    }
    while let Some(Ok(_)) = socket.recv().await {}
    Ok(())
}

fn close_code(kind: Kind) -> u16 {
    match kind {
        Kind::Stopping => close_code::AWAY,
        Kind::Busy => close_code::AGAIN,
        Kind::Internal => close_code::ERROR,
        _ => close_code::POLICY,
    }
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
    let mut heard_at = Instant::now();
    loop {
        if judging.is_terminated()
            && let Some(due) = window.due()
        {
            judging.set(judge(app, due).fuse());
        }
        tokio::select! {
            heard = hear(app, socket, heard_at) => match heard? {
                Heard::Pcm(pcm) => {
                    heard_at = Instant::now();
                    window.push(&pcm)?;
                }
                Heard::Text(_) => {
                    let detail = "send 16-bit PCM as binary messages";
                    return Err(Problem::new(Kind::BadRequest, detail));
                }
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
    match hear(app, socket, Instant::now()).await? {
        Heard::Text(text) => {
            let hello: Hello = serde_json::from_str(&text).map_err(|_| expected())?;
            if (4_000..=192_000).contains(&hello.sample_rate) {
                Ok(Some(hello))
            } else {
                Err(expected())
            }
        }
        Heard::Pcm(_) => Err(expected()),
        Heard::Left => Ok(None),
    }
}

/// What the client says next. That it is there (a ping) is nothing said: only messages count from
/// `since` on.
async fn hear(app: &App, socket: &mut WebSocket, since: Instant) -> Result<Heard, Problem> {
    let hearing = async {
        loop {
            match socket.recv().await {
                Some(Ok(Message::Text(text))) => return Heard::Text(text.to_string()),
                Some(Ok(Message::Binary(pcm))) => return Heard::Pcm(pcm),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(Message::Close(_)) | Err(_)) | None => return Heard::Left,
            }
        }
    };
    timeout_at((since + app.settings.timeouts.live).into(), hearing)
        .await
        .map_err(|_| Problem::new(Kind::Timeout, "nothing was heard for too long"))
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
        recognition: app.inference.recognize(recording, None).await,
        took: started.elapsed(),
    }
}

fn told(model: &LoadedModel, judged: Judged) -> Result<Message, Problem> {
    let probabilities = judged.recognition?.probabilities;
    let best = argmax(&probabilities);
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
