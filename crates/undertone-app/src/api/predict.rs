//! `POST /api/predict` and `POST /api/predict/batch`.

use axum::body::Body;
use axum::extract::{Query, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use serde::{Deserialize, Serialize};

use crate::analysis::{Answer, Wanted, analyze};
use crate::app::{App, Shared};
use crate::body::{File, read_files};
use crate::extract::Checked;
use crate::inference::Slot;
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

/// The files of a request, and leave to wait for the model.
async fn receive(app: &App, request: Request) -> Result<(Vec<File>, Slot), Problem> {
    // Nobody needs to send megabytes to be refused; and who was not is not told so when the
    // server is asked to stop meanwhile.
    drop(app.admit()?);
    let files = read_files(app, request, "file").await?;
    Ok((files, app.inference.admit()?))
}

/// What the model makes of one recording.
pub(crate) async fn predict(
    State(app): State<Shared>,
    Checked(Query(options)): Checked<Query<Options>>,
    request: Request,
) -> Result<Response, Problem> {
    let wanted = options.wanted()?;
    let (files, _slot) = receive(&app, request).await?;
    let mut files = files.into_iter();
    let (Some(file), None) = (files.next(), files.next()) else {
        let detail = "one `file` is taken here; several go to /api/predict/batch";
        return Err(Problem::new(Kind::BadRequest, detail));
    };
    let answer = analyze(&app, file.bytes, file.name, wanted).await?;
    answered(&app, &answer)
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
    Checked(Query(options)): Checked<Query<Options>>,
    request: Request,
) -> Result<Response, Problem> {
    let wanted = options.wanted()?;
    let (files, _slot) = receive(&app, request).await?;
    let answer_one =
        async |File { name, bytes }: File| match analyze(&app, bytes, name.clone(), wanted).await {
            Ok(answer) => FileAnswer::Done(Box::new(answer)),
            Err(error) => FileAnswer::Failed { name, error },
        };
    let results = futures_util::stream::iter(files)
        .map(answer_one)
        .buffered(AT_ONCE)
        .collect()
        .await;
    answered(&app, &BatchAnswer { results })
}

/// An answer as JSON, whose memory is counted until its client has taken it: pictures are large.
fn answered(app: &App, answer: &impl Serialize) -> Result<Response, Problem> {
    let json = serde_json::to_vec(answer)
        .map_err(|error| Problem::new(Kind::Internal, error.to_string()))?;
    let body = Body::from(app.memory.keep_answer(json));
    Ok(([(CONTENT_TYPE, "application/json")], body).into_response())
}
