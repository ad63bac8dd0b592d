//! What is answered about a recording: labels, sums and how sure they are.

use undertone_corpus::LabelScheme;
use undertone_metrics::argmax;
use undertone_models::Classifier;

use crate::classes::Classes;

/// Turns probabilities of a model's classes into answers.
pub(super) struct Answers {
    shown: Classes,
    sums: Option<Classes>,
    very_sure: Option<f32>,
}

/// The answer for a recording or a window.
pub(super) struct Answer {
    /// The probability of each class that is shown.
    pub(super) probabilities: Vec<f32>,
    /// The most probable of them.
    pub(super) best: usize,
    /// The probabilities of negative, neutral and positive, if the model's classes have such sums.
    pub(super) sums: Option<Vec<f32>>,
    /// Whether the most probable sum is very sure: see
    /// [`ModelConfig::very_sure`](undertone_models::ModelConfig::very_sure).
    pub(super) sure: bool,
}

impl Answers {
    /// Answer with the classes of a scheme, or with the model's own.
    pub(super) fn new(
        classifier: &Classifier,
        scheme: Option<&LabelScheme>,
    ) -> anyhow::Result<Self> {
        let very_sure = classifier.config().and_then(|config| config.very_sure);
        Ok(Self {
            shown: Classes::of(classifier, scheme)?,
            sums: Classes::of(classifier, None)?.sentiments(),
            very_sure: very_sure.map(|least| least as f32),
        })
    }

    /// Return the names of the classes that are shown.
    pub(super) fn labels(&self) -> &[String] {
        self.shown.labels()
    }

    /// Return the names of the sums, if there are any.
    pub(super) fn sums(&self) -> Option<&[String]> {
        self.sums.as_ref().map(Classes::labels)
    }

    /// Return the names of the sums, if there are any beside the classes that are shown.
    pub(super) fn sums_beside(&self) -> Option<&[String]> {
        self.sums().filter(|sums| *sums != self.labels())
    }

    /// Return the answer for the probabilities of the model's classes.
    pub(super) fn of(&self, own: &[f32]) -> Answer {
        let probabilities = self.shown.probabilities(own);
        let sums = self.sums.as_ref().map(|sums| sums.probabilities(own));
        let own_highest = || own.iter().copied().fold(0.0, f32::max);
        let highest = sums.iter().flatten().copied().reduce(f32::max);
        let highest = highest.unwrap_or_else(own_highest);
        Answer {
            best: argmax(&probabilities),
            probabilities,
            sums,
            sure: self.very_sure.is_some_and(|least| highest >= least),
        }
    }
}
