//! Bind the server's port, run it, and stop it.

mod app;
mod connections;
mod observe;
mod pace;
mod routes;

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;
use tokio_util::sync::CancellationToken;
use undertone_audio::Recording;

use crate::recognizer::{ModelDescription, Recognizer};
use crate::settings::Settings;
use app::App;

/// Time between two searches for expired uploads and sessions.
const SWEEP_INTERVAL: Duration = Duration::from_secs(10);
/// Time for threads that still decode once everything else has ended.
const DECODE_GRACE: Duration = Duration::from_secs(1);

type AnyError = Box<dyn std::error::Error + Send + Sync>;

/// Why a server cannot start.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ServeError {
    /// The server cannot listen on the port.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// Host and port.
        address: String,
        /// The system's error.
        source: std::io::Error,
    },
    /// The system refuses threads or another resource.
    #[error("cannot start: {0}")]
    Start(#[source] std::io::Error),
    /// The model cannot be loaded.
    #[error(transparent)]
    Model(AnyError),
}

/// A server that holds its port but does not answer yet.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    app: App,
}

/// Stops a server from any thread.
#[derive(Debug, Clone)]
pub struct StopHandle(CancellationToken);

impl StopHandle {
    /// Accept no new requests. Accepted ones are still answered within
    /// [`Timeouts::stop`](crate::Timeouts::stop).
    pub fn stop(&self) {
        self.0.cancel();
    }
}

impl Server {
    /// Bind the port.
    ///
    /// # Errors
    /// If the port cannot be bound.
    pub fn bind(settings: Settings) -> Result<Self, ServeError> {
        let address = (settings.host.as_str(), settings.port);
        let listen = || -> std::io::Result<_> {
            let listener = TcpListener::bind(address)?;
            listener.set_nonblocking(true)?;
            let address = listener.local_addr()?;
            Ok((listener, address))
        };
        let (listener, address) = listen().map_err(|source| ServeError::Listen {
            address: format!("{}:{}", settings.host, settings.port),
            source,
        })?;
        let local_only = address.ip().is_loopback();
        Ok(Self {
            listener,
            address,
            app: App::new(settings, local_only),
        })
    }

    /// Return the address that the server listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Return a handle that stops the server.
    pub fn stop_handle(&self) -> StopHandle {
        StopHandle(self.app.stopping.clone())
    }

    /// Load the model and serve it until the server is stopped. Requests that arrive during loading
    /// get status 503. `ready` is called once the model is loaded.
    ///
    /// # Errors
    /// If the model cannot be loaded or the system refuses threads.
    pub fn run<R, E>(
        self,
        load: impl FnOnce() -> Result<R, E> + Send + 'static,
        ready: impl FnOnce(&ModelDescription) + Send + 'static,
    ) -> Result<(), ServeError>
    where
        R: Recognizer,
        E: Into<AnyError> + Send + 'static,
    {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .thread_name("undertone-server")
            .build()
            .map_err(ServeError::Start)?;
        let served = runtime.block_on(self.serve(load, ready));
        runtime.shutdown_timeout(DECODE_GRACE);
        served
    }

    async fn serve<R, E>(
        self,
        load: impl FnOnce() -> Result<R, E> + Send + 'static,
        ready: impl FnOnce(&ModelDescription) + Send + 'static,
    ) -> Result<(), ServeError>
    where
        R: Recognizer,
        E: Into<AnyError> + Send + 'static,
    {
        let Self { listener, app, .. } = self;
        let listener = tokio::net::TcpListener::from_std(listener).map_err(ServeError::Start)?;
        let accepting = tokio::spawn(connections::accept(
            listener,
            app.clone(),
            routes::router(app.clone()),
        ));
        let sweeping = tokio::spawn(sweep(app.clone()));
        let starting = app.clone();
        let started = tokio::task::spawn_blocking(move || start(&starting, load, ready));
        let started = started.await.unwrap_or_else(|error| {
            Err(ServeError::Start(std::io::Error::other(error.to_string())))
        });
        if started.is_err() {
            app.stopping.cancel();
        }
        let _ = accepting.await;
        sweeping.abort();
        app.inference.close();
        started
    }
}

/// Load the model, warm it up, and accept requests for it.
fn start<R, E>(
    app: &App,
    load: impl FnOnce() -> Result<R, E>,
    ready: impl FnOnce(&ModelDescription),
) -> Result<(), ServeError>
where
    R: Recognizer,
    E: Into<AnyError>,
{
    let recognizer = Arc::new(load().map_err(|error| ServeError::Model(error.into()))?);
    // The first use creates plans and buffers, which the first client should not wait for.
    let _ = recognizer.recognize(&[tone()]);
    let description = recognizer.description();
    app.inference.start(recognizer).map_err(ServeError::Start)?;
    app.model.set(description.clone());
    ready(&description);
    Ok(())
}

/// Return a second of a tone at the rate at which most browsers record.
fn tone() -> Recording {
    Recording::mono(
        (0..48_000).map(|n| (n as f32 * 0.03).sin() * 0.3).collect(),
        48_000,
    )
}

async fn sweep(app: App) {
    loop {
        tokio::time::sleep(SWEEP_INTERVAL).await;
        app.uploads.sweep();
        app.sessions.sweep();
    }
}
