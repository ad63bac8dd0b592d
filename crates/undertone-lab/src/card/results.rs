//! How good a model is, in words and tables.

use undertone_models::Provenance;

use super::text::{inline, plural};
use undertone_metrics::{Remark, Report, Score};

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

    /// Protocol and subject of a report, which tell it from others.
    pub(super) fn of(self, report: &Report) -> String {
        let subject = match self {
            Self::ThisModel => "this model",
            Self::ItsRecipe => "its recipe, trained anew for each fold",
        };
        format!("protocol {}; {subject}", report.protocol)
    }
}

/// What tells a report from others on a card: its protocol, and whether it is about the model itself.
pub fn heading(report: &Report, provenance: &Provenance) -> String {
    let about = Judged::by(report, provenance).of(report);
    inline(&about.replacen('p', "P", 1))
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
        "{subject}. Protocol {}, {} test clips.\n\n{}\
         In %, with 95 % intervals:\n\n\
         | protocol | WA | UAR | macro F1 |\n| --- | --- | --- | --- |\n| `{}` | {} | {} | {} |\n\n",
        inline(&report.protocol),
        test.n,
        remarks(report),
        report.protocol_name(),
        cell(&test.wa),
        cell(&test.uar),
        cell(&test.macro_f1),
    );
    text += &by_speaker(report);
    text
}

/// What training and test share, a paragraph each.
fn remarks(report: &Report) -> String {
    let paragraph = |remark| match remark {
        Remark::Alarm(alarm) => format!("**{}**\n\n", inline(&alarm)),
        Remark::Fact(fact) => format!("{}\n\n", inline(&fact)),
    };
    report.remarks().into_iter().map(paragraph).collect()
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
            inline(&speaker.name),
            speaker.n,
            100.0 * speaker.wa,
            100.0 * speaker.uar
        );
    }
    text.push('\n');
    text
}
