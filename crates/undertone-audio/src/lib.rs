#![doc = include_str!("../README.md")]
#![warn(clippy::unwrap_used, clippy::expect_used)]

pub mod augment;
mod cpu;
mod decode;
#[cfg(feature = "degrade")]
pub mod degrade;
#[cfg(feature = "encode")]
mod encode;
mod features;
mod fft;
mod fit;
mod front_end;
mod g711;
mod kaiser;
mod kernel;
mod level;
mod memory;
mod mono;
mod normalize;
mod padded;
mod peaks;
mod pitch;
mod recording;
#[cfg(feature = "fs")]
mod recordings;
mod resample;
mod sample_hash;
mod source;
mod trim;
mod voice_activity;
mod warning;

#[cfg(feature = "fs")]
pub use decode::decode_path;
pub use decode::{
    Content, DecodeError, DecodeErrorKind, DecodeOptions, EXTENSIONS, decode_bytes,
    decode_bytes_announced, decode_reader, is_recording_name,
};
#[cfg(feature = "encode")]
pub use encode::{EncodeError, encode_flac};
pub use features::{
    DbConfig, DbReference, FeatureError, FeatureMatrix, MelConfig, MelSpectrogram, Mfcc,
    WhisperLogMel, delta, power_to_db,
};
pub use fit::{FitLength, fit};
pub use front_end::{Extractor, FrontEnd, FrontEndConfig, FrontEndError, InputKind, Prepared};
pub use memory::keep_freed_memory;
pub use mono::Channels;
pub use normalize::{Normalize, zero_mean_unit_variance};
pub use peaks::peaks;
pub use pitch::{PitchConfig, PitchError, PitchFrame, Pyin};
pub use recording::{DecodeWarning, Recording};
#[cfg(feature = "fs")]
pub use recordings::{Part, Recordings, SourceFile};
pub use resample::{ResampleError, Resampler, ResamplerCache, ResamplerStream};
pub use sample_hash::SampleHash;
pub use source::{Scan, Source};
pub use trim::{TrimConfig, frame_levels, trim};
pub use voice_activity::{Utterance, VoiceActivity, VoiceActivityConfig};
pub use warning::Warning;
