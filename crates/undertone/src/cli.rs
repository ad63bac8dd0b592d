//! The command line.

mod serve;

use std::error::Error;
use std::path::PathBuf;
use std::str::FromStr;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use undertone_corpus::{LabelScheme, Protocol};
use undertone_lab::default_cache;
use undertone_models::DeviceKind;

pub(crate) use serve::{LogFormat, ServeArgs};

/// Speech emotion recognition: predict, explore, train, judge.
#[derive(Debug, Parser)]
#[command(
    version,
    max_term_width = 100,
    after_help = "\
Examples:
  undertone predict clip.wav
  undertone fetch ravdess --out ravdess
  undertone train 3-optimized --corpus ravdess --out runs/optimized
  undertone predict --model runs/optimized clip.wav

Exit codes: 0 all done; 1 some inputs failed, the rest is done; 2 nothing could be done;
130 interrupted."
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Predict(PredictArgs),
    Features(FeaturesArgs),
    Corpus(CorpusArgs),
    Explore(ExploreArgs),
    Train(TrainArgs),
    Evaluate(EvaluateArgs),
    Crossval(CrossvalArgs),
    Report(ReportArgs),
    Recipes(RecipesArgs),
    Serve(ServeArgs),
    Export(ExportArgs),
    #[cfg(feature = "fetch")]
    Fetch(FetchArgs),
}

/// List the built-in recipes, or print one.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  undertone recipes
  undertone recipes 3-optimized > mine.toml   a start for a recipe of one's own")]
pub(crate) struct RecipesArgs {
    /// Print this one as TOML.
    #[arg(value_name = "NAME")]
    pub(crate) name: Option<String>,
}

/// Tell the emotion in recordings.
///
/// Reads WAV, FLAC, MP3, Ogg Vorbis, AAC and M4A of any rate. Prints a row for each recording, in
/// the order given; recordings longer than the model's window are read in overlapping windows and
/// averaged.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  undertone predict clip.wav
  undertone predict recordings/                       every audio file below the folder
  undertone predict --timeline interview.mp3          each window of a long recording
  undertone predict --json *.flac | jq .label
  ffmpeg -i film.mkv -f wav - | undertone predict -   from stdin")]
pub(crate) struct PredictArgs {
    /// Recordings, folders of recordings, or `-` for stdin.
    #[arg(value_name = "FILE|DIR", required = true)]
    pub(crate) inputs: Vec<PathBuf>,
    /// A model's folder, a run that holds one, or hf:OWNER/NAME [default: the model in this
    /// program].
    #[arg(long, value_name = "DIR")]
    pub(crate) model: Option<PathBuf>,
    /// Print one JSON object per recording.
    #[arg(long)]
    pub(crate) json: bool,
    /// Print each window of a recording too.
    #[arg(long)]
    pub(crate) timeline: bool,
    /// Refuse recordings that are longer.
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

/// Write features of recordings as librosa would compute them.
///
/// Each recording becomes a float32 array of shape (bands, frames), named after its file; read
/// them with `numpy.load`. Prints each array's name, shape and recording.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  undertone features --kind mfcc --out mfcc.npz clip.wav
  undertone features --kind log-mel --sr native --n-mels 64 --out mel.npz recordings/
  python -c \"import numpy; print(numpy.load('mfcc.npz')['clip'].shape)\"")]
pub(crate) struct FeaturesArgs {
    /// Recordings, folders of recordings, or `-` for stdin.
    #[arg(value_name = "FILE|DIR", required = true)]
    pub(crate) inputs: Vec<PathBuf>,
    /// Which features.
    #[arg(long)]
    pub(crate) kind: FeatureKind,
    /// The archive to write.
    #[arg(long, value_name = "X.npz")]
    pub(crate) out: PathBuf,
    /// Sample rate to bring recordings to in Hz, or `native` for each one's own.
    #[arg(long, value_name = "HZ|native", default_value = "16000", value_parser = sample_rate)]
    pub(crate) sr: SampleRate,
    /// Samples of a frame.
    #[arg(long, value_name = "N", default_value_t = 2048)]
    pub(crate) n_fft: usize,
    /// Samples between two frames.
    #[arg(long, value_name = "N", default_value_t = 512)]
    pub(crate) hop_length: usize,
    /// Mel bands.
    #[arg(long, value_name = "N", default_value_t = 128)]
    pub(crate) n_mels: usize,
    /// MFCCs.
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
    /// The same in decibels: librosa.power_to_db.
    LogMel,
    /// Slopes of the MFCCs over time: librosa.feature.delta.
    MfccDelta,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SampleRate {
    Native,
    Hz(u32),
}

/// Show what is in a corpus: counts, speakers, durations, bad files.
///
/// A corpus is a folder of RAVDESS clips, or a manifest: a CSV with the columns path, emotion,
/// speaker and, if you like, gender and split.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  undertone corpus ravdess
  undertone corpus --scheme emotion8 --json ravdess
  undertone corpus --strict ravdess && echo complete and sound
  undertone corpus --no-durations --manifest ravdess.csv ravdess")]
pub(crate) struct CorpusArgs {
    /// The corpus.
    #[arg(value_name = "DIR|MANIFEST")]
    pub(crate) corpus: PathBuf,
    /// The classes to count.
    #[arg(long, value_name = "S", value_parser = scheme(), default_value_t)]
    pub(crate) scheme: LabelScheme,
    /// Print one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
    /// Exit with 1 if anything is wrong with a clip, or one of RAVDESS's is missing.
    #[arg(long)]
    pub(crate) strict: bool,
    /// Write the corpus as a manifest.
    #[arg(long, value_name = "OUT.csv")]
    pub(crate) manifest: Option<PathBuf>,
    /// Don't open the recordings: faster, but unreadable ones go unnoticed.
    #[arg(long)]
    pub(crate) no_durations: bool,
}

/// Draw and tell what is in a corpus: a page with figures.
///
/// Measures every clip (duration, level, noise, pitch, speaking rate, spectra) and writes DIR/index.html,
/// which needs no network, with every figure beside it as SVG and PNG, a table of all clips
/// (clips.csv) and all numbers (summary.json). Prints the page's path.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  undertone explore --out exploration ravdess
  undertone explore --out exploration --force --top-db 30 ravdess
  undertone explore --out exploration --recipe 3-optimized clips.csv   trimmed and balanced as it does
  undertone explore --out exploration --seed 7 --show clips/anna-1.wav clips.csv")]
pub(crate) struct ExploreArgs {
    /// The corpus: a folder of RAVDESS clips, or a manifest.
    #[arg(value_name = "DIR|MANIFEST")]
    pub(crate) corpus: PathBuf,
    /// The folder to write.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// Write into a folder that has something in it; only what explore wrote there is replaced.
    #[arg(long)]
    pub(crate) force: bool,
    /// Take trimming, classes and balancing from a recipe, a file or one of this program.
    #[arg(long, value_name = "RECIPE")]
    pub(crate) recipe: Option<PathBuf>,
    /// The classes to map emotions to [default: sentiment3, or the recipe's].
    #[arg(long, value_name = "S", value_parser = scheme())]
    pub(crate) scheme: Option<LabelScheme>,
    /// Trim what is this many decibels below a clip's loudest frame [default: 20, or the recipe's].
    #[arg(long, value_name = "DB", value_parser = decibels, allow_negative_numbers = true)]
    pub(crate) top_db: Option<f32>,
    /// Leave the corpus unbalanced [default: neutral repeated to calm's number, then all labels cut
    /// to the smallest, or the recipe's steps].
    #[arg(long)]
    pub(crate) no_balance: bool,
    /// The seed of balancing and of which clips are shown.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
    /// Show this clip for its emotion and gender. Can be repeated.
    #[arg(long, value_name = "CLIP")]
    pub(crate) show: Vec<PathBuf>,
    /// Print all numbers as one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Train a model by a recipe, and judge it.
///
/// Leaves a run: a folder with the recipe, the numbers of each epoch, a report and the model. A
/// run that was stopped, by Ctrl-C or by pulling the plug, goes on with --resume and ends with
/// the same weights.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  undertone train 2-enhanced --corpus ravdess --out runs/enhanced
  undertone train 2-enhanced --corpus ravdess --out runs/enhanced --resume
  undertone train my.toml --corpus clips.csv --out runs/mine --set training.epochs=10 --seed 7
  undertone train 3-optimized --corpus ravdess --protocol speakers --fold 2 --out runs/fold2")]
pub(crate) struct TrainArgs {
    #[command(flatten)]
    pub(crate) experiment: ExperimentArgs,
    /// The fold to train, counted from 1.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) fold: usize,
}

/// Train and judge a recipe on all folds of a protocol.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  undertone crossval 3-optimized --corpus ravdess --protocol speakers --out runs/speakers
  undertone crossval 3-optimized --corpus ravdess --protocol emobox --seeds 1,2,3 --out runs/emobox
  undertone crossval 3-optimized --corpus ravdess --protocol emobox --seeds 1,2,3 \\
      --out runs/emobox --resume")]
pub(crate) struct CrossvalArgs {
    #[command(flatten)]
    pub(crate) experiment: ExperimentArgs,
    /// Train all folds once for each of these seeds [default: the recipe's].
    #[arg(
        long,
        value_name = "N,N…",
        value_delimiter = ',',
        conflicts_with = "seed"
    )]
    pub(crate) seeds: Vec<u64>,
}

/// What `train` and `crossval` share.
#[derive(Debug, Args)]
pub(crate) struct ExperimentArgs {
    /// A recipe file, or the name of a recipe in this program (`undertone recipes` lists them).
    pub(crate) recipe: PathBuf,
    /// The corpus: a folder of RAVDESS clips, or a manifest.
    #[arg(long, value_name = "DIR|MANIFEST")]
    pub(crate) corpus: PathBuf,
    /// The run's folder.
    #[arg(long, value_name = "RUN")]
    pub(crate) out: PathBuf,
    /// Go on with the run in that folder, if there is one.
    #[arg(long)]
    pub(crate) resume: bool,
    /// Set a value of the recipe, such as training.epochs=10. Can be repeated.
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
    /// The seed of everything random [default: the recipe's].
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// How clips are divided for judging [default: the recipe's].
    #[arg(long, value_name = "P", value_parser = protocol())]
    pub(crate) protocol: Option<Protocol>,
    #[command(flatten)]
    pub(crate) device: DeviceArgs,
    #[command(flatten)]
    pub(crate) cache: CacheArgs,
    /// Print one JSON object per epoch, and the report as another.
    #[arg(long)]
    pub(crate) json: bool,
    /// Show the curves in the terminal while it trains: q stops, Tab turns to the other chart.
    #[arg(long, conflicts_with = "json")]
    pub(crate) tui: bool,
}

/// Show training runs as a page: scores, curves, confusions, calibration, speakers, mistakes.
///
/// Writes index.html, which needs no network, and each figure beside it as SVG and PNG. Several
/// runs stand side by side, with a test of whether one is better than another. Prints the page's
/// path.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  undertone report runs/mine                              writes runs/mine/report/index.html
  undertone report --corpus ravdess runs/mine             with the surest mistakes to listen to
  undertone report --out compared runs/cnn runs/whisper   side by side
  undertone report --json runs/mine | jq .uar.value")]
pub(crate) struct ReportArgs {
    /// Folders that `train` or `crossval` left, finished or not.
    #[arg(value_name = "RUN", required = true)]
    pub(crate) runs: Vec<PathBuf>,
    /// The folder for the page [default: RUN/report; several runs need one].
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Where the corpus is, for clips to listen to [default: where it was when the run was
    /// trained].
    #[arg(long, value_name = "DIR|MANIFEST")]
    pub(crate) corpus: Option<PathBuf>,
    /// Write into a folder that holds something already.
    #[arg(long)]
    pub(crate) force: bool,
    /// Print one JSON object per run, and one per comparison.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Judge a model on a corpus.
///
/// Only the test sets of the protocol are used. The report warns of speakers that the model was
/// trained on.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  undertone evaluate runs/fold2 --corpus ravdess --protocol speakers --fold 2
  undertone evaluate models/mine --corpus other.csv --protocol manifest --out report.json")]
pub(crate) struct EvaluateArgs {
    /// A model's folder, or a run that holds one.
    #[arg(value_name = "RUN|MODEL")]
    pub(crate) model: PathBuf,
    /// The corpus: a folder of RAVDESS clips, or a manifest.
    #[arg(long, value_name = "DIR|MANIFEST")]
    pub(crate) corpus: PathBuf,
    /// How clips are divided; with the run's own options if it was trained under the same one.
    #[arg(long, value_name = "P", value_parser = protocol())]
    pub(crate) protocol: Protocol,
    /// The fold to judge on, counted from 1 [default: all].
    #[arg(long, value_name = "N")]
    pub(crate) fold: Option<usize>,
    /// The seed of the split [default: the one the model was trained with].
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    #[command(flatten)]
    pub(crate) device: DeviceArgs,
    #[command(flatten)]
    pub(crate) cache: CacheArgs,
    /// Print the report as one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
    /// Write the report as JSON to a file, too.
    #[arg(long, value_name = "FILE.json")]
    pub(crate) out: Option<PathBuf>,
}

/// Write a model for other programs: as ONNX, for the Hugging Face Hub, as a Space.
///
/// The folder appears whole or not at all. For the Hub, model.onnx is left out where a network is too
/// large for that format.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  undertone export runs/mine --to onnx --out mine-onnx
  undertone export models/mine --to hf --report runs/folds/report.json --out mine-hf
  undertone export --to space --out space           the model in this program, served by it")]
pub(crate) struct ExportArgs {
    /// A model's folder, a run that holds one, or hf:OWNER/NAME [default: the model in this
    /// program].
    #[arg(value_name = "RUN|MODEL")]
    pub(crate) model: Option<PathBuf>,
    /// What to write.
    #[arg(long, value_name = "T")]
    pub(crate) to: ExportTarget,
    /// The folder to write.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// Replace an earlier export in that folder.
    #[arg(long)]
    pub(crate) force: bool,
    /// A report of `evaluate` or `crossval` on this model or its recipe, for the card. Can be
    /// repeated. The report of the run that the model lies in is found without. Scores of what the
    /// model may have heard in training stand in the card's text alone, not in its metadata.
    #[arg(long = "report", value_name = "FILE.json")]
    pub(crate) reports: Vec<PathBuf>,
    /// The program that the Space runs: an undertone for Linux [default: this program].
    #[arg(long, value_name = "FILE")]
    pub(crate) binary: Option<PathBuf>,
    /// Print one JSON object that names the files.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportTarget {
    /// model.onnx, for ONNX Runtime.
    Onnx,
    /// A model repository for the Hugging Face Hub.
    Hf,
    /// A Docker Space: Dockerfile, program and model.
    Space,
}

/// Download a corpus.
///
/// A download that breaks off goes on where it was when the command is run again.
#[cfg(feature = "fetch")]
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  undertone fetch ravdess --out ravdess

RAVDESS: Livingstone & Russo (2018), https://doi.org/10.5281/zenodo.1188976, CC BY-NC-SA 4.0.")]
pub(crate) struct FetchArgs {
    /// Which corpus.
    pub(crate) corpus: FetchableCorpus,
    /// The folder to put it in.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// Where the archive lies, for mirrors and tests.
    #[arg(long, value_name = "URL", hide = true)]
    pub(crate) base_url: Option<String>,
}

#[cfg(feature = "fetch")]
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum FetchableCorpus {
    /// RAVDESS's audio-only speech: 1440 clips of 24 actors, 208 MB.
    Ravdess,
}

#[derive(Debug, Args)]
pub(crate) struct DeviceArgs {
    /// Where to compute.
    #[arg(long, value_name = "D", value_parser = device(), default_value_t)]
    pub(crate) device: DeviceKind,
}

#[derive(Debug, Args)]
pub(crate) struct CacheArgs {
    /// Where features are kept between runs [default: $UNDERTONE_CACHE, or undertone/features in
    /// your cache folder].
    #[arg(long, value_name = "DIR", conflicts_with = "no_cache")]
    cache: Option<PathBuf>,
    /// Compute all features anew, and keep none.
    #[arg(long)]
    no_cache: bool,
}

impl CacheArgs {
    /// The folder to keep features in, if they are to be kept.
    pub(crate) fn folder(&self) -> Option<PathBuf> {
        if self.no_cache {
            None
        } else {
            self.cache.clone().or_else(default_cache)
        }
    }
}

fn protocol() -> impl TypedValueParser<Value = Protocol> {
    one_of(Protocol::ALL.map(Protocol::name))
}

fn scheme() -> impl TypedValueParser<Value = LabelScheme> {
    one_of(LabelScheme::ALL.map(LabelScheme::name))
}

fn device() -> impl TypedValueParser<Value = DeviceKind> {
    one_of(["cpu", "cuda", "wgpu"])
}

fn one_of<T, const N: usize>(names: [&'static str; N]) -> impl TypedValueParser<Value = T>
where
    T: FromStr<Err: Error + Send + Sync + 'static> + Clone + Send + Sync + 'static,
{
    PossibleValuesParser::new(names).try_map(|name| name.parse::<T>())
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

fn decibels(word: &str) -> Result<f32, String> {
    match word.parse() {
        Ok(decibels) if decibels > 0.0 && f32::is_finite(decibels) => Ok(decibels),
        _ => Err("expected a number of decibels above 0".to_owned()),
    }
}

fn seconds(word: &str) -> Result<f64, String> {
    match word.parse() {
        Ok(seconds) if seconds > 0.0 && f64::is_finite(seconds) => Ok(seconds),
        _ => Err("expected a number of seconds above 0".to_owned()),
    }
}
