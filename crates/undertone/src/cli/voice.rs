//! Arguments of `undertone voice`.

use std::path::PathBuf;

use clap::Args;

use super::values::{DeviceArgs, seconds};

/// Write a profile of a voice, to which `predict --voice` and `serve --voice` adapt.
///
/// Needs no labels: any recordings of the person will do, best ten or more in different moods. The
/// profile is a small JSON file with sums of the model's scores. It holds no sound, and it fits
/// only the model that heard the voice.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  undertone voice --out anna.json anna/              all recordings of a person
  undertone voice --out anna.json --add new.wav      one more
  undertone predict --voice anna.json clip.wav
  undertone serve --voice anna.json")]
pub(crate) struct VoiceArgs {
    /// Recordings of one voice, folders of recordings, or `-` for stdin.
    #[arg(value_name = "FILE|DIR", required = true)]
    pub(crate) inputs: Vec<PathBuf>,
    /// The profile to write.
    #[arg(long, value_name = "VOICE.json")]
    pub(crate) out: PathBuf,
    /// A model folder, a run that contains a model, or hf:OWNER/NAME [default: the built-in model].
    #[arg(long, value_name = "DIR")]
    pub(crate) model: Option<PathBuf>,
    /// Add the recordings to the profile. A recording that it heard before counts again.
    #[arg(long)]
    pub(crate) add: bool,
    /// Replace an existing file.
    #[arg(long, conflicts_with = "add")]
    pub(crate) force: bool,
    /// Refuse recordings longer than this many seconds.
    #[arg(long, value_name = "N", default_value_t = 600.0, value_parser = seconds)]
    pub(crate) max_seconds: f64,
    #[command(flatten)]
    pub(crate) device: DeviceArgs,
}
