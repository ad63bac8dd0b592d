//! Why a model cannot be read or written.

use std::path::PathBuf;

use thiserror::Error;
use undertone_corpus::LabelScheme;

use super::encoder_folder::PretrainedError;
use super::names::FORMAT;
use crate::network::NetworkError;
use crate::weights::WeightsError;

/// A model that cannot be read or written.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ModelError {
    /// The constants of adaptation have other sizes than the classes or are not numbers, a model of
    /// dimensions has a detector of speech, or `sure` is no probability.
    #[error(
        "{}: `adaptation`, `detects_speech` or `sure` does not fit the model", .0.display()
    )]
    Adaptation(PathBuf),
    /// No folder of that name, or no `config.json` in it.
    #[error(
        "{}: no model here (expected a folder with config.json and model.safetensors)",
        .0.display()
    )]
    NotFound(PathBuf),
    /// A file that cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The error of the system.
        source: std::io::Error,
    },
    /// `config.json` is not valid.
    #[error("{}: {source}", path.display())]
    Config {
        /// The file.
        path: PathBuf,
        /// The place and the error.
        source: serde_json::Error,
    },
    /// The folder was written by another version of Undertone.
    #[error(
        "{}: format {found}, this build reads format {FORMAT}: update undertone",
        path.display()
    )]
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
        /// The labels in the file.
        found: Vec<String>,
        /// The labels of the scheme.
        expected: Vec<String>,
    },
    /// The network's classes cannot be summed into the labels.
    #[error("{}: outputs of {outputs} cannot answer in {labels}", path.display())]
    Outputs {
        /// The file.
        path: PathBuf,
        /// The scheme of the network.
        outputs: LabelScheme,
        /// The scheme of the answers.
        labels: LabelScheme,
    },
    /// Neither classes nor dimensions.
    #[error("{}: the model has neither classes nor dimensions", .0.display())]
    NoOutputs(PathBuf),
    /// A dimension whose mean, scale or range is not valid.
    #[error("{}: the mean, scale or range of the dimension {dimension} is not valid", path.display())]
    Dimension {
        /// The file.
        path: PathBuf,
        /// The dimension.
        dimension: String,
    },
    /// A model of dimensions where classes are needed.
    #[error(
        "{}: this model predicts numbers ({}) and no classes; `undertone predict` and \
         `undertone evaluate` take it", path.display(), dimensions.join(", ")
    )]
    NoClasses {
        /// The model's folder or name.
        path: PathBuf,
        /// The dimensions.
        dimensions: Vec<String>,
    },
    /// A model of classes where dimensions are needed.
    #[error("{}: this model predicts classes and no numbers", .0.display())]
    NoDimensions(PathBuf),
    /// Invalid parameters of the front end.
    #[error("{}: {source}", path.display())]
    FrontEnd {
        /// The file.
        path: PathBuf,
        /// The error.
        source: undertone_audio::FrontEndError,
    },
    /// A front end that computes something else than the encoder reads.
    #[error(
        "{}: front_end.{field} must be {needed} for this encoder, not {found}",
        path.display()
    )]
    EncoderInput {
        /// The file.
        path: PathBuf,
        /// The field of the front end.
        field: &'static str,
        /// The value that the encoder needs.
        needed: String,
        /// The value in the file.
        found: String,
    },
    /// Invalid options of the network.
    #[error("{}: {source}", path.display())]
    Network {
        /// The file.
        path: PathBuf,
        /// The error.
        source: NetworkError,
    },
    /// The pretrained encoder, or the head behind it, cannot be read or written.
    #[error(transparent)]
    Pretrained(#[from] PretrainedError),
    /// A model in the layout of Hugging Face without settings of Undertone.
    #[error(
        "{}: a model that Undertone did not train: it can predict, but it has no label scheme to \
         be judged or trained by", .0.display()
    )]
    Foreign(PathBuf),
    /// Weights that cannot be read or do not fit.
    #[error("{}: {source}", path.display())]
    Weights {
        /// The file.
        path: PathBuf,
        /// The error.
        source: WeightsError,
    },
}
