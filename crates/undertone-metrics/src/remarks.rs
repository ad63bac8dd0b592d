//! What a reader must know before the numbers of a report.

use crate::{Report, SetEvaluation};

/// A remark about what the training and the test set share, or about what the test set lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remark {
    /// The scores are too good.
    Alarm(String),
    /// What the scores mean.
    Fact(String),
}

impl<E: SetEvaluation> Report<E> {
    /// Return remarks about what the training and the test set share, and about classes and
    /// dimensions that the test set tells nothing about. Shared clips are an alarm.
    pub fn remarks(&self) -> Vec<Remark> {
        let all = self.leakage();
        let (copies, clips) = (all.test_clips_with_copy_in_training, all.test_clips);
        let mut remarks = vec![match copies {
            Some(0) => Remark::Fact("No test clip has a copy in the training set.".into()),
            Some(copies) => Remark::Alarm(self.copies_text(copies, clips)),
            None => Remark::Fact(
                "UNKNOWN: which clips the model was trained on. It may have been trained on \
                 these."
                    .into(),
            ),
        }];
        let validation_copies = all.validation_clips_with_copy_in_training;
        if validation_copies > 0 {
            remarks.push(Remark::Fact(format!(
                "{validation_copies} validation clips have a copy in the training set: the choice \
                 of the epoch may be overfitted."
            )));
        }
        remarks.push(Remark::Fact(match (all.speakers_on_both_sides, self.folds.len()) {
            (0, _) if all.test_clips_without_speaker > 0 => format!(
                "{} of {clips} test clips have no speaker: it is not known whether the model was \
                 trained on their speakers.",
                all.test_clips_without_speaker
            ),
            (0, _) if copies.is_none() => {
                "None of the test set's speakers is known to the model by name.".into()
            }
            (0, _) => "No speaker is on both sides: the scores are for unseen speakers.".into(),
            (speakers, 1) => format!(
                "SPEAKERS: {speakers} in both the training and the test set: the scores are not \
                 for unseen ones."
            ),
            (speakers, _) => format!(
                "SPEAKERS: up to {speakers} on both sides of a fold: the scores are not for \
                 unseen ones."
            ),
        }));
        remarks.extend(self.unmeasured().map(Remark::Fact));
        if !self.left_out.is_empty() {
            let labels: Vec<String> = self
                .left_out
                .iter()
                .map(|(label, clips)| format!("{label} {clips}"))
                .collect();
            remarks.push(Remark::Fact(format!(
                "Left out, as their label has no class: {}.",
                labels.join(", ")
            )));
        }
        if self.unreadable > 0 {
            remarks.push(Remark::Fact(format!(
                "Left out, as they cannot be read: {} clips.",
                self.unreadable
            )));
        }
        remarks
    }

    /// Return a text about the targets that the test sets tell nothing about, if there are any.
    fn unmeasured(&self) -> Option<String> {
        let everywhere = self.pooled.unmeasured();
        let mut text = match everywhere.is_empty() {
            true => String::new(),
            false => E::about_unmeasured(&everywhere),
        };
        for fold in self.folds.iter().filter(|_| self.folds.len() > 1) {
            let mut here = fold.test.unmeasured();
            here.retain(|target| !everywhere.contains(target));
            if !here.is_empty() {
                text += &format!("\n{}: {}", fold.name, E::about_unmeasured(&here));
            }
        }
        let text = text.trim_start();
        (!text.is_empty()).then(|| text.to_owned())
    }

    fn copies_text(&self, copies: usize, clips: usize) -> String {
        let mut text = format!(
            "LEAKAGE: {copies} of {clips} test clips have a copy in the training set.\nThe \
             scores below are partly memory. Do not compare them with clean ones."
        );
        for fold in self.folds.iter().filter(|_| self.folds.len() > 1) {
            let copies = fold.leakage.test_clips_with_copy_in_training.unwrap_or(0);
            if copies > 0 {
                let clips = fold.leakage.test_clips;
                text += &format!("\n  fold {}: {copies} of {clips}", fold.name);
            }
        }
        text
    }
}
