//! The scores of a model in Markdown.

use undertone_metrics::{Remark, Report, SetEvaluation};
use undertone_models::Provenance;

use super::markdown::{inline, plural};
use super::scores::CardScores;

/// What a report evaluates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Subject {
    /// The model itself.
    ThisModel,
    /// Models of the same recipe, one for each fold.
    ItsRecipe,
}

impl Subject {
    pub(super) fn of<E: SetEvaluation>(report: &Report<E>, provenance: &Provenance) -> Self {
        // Reports of earlier versions do not say it, but they do not know the training clips
        // either.
        let unknown = report.leakage().test_clips_with_copy_in_training.is_none();
        let trained_before = report.existing_model || unknown;
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
    pub(super) fn describe<E: SetEvaluation>(self, report: &Report<E>) -> String {
        let subject = match self {
            Self::ThisModel => "this model",
            Self::ItsRecipe => "its recipe, trained anew for each fold",
        };
        format!("protocol {}; {subject}", report.protocol)
    }
}

/// Return the heading of a report on a card: its protocol, and whether it evaluates the model
/// itself.
pub fn heading<E: SetEvaluation>(report: &Report<E>, provenance: &Provenance) -> String {
    let about = Subject::of(report, provenance).describe(report);
    inline(&about.replacen('p', "P", 1))
}

/// Return a section of a card for each report: the protocol, the scores with their intervals, what
/// leaked, and the scores of each speaker.
pub fn results<E: CardScores>(reports: &[Report<E>], provenance: &Provenance) -> String {
    reports
        .iter()
        .map(|report| of_one(report, Subject::of(report, provenance)))
        .collect()
}

fn of_one<E: CardScores>(report: &Report<E>, subject: Subject) -> String {
    let test = &report.pooled;
    let subject = match subject {
        Subject::ThisModel => "This model",
        Subject::ItsRecipe => "Its recipe, trained anew for each fold",
    };
    let mut text = format!(
        "{subject}. Protocol {}, {} test clips.\n\n{}{}",
        inline(&report.protocol),
        test.clips(),
        remarks(report),
        test.score_table(report.protocol_name()),
    );
    let speakers = test.speakers();
    text += &format!(
        "Protocol `{}`, by speaker{} ({speakers} speaker{}):\n\n{}\n",
        report.protocol_name(),
        E::unit(),
        plural(speakers),
        test.speaker_table(),
    );
    text
}

/// Return the remarks about what the training and the test set share, a paragraph each.
fn remarks<E: SetEvaluation>(report: &Report<E>) -> String {
    let paragraph = |remark| match remark {
        Remark::Alarm(alarm) => format!("**{}**\n\n", inline(&alarm)),
        Remark::Fact(fact) => format!("{}\n\n", inline(&fact)),
    };
    report.remarks().into_iter().map(paragraph).collect()
}
