//! A head that does not learn corpora, adapts to a voice, and tells speech from other sounds.
//!
//! Training clips come in groups: corpora, or folds of speakers if there is one corpus. Everything
//! that needs scores of clips that a head did not hear is estimated by leaving out one group after
//! the other: the constants of adaptation, the temperatures, the threshold of speech, and when the
//! model may say that it is very sure. Only the standardization of the embeddings is that of all
//! groups.

mod clips;
mod conjugate_gradient;
mod constants;
mod fit;
mod group;
mod heads;
mod mean_of;
mod speech;
mod sure;

pub(crate) use clips::AdaptiveExample;
pub(crate) use fit::{AdaptiveOptions, FittedAdaptive, fit_adaptive};
