//! How good a model is, in words and tables.

use undertone_models::Provenance;

use super::text::plural;
use crate::judging::{Report, Score};

/// What a report is about, seen from a model of its recipe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Judged {
    /// The model itself.
    ThisModel,
    /// Models that were trained by its recipe, one for each fold.
    ItsRecipe,
}

impl Judged {
    pub(super) fn by(report: &Report, provenance: &Provenance) -> Self {
        // Of a model that was judged after its training it is not known what it was trained on.
        let ready_made = report.leakage().test_clips_with_copy_in_training.is_none();
        let same_training_side = match &report.folds[..] {
            [fold] => {
                let trained_on = format!("protocol {}, {}", report.protocol_name(), fold.name);
                trained_on == provenance.trained_on
            }
            _ => false,
        };
        match ready_made || same_training_side {
            true => Self::ThisModel,
            false => Self::ItsRecipe,
        }
    }

    pub(super) fn in_short(self) -> &'static str {
        match self {
            Self::ThisModel => "this model",
            Self::ItsRecipe => "its recipe, trained anew for each fold",
        }
    }
}

/// A section of a card for each report, each naming its protocol beside its numbers: scores with
/// their intervals, what leaked, and each speaker's scores.
pub fn results(reports: &[Report], provenance: &Provenance) -> String {
    reports
        .iter()
        .map(|report| of_one(report, Judged::by(report, provenance)))
        .collect()
}

fn of_one(report: &Report, judged: Judged) -> String {
    let cell = |score: &Score| {
        format!(
            "{:.1} ({:.1}–{:.1})",
            100.0 * score.value,
            100.0 * score.interval.low,
            100.0 * score.interval.high
        )
    };
    let test = &report.pooled;
    let subject = match judged {
        Judged::ThisModel => "This model",
        Judged::ItsRecipe => "Its recipe, trained anew for each fold",
    };
    let mut text = format!(
        "{subject}. Protocol {}, {} test clips, in %, with 95 % intervals:\n\n\
         | protocol | WA | UAR | macro F1 |\n| --- | --- | --- | --- |\n| `{}` | {} | {} | {} |\n\n",
        report.protocol,
        test.n,
        report.protocol_name(),
        cell(&test.wa),
        cell(&test.uar),
        cell(&test.macro_f1),
    );
    text += &leakage(report);
    text += &by_speaker(report);
    text
}

fn leakage(report: &Report) -> String {
    let mut text = String::new();
    let leakage = report.leakage();
    if let Some(copies) = leakage
        .test_clips_with_copy_in_training
        .filter(|copies| *copies > 0)
    {
        text += &format!(
            "**Leakage: {copies} of {} test clips have a copy on the training side. These scores \
             are partly memory.**\n\n",
            leakage.test_clips
        );
    }
    match leakage.speakers_on_both_sides {
        0 => {}
        speakers => {
            text += &format!(
                "{speakers} speaker{} on both sides: the scores are not for unseen speakers.\n\n",
                if speakers == 1 { " stands" } else { "s stand" }
            );
        }
    }
    text
}

fn by_speaker(report: &Report) -> String {
    let speakers = &report.pooled.by_speaker;
    let mut text = format!(
        "Protocol `{}`, by speaker, in % ({} speaker{}):\n\n\
         | speaker | clips | WA | UAR |\n| --- | --- | --- | --- |\n",
        report.protocol_name(),
        speakers.len(),
        plural(speakers.len()),
    );
    for speaker in speakers {
        text += &format!(
            "| {} | {} | {:.1} | {:.1} |\n",
            in_a_table(&speaker.name),
            speaker.n,
            100.0 * speaker.wa,
            100.0 * speaker.uar
        );
    }
    text.push('\n');
    text
}

/// A manifest's speakers may have any name.
fn in_a_table(name: &str) -> String {
    name.replace('|', "\\|").replace(['\n', '\r'], " ")
}
