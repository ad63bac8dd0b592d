//! Arguments of `undertone features`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::inputs::InputArgs;
use super::values::seconds;

/// Compute features of recordings, with the same values as librosa.
///
/// Each recording becomes a float32 array of shape (bands, frames), named after its file. Read the
/// arrays with `numpy.load`. Prints each array's name, shape and recording.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  undertone features --kind mfcc --out mfcc.npz clip.wav
  undertone features --kind log-mel --sr native --n-mels 64 --out mel.npz recordings/
  python -c \"import numpy; print(numpy.load('mfcc.npz')['clip'].shape)\"")]
pub(crate) struct FeaturesArgs {
    #[command(flatten)]
    pub(crate) inputs: InputArgs,
    /// The features to compute.
    #[arg(long)]
    pub(crate) kind: FeatureKind,
    /// The archive to write.
    #[arg(long, value_name = "X.npz")]
    pub(crate) out: PathBuf,
    /// Replace an archive that exists.
    #[arg(long)]
    pub(crate) force: bool,
    /// Refuse recordings longer than this many seconds.
    #[arg(
        long,
        value_name = "N",
        default_value_t = 600.0,
        value_parser = seconds,
        allow_negative_numbers = true
    )]
    pub(crate) max_seconds: f64,
    /// Resample recordings to this rate in Hz, or keep each one's own rate with `native`.
    #[arg(long, value_name = "HZ|native", default_value = "16000", value_parser = sample_rate)]
    pub(crate) sr: SampleRate,
    /// Samples per frame.
    #[arg(long, value_name = "N", default_value_t = 2048)]
    pub(crate) n_fft: usize,
    /// Samples between the starts of two frames.
    #[arg(long, value_name = "N", default_value_t = 512)]
    pub(crate) hop_length: usize,
    /// Number of mel bands.
    #[arg(long, value_name = "N", default_value_t = 128)]
    pub(crate) n_mels: usize,
    /// Number of MFCCs.
    #[arg(long, value_name = "N", default_value_t = 40)]
    pub(crate) n_mfcc: usize,
    /// Lowest frequency in Hz.
    #[arg(
        long,
        value_name = "HZ",
        default_value_t = 0.0,
        allow_negative_numbers = true
    )]
    pub(crate) fmin: f32,
    /// Highest frequency in Hz [default: half the sample rate].
    #[arg(long, value_name = "HZ")]
    pub(crate) fmax: Option<f32>,
    /// Print one JSON object per recording.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FeatureKind {
    /// Mel-frequency cepstral coefficients: librosa.feature.mfcc.
    Mfcc,
    /// Power mel spectrogram: librosa.feature.melspectrogram.
    Mel,
    /// Mel spectrogram in decibels: librosa.power_to_db.
    LogMel,
    /// Slopes of the MFCCs over time: librosa.feature.delta.
    MfccDelta,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SampleRate {
    Native,
    Hz(u32),
}

fn sample_rate(word: &str) -> Result<SampleRate, String> {
    match word {
        "native" => Ok(SampleRate::Native),
        hz => hz
            .parse()
            .map(SampleRate::Hz)
            .map_err(|_| "expected a rate in Hz, such as 22050, or `native`".to_owned()),
    }
}
