//! The scores of a model in Markdown.

use undertone_metrics::{Remark, Report, Score};
use undertone_models::Provenance;

use super::markdown::{inline, plural};

/// What a report evaluates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Subject {
    /// The model itself.
    ThisModel,
    /// Models of the same recipe, one for each fold.
    ItsRecipe,
}

impl Subject {
    pub(super) fn of(report: &Report, provenance: &Provenance) -> Self {
        // A report without training clips evaluates a model that was trained before.
        let trained_before = report.leakage().test_clips_with_copy_in_training.is_none();
        let same_training_set = match &report.folds[..] {
            [fold] => {
                let trained_on = format!("protocol {}, {}", report.protocol_name(), fold.name);
                trained_on == provenance.trained_on
            }
            _ => false,
        };
        match trained_before || same_training_set {
            true => Self::ThisModel,
            false => Self::ItsRecipe,
        }
    }

    /// Return the protocol and the subject of a report, which distinguish it from others.
    pub(super) fn describe(self, report: &Report) -> String {
        let subject = match self {
            Self::ThisModel => "this model",
            Self::ItsRecipe => "its recipe, trained anew for each fold",
        };
        format!("protocol {}; {subject}", report.protocol)
    }
}

/// Return the heading of a report on a card: its protocol, and whether it evaluates the model
/// itself.
pub fn heading(report: &Report, provenance: &Provenance) -> String {
    let about = Subject::of(report, provenance).describe(report);
    inline(&about.replacen('p', "P", 1))
}

/// Return a section of a card for each report: the protocol, the scores with their intervals, what
/// leaked, and the scores of each speaker.
pub fn results(reports: &[Report], provenance: &Provenance) -> String {
    reports
        .iter()
        .map(|report| of_one(report, Subject::of(report, provenance)))
        .collect()
}

fn of_one(report: &Report, subject: Subject) -> String {
    let cell = |score: &Score| {
        format!(
            "{:.1} ({:.1}–{:.1})",
            100.0 * score.value,
            100.0 * score.interval.low,
            100.0 * score.interval.high
        )
    };
    let test = &report.pooled;
    let subject = match subject {
        Subject::ThisModel => "This model",
        Subject::ItsRecipe => "Its recipe, trained anew for each fold",
    };
    let mut text = format!(
        "{subject}. Protocol {}, {} test clips.\n\n{}\
         In %, with 95 % intervals:\n\n\
         | protocol | WA | UAR | macro F1 |\n| --- | --- | --- | --- |\n\
         | `{}` | {} | {} | {} |\n\n",
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

/// Return the remarks about what the training and the test set share, a paragraph each.
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
