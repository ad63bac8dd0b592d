//! The server: a port, connections, and an orderly end.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use thiserror::Error;
use tokio::sync::watch;

use crate::app::{App, Shared};
use crate::recognizer::{ModelDescription, Recognizer};
use crate::settings::Settings;
use crate::{api, assets, live};

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
    Model(Box<dyn std::error::Error + Send + Sync>),
}

/// A server that holds its port and does not answer yet.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    app: Shared,
    stop: watch::Sender<bool>,
}

/// Asks a server to stop, from any thread.
#[derive(Debug, Clone)]
pub struct StopHandle(watch::Sender<bool>);

impl StopHandle {
    /// What has been accepted is still answered, within [`Timeouts::stop`](crate::Timeouts::stop).
    pub fn stop(&self) {
        self.0.send_replace(true);
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
        Ok(Self {
            listener,
            address,
            app: Arc::new(App::new(settings)),
            stop: watch::Sender::new(false),
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Something to stop it with.
    pub fn stop_handle(&self) -> StopHandle {
        StopHandle(self.stop.clone())
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
        E: Into<Box<dyn std::error::Error + Send + Sync>> + Send + 'static,
    {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .map_err(ServeError::Start)?;
        runtime.block_on(async move {
            let recognizer = Arc::new(load().map_err(|error| ServeError::Model(error.into()))?);
            let description = recognizer.description();
            ready(&description);
            self.app.set_model(description);
            let workers = self.app.settings.workers;
            self.app
                .inference
                .start(recognizer, workers)
                .map_err(ServeError::Start)?;
            let listener =
                tokio::net::TcpListener::from_std(self.listener).map_err(ServeError::Start)?;
            let mut stopped = self.stop.subscribe();
            axum::serve(listener, router(self.app))
                .with_graceful_shutdown(async move {
                    let _ = stopped.wait_for(|stop| *stop).await;
                })
                .await
                .map_err(ServeError::Start)
        })
    }
}

fn router(app: Shared) -> Router {
    Router::new()
        .route("/", get(assets::index))
        .route("/assets/{name}", get(assets::asset))
        .route("/samples/{name}", get(assets::sample))
        .route("/api/predict", post(api::predict))
        .route("/api/predict/batch", post(api::predict_batch))
        .route("/api/model", get(api::model))
        .route("/api/live", get(live::live))
        .layer(axum::extract::DefaultBodyLimit::disable())
        .with_state(app)
}
