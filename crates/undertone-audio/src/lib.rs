//! From a recording to the numbers a speech emotion network sees.
//!
//! One clip goes *decode → mono → resample → trim → fit → features*. Each step is a module of its
//! own and can be used alone; [`FrontEnd`] runs them in that order from one configuration, which
//! a trained model carries with it.
//!
//! | step | item | reference |
//! |---|---|---|
//! | decode, mono | [`decode_bytes`], [`decode_reader`], `decode_path` | `soundfile.read(..).mean(axis=1)` |
//! | resample | [`Resampler`] | `librosa.resample(res_type="soxr_hq")` |
//! | trim | [`trim`] | `librosa.effects.trim` |
//! | fit | [`fit`], [`FitLength`] | `librosa.util.fix_length` |
//! | features | [`MelSpectrogram`], [`power_to_db`], [`Mfcc`], [`delta`] | `librosa.feature` 0.11 |
//! | pitch | [`Pyin`] | `librosa.pyin` |
//!
//! What pretrained encoders read instead of features is [`WhisperLogMel`] or the samples after
//! [`zero_mean_unit_variance`], both as `transformers` computes them. [`augment`] varies recordings
//! for training.
//!
//! With the feature `encode`, `encode_flac` makes a small file of samples that any browser plays.
//!
//! Names and defaults are librosa's. There are no threads, clocks or global settings in here;
//! the file system is behind the default feature `fs`, and everything else also compiles for
//! `wasm32-unknown-unknown`.
//!
//! ```
//! use undertone_audio::{FrontEnd, FrontEndConfig, Recording};
//!
//! let samples = (0..48_000).map(|n| (n as f32 * 0.05).sin() * 0.5).collect();
//! let recording = Recording { samples, sample_rate: 48_000, channels: 1 };
//!
//! let front_end = FrontEnd::new(FrontEndConfig::default())?;
//! let speech = front_end.prepare(&recording)?;
//! let features = front_end.features(&speech.samples);
//! assert_eq!((features.bands, features.frames), (168, 63)); // 128 log-mel rows, 40 MFCCs; 2 s
//! # Ok::<(), undertone_audio::FrontEndError>(())
//! ```

#![warn(clippy::unwrap_used, clippy::expect_used)]

pub mod augment;
mod decode;
#[cfg(feature = "encode")]
mod encode;
mod features;
mod fit;
mod front_end;
mod kernel;
mod level;
mod mono;
mod normalize;
mod padded;
mod peaks;
mod pitch;
mod recording;
mod resample;
mod sample_hash;
mod trim;

#[cfg(feature = "fs")]
pub use decode::decode_path;
pub use decode::{
    Content, DecodeError, DecodeErrorKind, DecodeOptions, decode_bytes, decode_bytes_announced,
    decode_reader,
};
#[cfg(feature = "encode")]
pub use encode::{EncodeError, encode_flac};
pub use features::{
    DbConfig, DbReference, FeatureError, FeatureMatrix, MelConfig, MelSpectrogram, Mfcc,
    WhisperLogMel, delta, power_to_db,
};
pub use fit::{FitLength, fit};
pub use front_end::{Extractor, FrontEnd, FrontEndConfig, FrontEndError, InputKind, Prepared};
pub use normalize::{Normalize, zero_mean_unit_variance};
pub use peaks::peaks;
pub use pitch::{PitchConfig, PitchError, PitchFrame, Pyin};
pub use recording::Recording;
pub use resample::{ResampleError, Resampler, ResamplerCache};
pub use sample_hash::SampleHash;
pub use trim::{TrimConfig, frame_levels, trim};
