//! Arguments of `undertone predict`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;
use undertone_corpus::{CorpusSource, LabelScheme};

use super::inputs::InputArgs;
use super::predict_output::PredictOutputArgs;
use super::segments::SegmentsArgs;
use super::values::{ColumnArgs, DeviceArgs, PrecisionArgs, class_scheme, seconds};

/// Predict the emotion in recordings.
///
/// Reads WAV, FLAC, MP3, AAC, M4A, Ogg, Opus, WebM and more at any sample rate. Prints a row for
/// each recording, in the given order. A recording that is longer than the model's window is cut
/// into overlapping windows, whose probabilities are averaged. A recording of more than 30 s is
/// divided into utterances, and their probabilities are averaged by their length. It may last for
/// hours.
///
/// A recording that is silent, or in which the model hears no speech, has no label. Warnings stand
/// at the end of a row: silent, no-speech, short, quiet, clipped. `undertone schema` describes the
/// JSON.
///
/// A model that adapts to voices judges better if it knows the voice. It needs other recordings of
/// the person, and no labels.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  undertone predict clip.wav
  undertone predict recordings/                       every audio file in the folder
  find . -name '*.wav' -print0 | undertone predict --files-from - -0 --json
  undertone predict --timeline interview.mp3          each utterance of a long recording
  undertone predict interview.mp3 --out interview.srt also .vtt, .TextGrid and .rttm
  undertone predict --segments turns.rttm call.wav    the segments that a file names
  undertone predict --by-channel call.wav             a speaker on each channel
  undertone predict --why clip.wav                    which half seconds move the answer
  undertone predict --scheme sentiment3 clip.wav      negative, neutral or positive
  undertone predict --json *.flac | jq .label
  undertone predict --out answers.csv recordings/     also .json and .parquet
  ffmpeg -i film.mkv -f wav - | undertone predict -   from stdin

  undertone predict --adapt anna/*.wav                one voice: each is judged by the others
  undertone predict --adapt-by folder anna/ bob/      each folder is a voice
  undertone predict --adapt-by speakers.csv calls/    a table with the columns path and speaker
  undertone predict --voice anna/ clip.wav            other recordings of the voice
  undertone predict --voice anna.json clip.wav        a profile that `undertone voice` wrote")]
pub(crate) struct PredictArgs {
    #[command(flatten)]
    pub(crate) inputs: InputArgs,
    /// A model folder, a run that contains a model, or hf:OWNER/NAME [default: the built-in model].
    #[arg(long, value_name = "DIR")]
    pub(crate) model: Option<PathBuf>,
    /// The classes to answer with, if those of the model can be summed to them [default: the
    /// model's own]. Before anything is heard, all of them are equally probable, also one that sums
    /// up more of the model's classes.
    #[arg(long, value_name = "S", value_parser = class_scheme())]
    pub(crate) scheme: Option<LabelScheme>,
    #[command(flatten)]
    pub(crate) output: PredictOutputArgs,
    /// Continue the file of --out (JSON or CSV): read only recordings that have no answer in it.
    /// An interrupted run leaves its rows in FILE.unfinished.
    #[arg(long, requires = "out", conflicts_with_all = ["force", "adapt", "adapt_by", "voice"])]
    pub(crate) resume: bool,
    /// Also print the prediction for each window or utterance; in CSV and Parquet, a row for each.
    #[arg(long)]
    pub(crate) timeline: bool,
    /// Refuse recordings longer than this many seconds [default: no limit; 600 for models of
    /// numbers].
    #[arg(
        long,
        value_name = "N",
        value_parser = seconds,
        allow_negative_numbers = true
    )]
    pub(crate) max_seconds: Option<f64>,
    #[command(flatten)]
    pub(crate) segments: SegmentsArgs,
    #[command(flatten)]
    pub(crate) device: DeviceArgs,
    #[command(flatten)]
    pub(crate) precision: PrecisionArgs,
    #[command(flatten)]
    pub(crate) adaptation: AdaptationArgs,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Adapt to a voice")]
pub(crate) struct AdaptationArgs {
    /// All recordings are of one voice. Judge each by what the others tell about it.
    #[arg(long)]
    pub(crate) adapt: bool,
    /// Do the same for several voices: `folder` if each folder is one, or a manifest (a CSV with
    /// the columns path and speaker) or the folder of a published corpus, which names the speakers.
    #[arg(
        long,
        value_name = "folder|[FORMAT:]DIR|MANIFEST",
        conflicts_with_all = ["adapt", "voice"]
    )]
    pub(crate) adapt_by: Option<VoicesBy>,
    /// A recording of the voice, a folder of them, or a profile that `undertone voice` wrote
    /// (.json). Can be repeated.
    #[arg(long, value_name = "FILE|DIR|VOICE.json")]
    pub(crate) voice: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) columns: ColumnArgs,
}

/// What tells which recordings are of one voice.
#[derive(Debug, Clone)]
pub(crate) enum VoicesBy {
    /// The folder that they are in.
    Folder,
    /// The speakers that a corpus or a table names.
    Speakers(CorpusSource),
}

impl From<OsString> for VoicesBy {
    fn from(text: OsString) -> Self {
        match text == "folder" {
            true => Self::Folder,
            false => Self::Speakers(text.into()),
        }
    }
}

impl AdaptationArgs {
    /// Return the options that ask to adapt.
    pub(crate) fn given(&self) -> Vec<&'static str> {
        let given = [
            ("--adapt", self.adapt),
            ("--adapt-by", self.adapt_by.is_some()),
            ("--voice", !self.voice.is_empty()),
        ];
        let given = given.into_iter().filter(|(_, given)| *given);
        given.map(|(name, _)| name).collect()
    }
}
