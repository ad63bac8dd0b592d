//! The server: its port, its life, its end.

mod connections;
mod pace;
mod routes;

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;
use tokio_util::sync::CancellationToken;
use undertone_audio::Recording;

use crate::app::{App, Shared};
use crate::recognizer::{ModelDescription, Recognizer};
use crate::settings::Settings;
pub(crate) use connections::Peer;

/// Between two rounds of forgetting what clients have left behind.
const SWEEP: Duration = Duration::from_secs(10);
/// What threads that still decode get once everything else has ended.
const LAST_GRACE: Duration = Duration::from_secs(1);

type AnyError = Box<dyn std::error::Error + Send + Sync>;

/// A server that cannot start or go on.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ServeError {
    /// The port cannot be had.
    #[error("cannot listen at {address}: {source}")]
    Listen {
        /// Host and port.
        address: String,
        /// Why not.
        source: std::io::Error,
    },
    /// The system refuses threads or the like.
    #[error("cannot start: {0}")]
    Start(#[source] std::io::Error),
    /// The model cannot be loaded.
    #[error(transparent)]
    Model(AnyError),
}

/// A server that holds its port and does not answer yet.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    app: Shared,
}

/// Asks a server to stop, from any thread.
#[derive(Debug, Clone)]
pub struct StopHandle(CancellationToken);

impl StopHandle {
    /// Nothing new is accepted any more; what has been accepted is still answered, within
    /// [`Timeouts::stop`](crate::Timeouts::stop).
    pub fn stop(&self) {
        self.0.cancel();
    }
}

impl Server {
    /// Takes the port.
    ///
    /// # Errors
    /// If it cannot be had.
    pub fn bind(settings: Settings) -> Result<Self, ServeError> {
        let at = (settings.host.as_str(), settings.port);
        let listen = || -> std::io::Result<_> {
            let listener = TcpListener::bind(at)?;
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
            app: Arc::new(App::new(settings, local_only)),
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Something to stop it with.
    pub fn stop_handle(&self) -> StopHandle {
        StopHandle(self.app.stopping.clone())
    }

    /// Serves until it is stopped. The model is loaded meanwhile: until then requests are told to
    /// come back, and `ready` is called when it is there.
    ///
    /// # Errors
    /// If the model cannot be loaded, or the system refuses threads.
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
        runtime.shutdown_timeout(LAST_GRACE);
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

/// Loads the model, lets it warm up, and opens for requests.
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
    // Plans and buffers are made on first use; the first client should not wait for them.
    let _ = recognizer.recognize(&[tone()]);
    let description = recognizer.description();
    app.inference
        .start(recognizer, app.settings.workers)
        .map_err(ServeError::Start)?;
    app.set_model(description.clone());
    ready(&description);
    Ok(())
}

/// A second of something that is not silence, at the rate that most browsers record at.
fn tone() -> Recording {
    Recording {
        samples: (0..48_000).map(|n| (n as f32 * 0.03).sin() * 0.3).collect(),
        sample_rate: 48_000,
        channels: 1,
    }
}

async fn sweep(app: Shared) {
    loop {
        tokio::time::sleep(SWEEP).await;
        app.gradio.uploads.sweep();
        app.gradio.sessions.sweep();
    }
}
