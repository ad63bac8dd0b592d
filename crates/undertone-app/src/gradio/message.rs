//! The messages of Gradio's event streams (`gradio/server_messages.py`).

use serde::Serialize;
use serde_json::{Value, json};

use crate::analysis::Answer;
use crate::problem::Problem;

/// How long a client's page shows an error, in seconds: Gradio's default.
const SHOWN_SECONDS: u32 = 10;

/// A message about one call.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "msg", rename_all = "snake_case")]
pub(super) enum Message {
    /// It waits.
    Estimation {
        event_id: String,
        rank: usize,
        queue_size: usize,
        rank_eta: Option<f64>,
    },
    /// It is being worked on.
    ProcessStarts { event_id: String, eta: Option<f64> },
    /// It is done.
    ProcessCompleted {
        event_id: String,
        output: Value,
        success: bool,
        title: Option<String>,
    },
}

impl Message {
    /// The call that it is about.
    pub(super) fn event_id(&self) -> &str {
        match self {
            Self::Estimation { event_id, .. }
            | Self::ProcessStarts { event_id, .. }
            | Self::ProcessCompleted { event_id, .. } => event_id,
        }
    }
}

/// The outcome of a call: what its function returned, or what its client is told instead.
#[derive(Debug, Clone)]
pub(super) struct CallResult {
    pub(super) output: Value,
    pub(super) success: bool,
    title: Option<String>,
}

impl CallResult {
    pub(super) fn of(result: &Result<Answer, Problem>, seconds: f64) -> Self {
        match result {
            Ok(answer) => Self {
                output: json!({
                    "data": [label_data(answer)],
                    "is_generating": false,
                    "duration": seconds,
                    "average_duration": seconds,
                    "render_config": null,
                    "changed_state_ids": [],
                }),
                success: true,
                title: None,
            },
            Err(problem) => {
                let title = problem.kind.title();
                Self {
                    output: error(&problem.detail, title),
                    success: false,
                    title: Some(title.to_owned()),
                }
            }
        }
    }

    /// What a client is told whose call was cancelled.
    pub(super) fn cancelled() -> Self {
        Self {
            output: json!({}),
            success: true,
            title: None,
        }
    }

    pub(super) fn message(self, event_id: String) -> Message {
        Message::ProcessCompleted {
            event_id,
            output: self.output,
            success: self.success,
            title: self.title,
        }
    }
}

fn error(detail: &str, title: &str) -> Value {
    json!({"error": detail, "duration": SHOWN_SECONDS, "visible": true, "title": title})
}

/// What `gr.Label` returns: all labels, the most probable first.
fn label_data(answer: &Answer) -> Value {
    let mut confidences: Vec<_> = answer.probabilities.iter().collect();
    confidences.sort_by(|one, other| other.probability.total_cmp(&one.probability));
    let confidences: Vec<Value> = confidences
        .into_iter()
        .map(|it| json!({"label": it.label, "confidence": it.probability}))
        .collect();
    json!({"label": answer.label, "confidences": confidences})
}
