//! The options in `config.json` and `preprocessor_config.json` of Hugging Face, checked: sizes that
//! pass the checks can neither panic nor overflow.

mod check;
mod data2vec_audio;
mod emotion2vec;
mod encoder;
mod error;
mod family;
mod head;
mod preprocessor;
mod wav2vec2;
mod wavlm;
mod whisper;

pub use data2vec_audio::Data2VecAudioConfig;
pub use emotion2vec::Emotion2VecConfig;
pub use encoder::EncoderConfig;
pub(crate) use encoder::Sizes;
pub use error::EncoderConfigError;
pub use head::{ClassifierHeadConfig, HeadLayout};
pub use preprocessor::PreprocessorConfig;
pub use wav2vec2::{ConvolutionNorm, Wav2Vec2Config};
pub use wavlm::WavLmConfig;
pub use whisper::WhisperConfig;
