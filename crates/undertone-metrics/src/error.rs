use thiserror::Error;

/// Why predictions could not be judged.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum MetricsError {
    /// There is nothing to judge.
    #[error("no clips to judge")]
    NoClips,
    /// A label scheme has no classes, or two with one name.
    #[error("class labels must be at least one and all different: {labels:?}")]
    BadLabels {
        /// The labels as given.
        labels: Vec<String>,
    },
    /// Lists that should run side by side do not.
    #[error("{what}: {found} values for {expected} clips")]
    LengthMismatch {
        /// What the shorter or longer list holds.
        what: &'static str,
        /// Its length.
        found: usize,
        /// The number of clips.
        expected: usize,
    },
    /// Two models judged one clip by different labels.
    #[error("{utterance} has another true class in the other predictions")]
    TruthsDiffer {
        /// The clip.
        utterance: String,
    },
    /// A class index beyond the label scheme.
    #[error("class {class} does not exist: the label scheme has {classes} classes")]
    ClassOutOfRange {
        /// The index as given, counted from 0.
        class: usize,
        /// How many classes there are.
        classes: usize,
    },
    /// A confusion matrix that is not square, or does not fit its labels.
    #[error("a confusion matrix of {labels} labels must have as many rows and columns")]
    MalformedMatrix {
        /// How many labels it has.
        labels: usize,
    },
    /// A clip with more or fewer probabilities than there are classes.
    #[error("{utterance}: {found} probabilities for {expected} classes")]
    RaggedProbabilities {
        /// The clip's path.
        utterance: String,
        /// How many probabilities it has.
        found: usize,
        /// How many classes there are.
        expected: usize,
    },
    /// A probability that is NaN, infinite, negative or above one.
    #[error("{utterance}: {value} is not a probability")]
    NotAProbability {
        /// The clip's path.
        utterance: String,
        /// The first such value.
        value: f32,
    },
    /// Probabilities that do not add up to one (logits, perhaps).
    #[error("{utterance}: probabilities add up to {sum}, not to 1")]
    NotADistribution {
        /// The clip's path.
        utterance: String,
        /// What they add up to.
        sum: f64,
    },
    /// A bootstrap without replicates.
    #[error("a bootstrap needs at least one replicate")]
    NoReplicates,
    /// Speakers were to be resampled, but there is only one.
    #[error("resampling speakers needs at least two; resample clips instead")]
    OneSpeaker,
    /// A report without folds.
    #[error("a report needs at least one fold")]
    NoFolds,
    /// A fold was judged with other labels than the pooled predictions.
    #[error("fold {fold}: its labels are not those of the pooled predictions")]
    LabelsDiffer {
        /// The fold's name.
        fold: String,
    },
    /// The pooled predictions are not the folds' test sets together.
    #[error("{pooled} pooled predictions, but the folds' test sets have {folds} clips together")]
    PooledSize {
        /// How many predictions were pooled.
        pooled: usize,
        /// How many the folds have.
        folds: usize,
    },
}
