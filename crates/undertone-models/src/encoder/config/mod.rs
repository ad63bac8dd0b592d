//! The options in `config.json` and `preprocessor_config.json` of Hugging Face, checked: sizes that
//! pass the checks can neither panic nor overflow.

mod check;
mod encoder;
mod error;
mod head;
mod preprocessor;
mod wav2vec2;
mod whisper;

pub use encoder::EncoderConfig;
pub use error::EncoderConfigError;
pub use head::ClassifierHeadConfig;
pub use preprocessor::PreprocessorConfig;
pub use wav2vec2::{ConvolutionNorm, Wav2Vec2Config};
pub use whisper::WhisperConfig;
