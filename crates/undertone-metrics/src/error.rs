//! What is wrong with predictions.

use thiserror::Error;

/// Why predictions cannot be evaluated.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum MetricsError {
    /// There are no predictions.
    #[error("there are no clips to evaluate")]
    NoClips,
    /// The label scheme has no classes, or two of the same name.
    #[error("there must be at least one class label, and no two may be equal: {labels:?}")]
    BadLabels {
        /// The labels.
        labels: Vec<String>,
    },
    /// Lists with one value per clip differ in length.
    #[error("{what}: {found} values for {expected} clips")]
    LengthMismatch {
        /// The content of the list.
        what: &'static str,
        /// Its length.
        found: usize,
        /// The number of clips.
        expected: usize,
    },
    /// Two models' predictions of one clip have different true classes.
    #[error("{utterance}: the two predictions have different true classes")]
    TruthsDiffer {
        /// The clip.
        utterance: String,
    },
    /// A class index is not below the number of classes.
    #[error("class {class} does not exist: the label scheme has {classes} classes")]
    ClassOutOfRange {
        /// The index, counted from 0.
        class: usize,
        /// The number of classes.
        classes: usize,
    },
    /// A confusion matrix is not square, or does not fit its labels.
    #[error("a confusion matrix of {labels} labels must have as many rows and columns")]
    MalformedMatrix {
        /// The number of labels.
        labels: usize,
    },
    /// A clip does not have one probability per class.
    #[error("{utterance}: {found} probabilities for {expected} classes")]
    RaggedProbabilities {
        /// The clip's path.
        utterance: String,
        /// The number of probabilities.
        found: usize,
        /// The number of classes.
        expected: usize,
    },
    /// A probability is NaN, infinite, negative or above one.
    #[error("{utterance}: {value} is not a probability")]
    NotAProbability {
        /// The clip's path.
        utterance: String,
        /// The first such value.
        value: f32,
    },
    /// Probabilities do not add up to one. They may be logits.
    #[error("{utterance}: probabilities add up to {sum}, not to 1")]
    NotADistribution {
        /// The clip's path.
        utterance: String,
        /// Their sum.
        sum: f64,
    },
    /// A clip does not have one value per dimension.
    #[error("{utterance}: {found} values for {expected} dimensions")]
    RaggedDimensions {
        /// The clip's path.
        utterance: String,
        /// The number of values.
        found: usize,
        /// The number of dimensions.
        expected: usize,
    },
    /// A true or predicted value is NaN or infinite.
    #[error("{utterance}: {value} is not a finite number")]
    NotFinite {
        /// The clip's path.
        utterance: String,
        /// The first such value.
        value: f64,
    },
    /// A bootstrap has no replicates.
    #[error("a bootstrap needs at least one replicate")]
    NoReplicates,
    /// Speakers are to be resampled, and there is only one.
    #[error("resampling speakers needs at least two speakers; resample clips instead")]
    OneSpeaker,
    /// A report has no folds.
    #[error("a report needs at least one fold")]
    NoFolds,
    /// A fold was evaluated with other classes or dimensions than the pooled predictions.
    #[error("fold {fold}: its labels differ from those of the pooled predictions")]
    LabelsDiffer {
        /// The fold's name.
        fold: String,
    },
    /// The number of pooled predictions is not that of the folds' test sets together.
    #[error("there are {pooled} pooled predictions, but {folds} clips in the folds' test sets")]
    PooledSize {
        /// The number of pooled predictions.
        pooled: usize,
        /// The number of clips in the folds' test sets.
        folds: usize,
    },
}
