//! The messages in Gradio's event streams (`gradio/server_messages.py`).

use serde::Serialize;
use serde_json::{Value, json};
use undertone_answer::ByName;

use crate::analysis::Analysis;
use crate::problem::Problem;

/// How long a client's page shows an error, in seconds: Gradio's default.
const SHOWN_SECONDS: u32 = 10;

/// A message about one call.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "msg", rename_all = "snake_case")]
pub(super) enum Message {
    /// The call waits.
    Estimation {
        event_id: String,
        rank: usize,
        queue_size: usize,
        rank_eta: Option<f64>,
    },
    /// The server works on the call.
    ProcessStarts { event_id: String, eta: Option<f64> },
    /// The call has ended.
    ProcessCompleted {
        event_id: String,
        output: Value,
        success: bool,
        title: Option<String>,
    },
}

impl Message {
    /// Return the call that the message is about.
    pub(super) fn event_id(&self) -> &str {
        match self {
            Self::Estimation { event_id, .. }
            | Self::ProcessStarts { event_id, .. }
            | Self::ProcessCompleted { event_id, .. } => event_id,
        }
    }
}

/// The result of a call: the function's return value, or an error.
#[derive(Debug, Clone)]
pub(super) struct CallResult {
    pub(super) output: Value,
    pub(super) success: bool,
    title: Option<String>,
}

impl CallResult {
    pub(super) fn of(result: &Result<Analysis, Problem>, seconds: f64) -> Self {
        match result {
            Ok(analysis) => Self {
                output: json!({
                    "data": [label_data(analysis)],
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

    /// Return the result of a cancelled call.
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

/// Return the value of a `gr.Label`: all labels, the most probable first. Without speech, there is
/// no label (Gradio's `LabelData` allows null) and the list is empty.
fn label_data(analysis: &Analysis) -> Value {
    let answer = &analysis.answer;
    let mut confidences: Vec<(&str, f32)> =
        answer.probabilities.iter().flat_map(ByName::iter).collect();
    confidences.sort_by(|one, other| other.1.total_cmp(&one.1));
    let confidences: Vec<Value> = confidences
        .into_iter()
        .map(|(label, confidence)| json!({"label": label, "confidence": confidence}))
        .collect();
    json!({"label": answer.label, "confidences": confidences})
}
