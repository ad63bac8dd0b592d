//! `POST /api/predict` and `POST /api/predict/batch`.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, Request, State};
use futures_util::StreamExt;
use serde::{Deserialize, Serialize};

use crate::analysis::{Answer, Wanted, analyse};
use crate::app::Shared;
use crate::body::{File, read_files};
use crate::problem::{Kind, Problem};

/// Files of one batch that are worked on at the same time.
const AT_ONCE: usize = 4;

/// The query of a prediction.
#[derive(Debug, Deserialize)]
pub(crate) struct Options {
    timeline: Option<String>,
    picture: Option<String>,
}

impl Options {
    fn wanted(&self) -> Result<Wanted, Problem> {
        Ok(Wanted {
            timeline: switch("timeline", self.timeline.as_deref())?,
            picture: switch("picture", self.picture.as_deref())?,
        })
    }
}

fn switch(name: &str, value: Option<&str>) -> Result<bool, Problem> {
    match value {
        None | Some("0" | "false") => Ok(false),
        Some("1" | "true" | "") => Ok(true),
        Some(_) => {
            let detail = format!("`{name}` is 0 or 1");
            Err(Problem::new(Kind::BadRequest, detail))
        }
    }
}

fn wanted(options: Result<Query<Options>, QueryRejection>) -> Result<Wanted, Problem> {
    let malformed = |error: QueryRejection| Problem::new(Kind::BadRequest, error.body_text());
    options.map_err(malformed)?.wanted()
}

/// What the model makes of one recording.
pub(crate) async fn predict(
    State(app): State<Shared>,
    options: Result<Query<Options>, QueryRejection>,
    request: Request,
) -> Result<Json<Answer>, Problem> {
    let wanted = wanted(options)?;
    // Nobody needs to send megabytes to be refused; and who was not is not told so when the
    // server is asked to stop meanwhile.
    drop(app.admit()?);
    let read = read_files(&app, request, "file").await?;
    let _slot = app.inference.admit()?;
    let mut files = read.files.into_iter();
    let (Some(file), None) = (files.next(), files.next()) else {
        let detail = "one `file` is taken here; several go to /api/predict/batch";
        return Err(Problem::new(Kind::BadRequest, detail));
    };
    let answer = analyse(&app, file.bytes, file.name, wanted).await?;
    Ok(Json(answer))
}

/// Answers in the order of the files.
#[derive(Debug, Serialize)]
pub(crate) struct BatchAnswer {
    results: Vec<FileAnswer>,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum FileAnswer {
    Done(Box<Answer>),
    Failed {
        name: Option<String>,
        error: Problem,
    },
}

/// What the model makes of several recordings; one that fails leaves the others alone.
pub(crate) async fn predict_batch(
    State(app): State<Shared>,
    options: Result<Query<Options>, QueryRejection>,
    request: Request,
) -> Result<Json<BatchAnswer>, Problem> {
    let wanted = wanted(options)?;
    // Nobody needs to send megabytes to be refused; and who was not is not told so when the
    // server is asked to stop meanwhile.
    drop(app.admit()?);
    let read = read_files(&app, request, "file").await?;
    let _slot = app.inference.admit()?;
    let answer_one =
        async |File { name, bytes }: File| match analyse(&app, bytes, name.clone(), wanted).await {
            Ok(answer) => FileAnswer::Done(Box::new(answer)),
            Err(error) => FileAnswer::Failed { name, error },
        };
    let results = futures_util::stream::iter(read.files)
        .map(answer_one)
        .buffered(AT_ONCE)
        .collect()
        .await;
    Ok(Json(BatchAnswer { results }))
}
