//! What has to be known before a report's numbers are read.

use crate::Report;

/// A sentence or two about what the training and the test set share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remark {
    /// The scores are not what they seem.
    Alarm(String),
    /// What the scores are for.
    Fact(String),
}

impl Report {
    /// What training and test share, loudly if it is clips.
    pub fn remarks(&self) -> Vec<Remark> {
        let all = self.leakage();
        let (copies, clips) = (all.test_clips_with_copy_in_training, all.test_clips);
        let mut remarks = vec![match copies {
            Some(0) => Remark::Fact("No test clip has a copy on the training set.".into()),
            Some(copies) => Remark::Alarm(self.copies(copies, clips)),
            None => Remark::Fact(
                "UNKNOWN: which clips the model was trained on. It may have been trained on \
                 these."
                    .into(),
            ),
        }];
        let chosen_by = all.validation_clips_with_copy_in_training;
        if chosen_by > 0 {
            remarks.push(Remark::Fact(format!(
                "{chosen_by} validation clips have a copy on the training set: what was chosen by \
                 them may be overfitted."
            )));
        }
        remarks.push(Remark::Fact(match (all.speakers_on_both_sides, self.folds.len()) {
            (0, _) if copies.is_none() => {
                "None of the test set's speakers is known to the model by name.".into()
            }
            (0, _) => "No speaker is on both sides: the scores are for unseen speakers.".into(),
            (speakers, 1) => format!(
                "SPEAKERS: {speakers} on both the training and the test set: the scores are not \
                 for unseen ones."
            ),
            (speakers, _) => format!(
                "SPEAKERS: up to {speakers} on both sides of a fold: the scores are not for \
                 unseen ones."
            ),
        }));
        remarks
    }

    fn copies(&self, copies: usize, clips: usize) -> String {
        let mut text = format!(
            "LEAKAGE: {copies} of {clips} test clips have a copy on the training set.\nThe \
             scores below are partly memory. Don't compare them with clean ones."
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
