//! Accept connections, limit them, and finish them when the server stops.
//!
//! This is ours because `axum::serve` has no limit on connections or on the time for a request's
//! head, and tower's layers only see a request after its head.

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
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tower::Service;

use super::app::App;
use super::pace::Paced;
use crate::extractors::{Peer, network};
use crate::permits::Permit;
use crate::problem::Problem;

/// The largest head of a request in bytes. Hyper allows no less than 8 KiB.
const MAX_HEAD_BYTES: usize = 32 << 10;
const MAX_HEADERS: usize = 64;
/// Refused connections that are told so at the same time. Any more are closed without a word.
const MAX_REFUSALS: usize = 64;
/// Time for a refused client to read the reason.
const REFUSAL_TIME: Duration = Duration::from_millis(500);
/// Pause after a failure to accept, for example because there are no file descriptors left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// Time for the head of a request to arrive once the server is asked to stop.
const STOPPING_HEAD_TIME: Duration = Duration::from_secs(1);
/// Time between two checks for pending calls while the server stops.
const DRAIN_INTERVAL: Duration = Duration::from_millis(20);

/// Accept connections until the server is asked to stop and has answered all accepted requests.
pub(super) async fn accept(listener: TcpListener, app: App, router: Router) {
    tokio::select! {
        () = accept_all(&listener, &app, &router) => {}
        () = app.stopping.cancelled() => {}
    }
    tracing::info!("stopping");
    // Gradio clients fetch the result of a call with another request, so the port stays open while
    // there are such calls.
    let fetched = async {
        while app.sessions.have_pending_calls() {
            tokio::time::sleep(DRAIN_INTERVAL).await;
        }
    };
    let finishing = async {
        tokio::select! {
            () = accept_all(&listener, &app, &router) => {}
            () = fetched => {}
        }
        drop(listener);
        app.tasks.close();
        app.tasks.wait().await;
    };
    if timeout(app.timeouts.stop, finishing).await.is_err() {
        tracing::warn!("stopped before all requests were answered");
    }
}

async fn accept_all(listener: &TcpListener, app: &App, router: &Router) {
    let refusals = Arc::new(Semaphore::new(MAX_REFUSALS));
    loop {
        let (stream, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        match app.connections.acquire(network(peer.ip())) {
            Ok(permit) => {
                let connection = serve(stream, Peer(peer), app.clone(), router.clone(), permit);
                app.tasks.spawn(connection);
            }
            Err(problem) => {
                if let Ok(permit) = Arc::clone(&refusals).try_acquire_owned() {
                    tokio::spawn(async move {
                        let _ = timeout(REFUSAL_TIME, refuse(stream, &problem)).await;
                        drop(permit);
                    });
                }
            }
        }
    }
}

/// Report that there are too many connections. Then read what the client is still sending: it would
/// otherwise see a broken connection instead of the response.
async fn refuse(mut stream: TcpStream, problem: &Problem) -> std::io::Result<()> {
    stream.write_all(&refusal(problem)).await?;
    stream.shutdown().await?;
    let mut discarded = vec![0; 16 << 10];
    while stream.read(&mut discarded).await? > 0 {}
    Ok(())
}

fn refusal(problem: &Problem) -> Vec<u8> {
    let body = serde_json::json!(problem).to_string();
    format!(
        "HTTP/1.1 {}\r\ncontent-type: application/problem+json\r\nretry-after: 1\r\n\
         connection: close\r\ncontent-length: {}\r\n\r\n{body}",
        problem.kind.status_code(),
        body.len(),
    )
    .into_bytes()
}

async fn serve(stream: TcpStream, peer: Peer, app: App, router: Router, _permit: Permit) {
    // Responses are written whole, so waiting for more data only costs time.
    let _ = stream.set_nodelay(true);
    let timeouts = &app.timeouts;
    let stream = Paced::new(stream, timeouts.write);
    // A request that starts after the stop was not accepted, so the server does not wait for it.
    let stopping = app.stopping.is_cancelled();
    let head = if stopping {
        STOPPING_HEAD_TIME.min(timeouts.head)
    } else {
        timeouts.head
    };
    let requested = Arc::new(AtomicBool::new(false));
    let has_request = Arc::clone(&requested);
    let service = service_fn(move |mut request: Request<Incoming>| {
        has_request.store(true, Ordering::Relaxed);
        request.extensions_mut().insert(peer);
        let mut router = router.clone();
        async move { router.call(request.map(Body::new)).await }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(head)
        .max_buf_size(MAX_HEAD_BYTES)
        .max_headers(MAX_HEADERS)
        .keep_alive(!stopping)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    // Errors are the client's: it disconnected early, sent invalid data, or was too slow.
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = app.stopping.cancelled(), if !stopping => {
            connection.as_mut().graceful_shutdown();
            tokio::select! {
                ended = connection => ended,
                () = no_request(&requested) => Ok(()),
            }
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "connection failed");
    }
}

/// Return once no request has arrived in time. Never return if one has.
async fn no_request(requested: &AtomicBool) {
    tokio::time::sleep(STOPPING_HEAD_TIME).await;
    if requested.load(Ordering::Relaxed) {
        std::future::pending().await
    }
}
