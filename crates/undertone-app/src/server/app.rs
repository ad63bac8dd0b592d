//! The state of a server: one field for each part that a handler can ask for.
//!
//! Handlers take the parts that they need as `State<…>` ([`FromRef`]). Only the server knows the
//! whole, so the modules of handlers do not depend on each other through it.

use std::sync::Arc;

use axum::extract::FromRef;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::analyzer::Analyzer;
use crate::api::{MetricsSources, Predictor};
use crate::assets::PageFolder;
use crate::body::BodyReader;
use crate::decoding::Decoder;
use crate::extractors::BehindProxy;
use crate::gradio::{AppId, Calls, Sessions, Streams, Uploads};
use crate::guard::Guard;
use crate::inference::Inference;
use crate::live::Live;
use crate::memory_budget::MemoryBudget;
use crate::permits::Permits;
use crate::prometheus::Metrics;
use crate::random;
use crate::served_model::ServedModel;
use crate::settings::{Limits, Settings, Timeouts};

/// The state of a server.
#[derive(Debug, Clone, FromRef)]
pub(super) struct App {
    behind_proxy: BehindProxy,
    page_folder: PageFolder,
    app_id: AppId,
    limits: Arc<Limits>,
    bodies: Arc<BodyReader>,
    predictor: Arc<Predictor>,
    metrics_sources: Arc<MetricsSources>,
    live: Arc<Live>,
    calls: Arc<Calls>,
    streams: Arc<Streams>,
    pub(super) model: Arc<ServedModel>,
    pub(super) inference: Arc<Inference>,
    pub(super) uploads: Arc<Uploads>,
    #[from_ref(skip)]
    pub(super) sessions: Arc<Sessions>,
    #[from_ref(skip)]
    pub(super) metrics: Arc<Metrics>,
    #[from_ref(skip)]
    pub(super) guard: Arc<Guard>,
    #[from_ref(skip)]
    pub(super) connections: Permits,
    #[from_ref(skip)]
    pub(super) timeouts: Arc<Timeouts>,
    /// Cancelled when the server is asked to stop. It accepts no new work after that.
    #[from_ref(skip)]
    pub(super) stopping: CancellationToken,
    /// Connections and calls that the server finishes before it stops.
    #[from_ref(skip)]
    pub(super) tasks: TaskTracker,
}

impl App {
    pub(super) fn new(settings: Settings, local_only: bool) -> Self {
        let Settings {
            access,
            limits,
            timeouts,
            workers,
            web,
            ..
        } = settings;
        let connections_per_address = if access.behind_proxy {
            limits.connections
        } else {
            limits.connections_per_address
        };
        let connections = Permits::new(
            "connections are already open",
            limits.connections,
            connections_per_address,
        );
        let live_permits = Permits::new(
            "live connections are already open",
            limits.live,
            limits.live_per_address,
        );
        let stream_permits = Permits::new(
            "event streams are already open",
            limits.streams,
            limits.streams_per_address,
        );
        // Parsing a form copies it. The largest one must fit.
        let body_bytes = limits.memory.max(limits.max_bytes.saturating_mul(2));
        let memory = MemoryBudget::new(body_bytes, limits.share(body_bytes, limits.max_bytes));
        let stopping = CancellationToken::new();
        let tasks = TaskTracker::new();
        let metrics = Arc::new(Metrics::new());
        let model = Arc::new(ServedModel::new(stopping.clone()));
        let inference = Arc::new(Inference::new(
            limits.queue,
            limits.queue_per_address,
            workers,
        ));
        let sessions = Arc::new(Sessions::new(
            limits.calls,
            limits.share(limits.calls, 1),
            timeouts.kept,
        ));
        let uploads = Arc::new(Uploads::new(&limits, timeouts.kept));
        let bodies = Arc::new(BodyReader {
            memory: memory.clone(),
            max_bytes: limits.max_bytes,
            max_parts: limits.files,
            timeout: timeouts.body,
        });
        let analyzer = Arc::new(Analyzer {
            model: model.clone(),
            decoder: Decoder::new(&limits),
            inference: inference.clone(),
            metrics: metrics.clone(),
        });
        Self {
            behind_proxy: BehindProxy(access.behind_proxy),
            page_folder: PageFolder(web.map(Arc::from)),
            app_id: AppId(random::id().into()),
            predictor: Arc::new(Predictor {
                bodies: bodies.clone(),
                analyzer: analyzer.clone(),
                inference: inference.clone(),
                memory: memory.clone(),
            }),
            metrics_sources: Arc::new(MetricsSources {
                metrics: metrics.clone(),
                inference: inference.clone(),
                connections: connections.clone(),
                live: live_permits.clone(),
                streams: stream_permits.clone(),
                memory,
                uploads: uploads.clone(),
            }),
            live: Arc::new(Live {
                model: model.clone(),
                inference: inference.clone(),
                permits: live_permits,
                token: access.token.clone(),
                timeout: timeouts.live,
                tasks: tasks.clone(),
                stopping: stopping.clone(),
            }),
            calls: Arc::new(Calls {
                bodies: bodies.clone(),
                analyzer,
                inference: inference.clone(),
                sessions: sessions.clone(),
                uploads: uploads.clone(),
                metrics: metrics.clone(),
                tasks: tasks.clone(),
            }),
            streams: Arc::new(Streams {
                sessions: sessions.clone(),
                permits: stream_permits,
                stopping: stopping.clone(),
            }),
            limits: Arc::new(limits),
            bodies,
            model,
            inference,
            uploads,
            sessions,
            metrics,
            guard: Arc::new(Guard::new(access, local_only)),
            connections,
            timeouts: Arc::new(timeouts),
            stopping,
            tasks,
        }
    }
}
