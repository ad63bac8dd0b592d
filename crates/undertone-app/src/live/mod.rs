//! `GET /api/live`: predictions while a person speaks, over a WebSocket.
//!
//! The client's first message is text, `{"sample_rate":48000}`. It then sends mono 16-bit
//! little-endian PCM, and text messages to adapt to the voice, not to adapt, or to forget it. Five
//! times per second of audio the server sends the model's result for the last window. While the
//! model works, new samples push the oldest ones out of the window, so a connection never holds
//! more than one window, however fast its client sends.

use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::extractors::{Checked, Client};
use crate::guard::LIVE_PROTOCOL_PREFIX;
use crate::inference::Inference;
use crate::listening::{Control, DueWindow, HeardWindow, Hello, Listener, WindowResult, message};
use crate::permits::Permits;
use crate::problem::{Kind, Problem};
use crate::rate_limit::{Rate, RateLimit};
use crate::recognizer::Recognition;
use crate::served_model::ServedModel;
use axum::extract::State;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::response::Response;
use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::{Fuse, FusedFuture};
use tokio::time::{timeout, timeout_at};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The largest message in bytes: more than two seconds at 192 kHz, and more than any page sends at
/// once.
const MAX_MESSAGE: usize = 1 << 20;
/// The most bytes that wait for a client to read them. Tungstenite answers each ping with a pong,
/// and would otherwise keep the pongs of a client that never reads without end. It must exceed the
/// size at which tungstenite begins to write.
const MAX_WRITE_BUFFER: usize = 256 << 10;
const WRITE_BUFFER: usize = 64 << 10;
/// How long a client may take to read one message.
const SEND_TIMEOUT: Duration = Duration::from_secs(5);
/// Pings and pongs of a client. Browsers and proxies send one every few seconds.
const CONTROL_FRAMES: Rate = Rate {
    at_once: 32.0,
    per_second: 4.0,
};
/// Messages that a client may have sent before it learned that the connection is closed.
const MAX_AFTER_CLOSE: usize = 256;
/// The parts of the server that live connections use.
#[derive(Debug)]
pub(crate) struct Live {
    pub(crate) model: Arc<ServedModel>,
    pub(crate) inference: Arc<Inference>,
    pub(crate) permits: Permits,
    pub(crate) token: Option<String>,
    /// The longest time between two messages of a client.
    pub(crate) timeout: Duration,
    pub(crate) tasks: TaskTracker,
    pub(crate) stopping: CancellationToken,
}

/// The model's result for a window, before it is adapted.
struct Recognized {
    window: HeardWindow,
    recognition: Result<Recognition, Problem>,
    elapsed: Duration,
}

/// An event from the client.
enum ClientEvent {
    Text(String),
    Pcm(Bytes),
    Disconnected,
}

/// Upgrade a request to a live connection.
pub(crate) async fn live(
    State(live): State<Arc<Live>>,
    Client(client): Client,
    Checked(upgrade): Checked<WebSocketUpgrade>,
) -> Result<Response, Problem> {
    live.model.check_ready()?;
    let permit = live.permits.acquire(client)?;
    // Browsers close a connection that accepts none of the subprotocols that they offered.
    let token = live.token.iter();
    let protocols = token.map(|token| format!("{LIVE_PROTOCOL_PREFIX}{token}"));
    let upgrade = upgrade.protocols(protocols);
    let unfinished = live.tasks.token();
    Ok(upgrade
        .max_message_size(MAX_MESSAGE)
        .max_frame_size(MAX_MESSAGE)
        .write_buffer_size(WRITE_BUFFER)
        .max_write_buffer_size(MAX_WRITE_BUFFER)
        .on_upgrade(async move |mut socket| {
            let _held = (permit, unfinished);
            let ended = tokio::select! {
                ended = converse(&live, client, &mut socket) => ended,
                () = live.stopping.cancelled() => Err(Problem::stopping()),
            };
            let _ = timeout(SEND_TIMEOUT, close(&mut socket, ended)).await;
        }))
}

/// Report an error, if there was one, and wait until the client has closed the connection too.
async fn close(socket: &mut WebSocket, ended: Result<(), Problem>) -> Result<(), axum::Error> {
    if let Err(problem) = ended {
        let error = serde_json::json!({ "error": problem }).to_string();
        socket.send(Message::Text(error.into())).await?;
        let frame = CloseFrame {
            code: close_code(problem.kind),
            reason: problem.kind.title().into(),
        };
        socket.send(Message::Close(Some(frame))).await?;
    }
    for _ in 0..MAX_AFTER_CLOSE {
        if !matches!(socket.recv().await, Some(Ok(_))) {
            break;
        }
    }
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

/// Send results until the client disconnects or breaks the protocol.
async fn converse(live: &Live, client: IpAddr, socket: &mut WebSocket) -> Result<(), Problem> {
    let description = &live.model.get()?.description;
    let mut control = RateLimit::new(CONTROL_FRAMES);
    let Some(Hello { sample_rate, adapt }) = hello(live, socket, &mut control).await? else {
        return Ok(());
    };
    let mut listener = Listener::new(description, sample_rate, adapt)?;
    let mut recognizing = pin!(Fuse::terminated());
    let mut last_message = Instant::now();
    loop {
        if recognizing.is_terminated()
            && let Some(due) = listener.window.take_due()
        {
            recognizing.set(recognize(live, client, due).fuse());
        }
        tokio::select! {
            event = receive(live, socket, &mut control, last_message) => match event? {
                ClientEvent::Pcm(pcm) => {
                    last_message = Instant::now();
                    listener.window.push(&pcm)?;
                }
                ClientEvent::Text(text) => {
                    listener.control(description, &Control::read(&text)?)?;
                }
                ClientEvent::Disconnected => return Ok(()),
            },
            result = &mut recognizing, if !recognizing.is_terminated() => {
                let mut recognition = result.recognition?;
                let adapted_seconds = listener.voice.adapted_seconds();
                if let Some(question) = listener.question(&result.window, &recognition) {
                    let asking = live
                        .inference
                        .ask(move |recognizer| question.ask(recognizer, recognition));
                    let (judged, heard) = asking.await??;
                    recognition = judged;
                    listener.voice.keep(heard);
                }
                let result = WindowResult {
                    window: &result.window,
                    recognition,
                    milliseconds: result.elapsed.as_secs_f64() * 1000.0,
                    heard_seconds: listener.voice.heard_seconds(),
                    adapted_seconds,
                };
                let message = Message::Text(message(description, &result)?.into());
                // A client that does not read is disconnected.
                if !matches!(timeout(SEND_TIMEOUT, socket.send(message)).await, Ok(Ok(()))) {
                    return Ok(());
                }
            }
        }
    }
}

/// Return the first message, or `None` if the client disconnects before it.
async fn hello(
    live: &Live,
    socket: &mut WebSocket,
    control: &mut RateLimit,
) -> Result<Option<Hello>, Problem> {
    match receive(live, socket, control, Instant::now()).await? {
        ClientEvent::Text(text) => Hello::read(Some(&text)).map(Some),
        ClientEvent::Pcm(_) => Hello::read(None).map(Some),
        ClientEvent::Disconnected => Ok(None),
    }
}

/// Wait for the client's next message. The time runs from `since`, and pings do not extend it.
async fn receive(
    live: &Live,
    socket: &mut WebSocket,
    control: &mut RateLimit,
    since: Instant,
) -> Result<ClientEvent, Problem> {
    let receiving = async {
        loop {
            match socket.recv().await {
                Some(Ok(Message::Text(text))) => return Ok(ClientEvent::Text(text.to_string())),
                Some(Ok(Message::Binary(pcm))) => return Ok(ClientEvent::Pcm(pcm)),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {
                    if !control.count() {
                        let detail = "at most 4 pings or pongs per second are accepted";
                        return Err(Problem::new(Kind::TooManyRequests, detail));
                    }
                }
                Some(Ok(Message::Close(_)) | Err(_)) | None => {
                    return Ok(ClientEvent::Disconnected);
                }
            }
        }
    };
    timeout_at((since + live.timeout).into(), receiving)
        .await
        .unwrap_or_else(|_| {
            let detail = "the client sent nothing for too long";
            Err(Problem::new(Kind::Timeout, detail))
        })
}

async fn recognize(live: &Live, client: IpAddr, due: DueWindow) -> Recognized {
    let started = Instant::now();
    let (window, recording) = HeardWindow::of(due);
    let recognition = match recording {
        None => Ok(Recognition::without_speech()),
        Some(recording) => {
            let recognizing = live.inference.recognize(client, recording, false, None);
            recognizing.await.map(|it| it.recognition)
        }
    };
    Recognized {
        window,
        recognition,
        elapsed: started.elapsed(),
    }
}
