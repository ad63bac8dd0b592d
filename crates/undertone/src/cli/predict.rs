//! Arguments of `undertone predict`.

use std::path::PathBuf;

use clap::Args;

use super::values::{DeviceArgs, seconds};

/// Predict the emotion in recordings.
///
/// Reads WAV, FLAC, MP3, Ogg Vorbis, AAC and M4A at any sample rate. Prints a row for each
/// recording, in the given order. A recording that is longer than the model's window is cut into
/// overlapping windows, whose probabilities are averaged.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  undertone predict clip.wav
  undertone predict recordings/                       every audio file in the folder
  undertone predict --timeline interview.mp3          each window of a long recording
  undertone predict --json *.flac | jq .label
  ffmpeg -i film.mkv -f wav - | undertone predict -   from stdin")]
pub(crate) struct PredictArgs {
    /// Recordings, folders of recordings, or `-` for stdin.
    #[arg(value_name = "FILE|DIR", required = true)]
    pub(crate) inputs: Vec<PathBuf>,
    /// A model folder, a run that contains a model, or hf:OWNER/NAME [default: the built-in model].
    #[arg(long, value_name = "DIR")]
    pub(crate) model: Option<PathBuf>,
    /// Print one JSON object per recording.
    #[arg(long)]
    pub(crate) json: bool,
    /// Also print the prediction for each window.
    #[arg(long)]
    pub(crate) timeline: bool,
    /// Refuse recordings longer than this many seconds.
    #[arg(
        long,
        value_name = "N",
        default_value_t = 600.0,
        value_parser = seconds,
        allow_negative_numbers = true
    )]
    pub(crate) max_seconds: f64,
    #[command(flatten)]
    pub(crate) device: DeviceArgs,
}
