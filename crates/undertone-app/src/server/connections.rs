//! Connections: how many, how long, and what becomes of them when the server stops.

use std::net::SocketAddr;
use std::sync::Arc;
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
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use tokio_io_timeout::TimeoutStream;
use tower::Service;

use crate::app::Shared;

/// Head of the largest request; hyper's least is 8 KiB.
const LARGEST_HEAD: usize = 32 << 10;
const MOST_HEADERS: usize = 64;
/// Pause after the system could not accept: it is out of file descriptors or the like.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// Between two looks whether everything has been answered.
const DRAIN_LOOK: Duration = Duration::from_millis(20);

/// What a connection too many is told.
const FULL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\n\
    content-type: application/problem+json\r\nretry-after: 1\r\nconnection: close\r\n\
    content-length: 120\r\n\r\n\
    {\"type\":\"urn:undertone:busy\",\"title\":\"The server is busy\",\"status\":503,\
    \"detail\":\"too many connections are open already\"}";

/// The address of whoever asks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) SocketAddr);

/// Accepts connections until the server is to stop and what was accepted has been answered.
pub(super) async fn accept(listener: TcpListener, app: Shared, router: Router) {
    let places = Arc::new(Semaphore::new(app.settings.limits.connections));
    tokio::select! {
        () = accept_all(&listener, &app, &router, &places) => {}
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
            () = accept_all(&listener, &app, &router, &places) => {}
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

async fn accept_all(
    listener: &TcpListener,
    app: &Shared,
    router: &Router,
    places: &Arc<Semaphore>,
) {
    loop {
        let (stream, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "cannot accept");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        match Arc::clone(places).try_acquire_owned() {
            Ok(place) => {
                let connection = serve(stream, Peer(peer), app.clone(), router.clone(), place);
                app.tasks.spawn(connection);
            }
            Err(_) => refuse(stream).await,
        }
    }
}

/// Says that there are too many connections, if that can be said without waiting.
async fn refuse(mut stream: TcpStream) {
    let saying = async {
        let _ = stream.write_all(FULL).await;
        let _ = stream.shutdown().await;
    };
    let _ = timeout(Duration::from_millis(10), saying).await;
}

async fn serve(
    stream: TcpStream,
    peer: Peer,
    app: Shared,
    router: Router,
    _place: OwnedSemaphorePermit,
) {
    // Answers are written whole; waiting for more to send only costs time.
    let _ = stream.set_nodelay(true);
    let timeouts = &app.settings.timeouts;
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(timeouts.write));
    let answer = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(peer);
        let mut router = router.clone();
        async move { router.call(request.map(Body::new)).await }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(timeouts.head)
        .max_buf_size(LARGEST_HEAD)
        .max_headers(MOST_HEADERS)
        .keep_alive(!app.stopping.is_cancelled())
        .serve_connection(TokioIo::new(Box::pin(stream)), answer)
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    app.metrics.connections.inc();
    // Errors are what clients do: leave early, send nonsense, be slow.
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = app.stopping.cancelled(), if !app.stopping.is_cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "connection");
    }
    app.metrics.connections.dec();
}

#[cfg(test)]
mod tests {
    use super::FULL;

    #[test]
    fn the_refusal_is_as_long_as_it_says() {
        let text = std::str::from_utf8(FULL).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(
            head.ends_with(&format!("content-length: {}", body.len())),
            "{}",
            body.len()
        );
    }
}
