//! Why a model could not be read or written.

use std::path::PathBuf;

use thiserror::Error;
use undertone_corpus::LabelScheme;

use super::FORMAT;
use crate::network::NetworkError;
use crate::pretrained::PretrainedError;
use crate::weights::WeightsError;

/// Why a model could not be read or written.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ModelError {
    /// No folder of that name, or no `config.json` in it.
    #[error("{}: no model here (expected a folder with config.json and model.safetensors)", .0.display())]
    NotFound(PathBuf),
    /// A file that cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// `config.json` is not what it should be.
    #[error("{}: {source}", path.display())]
    Config {
        /// The file.
        path: PathBuf,
        /// Where and what.
        source: serde_json::Error,
    },
    /// Written by a newer Undertone.
    #[error("{}: format {found}, this build reads format {FORMAT}: update undertone", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: u32,
    },
    /// The labels are not those of the label scheme.
    #[error("{}: labels {found:?} are not those of {scheme}: {expected:?}", path.display())]
    Labels {
        /// The file.
        path: PathBuf,
        /// The scheme.
        scheme: LabelScheme,
        /// The file's labels.
        found: Vec<String>,
        /// The scheme's.
        expected: Vec<String>,
    },
    /// The network's classes cannot be summed into the labels.
    #[error("{}: outputs of {outputs} cannot answer in {labels}", path.display())]
    Outputs {
        /// The file.
        path: PathBuf,
        /// The network's scheme.
        outputs: LabelScheme,
        /// The answers' scheme.
        labels: LabelScheme,
    },
    /// Parameters of the front end that cannot work.
    #[error("{}: {source}", path.display())]
    FrontEnd {
        /// The file.
        path: PathBuf,
        /// Which.
        source: undertone_audio::FrontEndError,
    },
    /// Options of the network that cannot work.
    #[error("{}: {source}", path.display())]
    Network {
        /// The file.
        path: PathBuf,
        /// Which.
        source: NetworkError,
    },
    /// A pretrained encoder, or the head behind it, that cannot be read or written.
    #[error(transparent)]
    Pretrained(#[from] PretrainedError),
    /// A model in Hugging Face's layout without Undertone's settings.
    #[error(
        "{}: a model that Undertone did not train: it can predict, but it has no label scheme to \
         be judged or trained by", .0.display()
    )]
    Foreign(PathBuf),
    /// Weights that cannot be read or don't fit.
    #[error("{}: {source}", path.display())]
    Weights {
        /// The file.
        path: PathBuf,
        /// What doesn't fit.
        source: WeightsError,
    },
}
