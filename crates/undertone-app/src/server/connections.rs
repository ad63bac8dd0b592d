//! Connections: how many, how long, and what becomes of them when the server stops.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tower::Service;

use super::pace::Paced;
use crate::app::Shared;
use crate::places::Place;
use crate::problem::Problem;

/// Head of the largest request; hyper's least is 8 KiB.
const LARGEST_HEAD: usize = 32 << 10;
const MOST_HEADERS: usize = 64;
/// Pause after the system could not accept: it is out of file descriptors or the like.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// What a request that has begun to come gets to arrive once the server is to stop.
const LAST_HEAD: Duration = Duration::from_secs(1);
/// Between two looks whether everything has been answered.
const DRAIN_LOOK: Duration = Duration::from_millis(20);

/// The address of whoever asks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) SocketAddr);

/// Accepts connections until the server is to stop and what was accepted has been answered.
pub(super) async fn accept(listener: TcpListener, app: Shared, router: Router) {
    tokio::select! {
        () = accept_all(&listener, &app, &router) => {}
        () = app.stopping.cancelled() => {}
    }
    tracing::info!("stopping");
    // Calls of Gradio's clients are fetched by requests yet to come, so the port stays open as
    // long as there are such calls.
    let answered = async {
        while app.gradio.sessions.are_awaited() {
            tokio::time::sleep(DRAIN_LOOK).await;
        }
    };
    let answering = async {
        tokio::select! {
            () = accept_all(&listener, &app, &router) => {}
            () = answered => {}
        }
        drop(listener);
        app.tasks.close();
        app.tasks.wait().await;
    };
    if timeout(app.settings.timeouts.stop, answering)
        .await
        .is_err()
    {
        tracing::warn!("stopped with requests unanswered");
    }
}

async fn accept_all(listener: &TcpListener, app: &Shared, router: &Router) {
    loop {
        let (stream, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "cannot accept");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        match app.connections.enter(peer.ip()) {
            Ok(place) => {
                let connection = serve(stream, Peer(peer), app.clone(), router.clone(), place);
                app.tasks.spawn(connection);
            }
            Err(problem) => refuse(stream, &problem).await,
        }
    }
}

/// Says that there are too many connections, if that can be said without waiting.
async fn refuse(mut stream: TcpStream, problem: &Problem) {
    let saying = async {
        let _ = stream.write_all(&refusal(problem)).await;
        let _ = stream.shutdown().await;
    };
    let _ = timeout(Duration::from_millis(10), saying).await;
}

fn refusal(problem: &Problem) -> Vec<u8> {
    let body = serde_json::json!(problem).to_string();
    format!(
        "HTTP/1.1 {}\r\ncontent-type: application/problem+json\r\nretry-after: 1\r\n\
         connection: close\r\ncontent-length: {}\r\n\r\n{body}",
        problem.kind.status(),
        body.len(),
    )
    .into_bytes()
}

async fn serve(stream: TcpStream, peer: Peer, app: Shared, router: Router, _place: Place) {
    // Answers are written whole; waiting for more to send only costs time.
    let _ = stream.set_nodelay(true);
    let timeouts = &app.settings.timeouts;
    let stream = Paced::new(stream, timeouts.write);
    // Whoever begins to ask only now has not been accepted, and need not be waited for.
    let stopping = app.stopping.is_cancelled();
    let head = if stopping {
        LAST_HEAD.min(timeouts.head)
    } else {
        timeouts.head
    };
    let asked = Arc::new(AtomicBool::new(false));
    let asks = Arc::clone(&asked);
    let answer = service_fn(move |mut request: Request<Incoming>| {
        asks.store(true, Ordering::Relaxed);
        request.extensions_mut().insert(peer);
        let mut router = router.clone();
        async move { router.call(request.map(Body::new)).await }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(head)
        .max_buf_size(LARGEST_HEAD)
        .max_headers(MOST_HEADERS)
        .keep_alive(!stopping)
        .serve_connection(TokioIo::new(stream), answer)
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    // Errors are what clients do: leave early, send nonsense, be slow.
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = app.stopping.cancelled(), if !stopping => {
            connection.as_mut().graceful_shutdown();
            tokio::select! {
                ended = connection => ended,
                () = nothing_asked(&asked) => Ok(()),
            }
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "connection");
    }
}

/// Ends where no request has come within the last moments.
async fn nothing_asked(asked: &AtomicBool) {
    tokio::time::sleep(LAST_HEAD).await;
    if asked.load(Ordering::Relaxed) {
        std::future::pending().await
    }
}
