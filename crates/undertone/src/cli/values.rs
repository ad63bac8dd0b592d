//! Arguments and values that several commands share.

use std::error::Error;
use std::num::NonZeroUsize;
use std::str::FromStr;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
#[cfg(feature = "train")]
use undertone_corpus::Protocol;
use undertone_corpus::{ColumnName, Emotion, LabelMapping, LabelScheme, VocalChannels};
use undertone_models::{DeviceKind, Precision};

#[derive(Debug, Args)]
pub(crate) struct DeviceArgs {
    /// The device to compute on.
    #[arg(long, value_name = "D", value_parser = device(), default_value_t)]
    pub(crate) device: DeviceKind,
}

#[derive(Debug, Args)]
pub(crate) struct PrecisionArgs {
    /// Compute the layers of an encoder in 32-bit floats, or faster in 8-bit integers. Only models
    /// with an encoder have int8, and only on the CPU.
    #[arg(long, value_name = "P", value_parser = precision(), default_value_t)]
    pub(crate) precision: Precision,
}

#[derive(Debug, Args)]
pub(crate) struct VocalChannelArgs {
    /// Use RAVDESS's speech, its songs, or both. Other clips are left out and counted.
    #[arg(long, value_name = "C", value_parser = vocal_channels(), default_value_t)]
    pub(crate) vocal_channel: VocalChannels,
}

#[derive(Debug, Args)]
pub(crate) struct LabelArgs {
    /// Let a label of the corpus stand for another one, such as excited=happy. Can be repeated.
    #[arg(long, value_name = "LABEL=LABEL")]
    pub(crate) map_label: Vec<LabelMapping>,
    /// Leave out the clips with this label. Can be repeated.
    #[arg(long, value_name = "LABEL")]
    pub(crate) ignore_label: Vec<Emotion>,
}

#[derive(Debug, Args)]
pub(crate) struct ColumnArgs {
    /// Name the column of a manifest for a role, such as path=wav: path, emotion, speaker, gender,
    /// split, start, end, corpus, a number such as arousal, or value for any other number. Can be
    /// repeated.
    #[arg(long, value_name = "ROLE=COLUMN")]
    pub(crate) column: Vec<ColumnName>,
}

pub(super) fn scheme() -> impl TypedValueParser<Value = LabelScheme> {
    one_of(["emotion8", "emotion7", "emotion4", "sentiment3", "corpus"])
}

/// The schemes to which a model's classes may be summed.
pub(super) fn class_scheme() -> impl TypedValueParser<Value = LabelScheme> {
    one_of(["emotion8", "emotion7", "emotion4", "sentiment3"])
}

#[cfg(feature = "train")]
pub(super) fn protocol() -> impl TypedValueParser<Value = Protocol> {
    one_of(Protocol::ALL.map(Protocol::name))
}

fn device() -> impl TypedValueParser<Value = DeviceKind> {
    one_of(["cpu", "cuda", "wgpu"])
}

fn precision() -> impl TypedValueParser<Value = Precision> {
    one_of(["f32", "int8"])
}

fn vocal_channels() -> impl TypedValueParser<Value = VocalChannels> {
    one_of(VocalChannels::ALL.map(VocalChannels::name))
}

/// Parse one of a list of names.
fn one_of<T, const N: usize>(names: [&'static str; N]) -> impl TypedValueParser<Value = T>
where
    T: FromStr<Err: Error + Send + Sync + 'static> + Clone + Send + Sync + 'static,
{
    PossibleValuesParser::new(names).try_map(|name| name.parse::<T>())
}

/// How long a recording may be.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct LengthArgs {
    /// Refuse recordings longer than this many seconds.
    #[arg(
        long,
        value_name = "N",
        default_value_t = 600.0,
        value_parser = seconds,
        allow_negative_numbers = true
    )]
    pub(crate) max_seconds: f64,
}

pub(super) fn seconds(word: &str) -> Result<f64, String> {
    match word.parse() {
        Ok(seconds) if seconds > 0.0 && f64::is_finite(seconds) => Ok(seconds),
        _ => Err("expected a number of seconds above 0".to_owned()),
    }
}

/// Parse a whole number above 0.
pub(super) fn positive(word: &str) -> Result<NonZeroUsize, String> {
    word.parse()
        .map_err(|_| "expected a whole number above 0".to_owned())
}
