//! `POST /api/predict` and `POST /api/predict/batch`.

use std::net::IpAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Query, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use serde::{Deserialize, Serialize};

use crate::analysis::{Analysis, Analyzer, Include};
use crate::body::{BodyReader, File};
use crate::extractors::{Checked, Client};
use crate::inference::{Inference, Slot};
use crate::memory_budget::MemoryBudget;
use crate::problem::{Kind, Problem};

/// Files of one batch that are analyzed at the same time.
const CONCURRENT_FILES: usize = 4;

/// The query parameters of a prediction.
#[derive(Debug, Deserialize)]
pub(crate) struct Options {
    timeline: Option<String>,
    picture: Option<String>,
}

impl Options {
    fn include(&self) -> Result<Include, Problem> {
        Ok(Include {
            timeline: switch("timeline", self.timeline.as_deref())?,
            visualization: switch("picture", self.picture.as_deref())?,
        })
    }
}

fn switch(name: &str, value: Option<&str>) -> Result<bool, Problem> {
    match value {
        None | Some("0" | "false") => Ok(false),
        Some("1" | "true" | "") => Ok(true),
        Some(_) => {
            let detail = format!("`{name}` must be 0 or 1");
            Err(Problem::new(Kind::BadRequest, detail))
        }
    }
}

/// Answers requests for predictions.
#[derive(Debug)]
pub(crate) struct Predictor {
    pub(crate) bodies: Arc<BodyReader>,
    pub(crate) analyzer: Arc<Analyzer>,
    pub(crate) inference: Arc<Inference>,
    pub(crate) memory: Arc<MemoryBudget>,
}

impl Predictor {
    /// Return the files of a request and a place in the model's queue.
    async fn receive(
        &self,
        client: IpAddr,
        request: Request,
    ) -> Result<(Vec<File>, Slot), Problem> {
        // Refuse a client before it sends megabytes. The second check does not ask whether the
        // server is stopping: it has accepted this request.
        drop(self.analyzer.admit(client)?);
        let files = self.bodies.read_files(client, request, "file").await?;
        Ok((files, self.inference.admit(client)?))
    }

    /// Return a JSON response. Its memory is counted until the client has read it, because
    /// visualizations are large.
    fn respond(&self, client: IpAddr, content: &impl Serialize) -> Result<Response, Problem> {
        let json = serde_json::to_vec(content)
            .map_err(|error| Problem::new(Kind::Internal, error.to_string()))?;
        let body = Body::from(self.memory.keep_response(client, json));
        Ok(([(CONTENT_TYPE, "application/json")], body).into_response())
    }
}

/// Analyze one recording.
pub(crate) async fn predict(
    State(predictor): State<Arc<Predictor>>,
    Client(client): Client,
    Checked(Query(options)): Checked<Query<Options>>,
    request: Request,
) -> Result<Response, Problem> {
    let include = options.include()?;
    let (files, _slot) = predictor.receive(client, request).await?;
    let mut files = files.into_iter();
    let (Some(File { name, bytes }), None) = (files.next(), files.next()) else {
        let detail = "send one `file` here, or several to /api/predict/batch";
        return Err(Problem::new(Kind::BadRequest, detail));
    };
    let analyzing = predictor.analyzer.analyze(client, bytes, name, include);
    predictor.respond(client, &analyzing.await?)
}

/// The results of a batch, in the order of the files.
#[derive(Debug, Serialize)]
struct BatchResults {
    results: Vec<FileResult>,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum FileResult {
    Done(Box<Analysis>),
    Failed {
        name: Option<String>,
        error: Problem,
    },
}

/// Analyze several recordings. One that fails does not affect the others.
pub(crate) async fn predict_batch(
    State(predictor): State<Arc<Predictor>>,
    Client(client): Client,
    Checked(Query(options)): Checked<Query<Options>>,
    request: Request,
) -> Result<Response, Problem> {
    let include = options.include()?;
    let (files, _slot) = predictor.receive(client, request).await?;
    let analyze = async |File { name, bytes }: File| {
        let analyzing = predictor
            .analyzer
            .analyze(client, bytes, name.clone(), include);
        match analyzing.await {
            Ok(analysis) => FileResult::Done(Box::new(analysis)),
            Err(error) => FileResult::Failed { name, error },
        }
    };
    let results = futures_util::stream::iter(files)
        .map(analyze)
        .buffered(CONCURRENT_FILES)
        .collect()
        .await;
    predictor.respond(client, &BatchResults { results })
}
