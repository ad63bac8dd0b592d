//! The command line.

mod config;
mod corpus;
#[cfg(feature = "train")]
mod evaluate;
#[cfg(feature = "explore")]
mod explore;
#[cfg(feature = "export")]
mod export;
mod features;
#[cfg(feature = "fetch")]
mod fetch;
mod global;
mod inputs;
mod output;
mod predict;
mod predict_output;
#[cfg(feature = "train")]
mod recipe_name;
#[cfg(feature = "report")]
mod report;
mod segments;
#[cfg(feature = "serve")]
mod serve;
mod shell;
#[cfg(feature = "train")]
mod train;
mod values;
mod voice;
mod wording;

use std::ffi::OsString;
use std::sync::LazyLock;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{ColorChoice, CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::config::with_settings;
use crate::version::Version;

pub(crate) use config::ConfigArgs;
pub(crate) use corpus::CorpusArgs;
#[cfg(feature = "train")]
pub(crate) use evaluate::EvaluateArgs;
#[cfg(feature = "explore")]
pub(crate) use explore::ExploreArgs;
#[cfg(feature = "export")]
pub(crate) use export::{ExportArgs, ExportTarget, Quantization};
pub(crate) use features::{FeatureKind, FeaturesArgs, SampleRate};
#[cfg(feature = "fetch")]
pub(crate) use fetch::{FetchArgs, FetchableCorpus};
pub(crate) use global::GlobalArgs;
pub(crate) use inputs::InputArgs;
pub(crate) use output::Format;
pub(crate) use predict::{AdaptationArgs, PredictArgs, VoicesBy};
pub(crate) use predict_output::PredictFormat;
#[cfg(feature = "report")]
pub(crate) use report::ReportArgs;
pub(crate) use segments::{SegmentsArgs, SegmentsFrom};
#[cfg(feature = "serve")]
pub(crate) use serve::{LogFormat, ServeArgs};
pub(crate) use shell::{CompletionsArgs, ManArgs, VersionArgs};
#[cfg(feature = "train")]
pub(crate) use train::{CrossvalArgs, ExperimentArgs, RecipesArgs, TrainArgs};
pub(crate) use values::{ColumnArgs, LabelArgs, VocalChannelArgs};
pub(crate) use voice::VoiceArgs;

/// Speech emotion recognition: predict, explore, train, evaluate.
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

Exit codes: 0 success; 1 some inputs failed, the others are done; 2 nothing could be done;
130 interrupted."
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) global: GlobalArgs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Predict(PredictArgs),
    /// Print the JSON Schema of answers, of `predict --json` and of the server.
    Schema,
    Voice(VoiceArgs),
    Features(FeaturesArgs),
    Corpus(CorpusArgs),
    #[cfg(feature = "explore")]
    Explore(ExploreArgs),
    #[cfg(feature = "train")]
    Train(TrainArgs),
    #[cfg(feature = "train")]
    Evaluate(EvaluateArgs),
    #[cfg(feature = "train")]
    Crossval(CrossvalArgs),
    #[cfg(feature = "report")]
    Report(ReportArgs),
    #[cfg(feature = "train")]
    Recipes(RecipesArgs),
    #[cfg(feature = "serve")]
    Serve(ServeArgs),
    #[cfg(feature = "export")]
    Export(ExportArgs),
    #[cfg(feature = "fetch")]
    Fetch(FetchArgs),
    Config(ConfigArgs),
    Completions(CompletionsArgs),
    Man(ManArgs),
    Version(VersionArgs),
}

/// A command, the cargo feature that includes it, and whether this build has it.
type Optional = (&'static str, &'static str, bool);

/// The optional commands.
const OPTIONAL: [Optional; 9] = [
    ("explore", "explore", cfg!(feature = "explore")),
    ("train", "train", cfg!(feature = "train")),
    ("evaluate", "train", cfg!(feature = "train")),
    ("crossval", "train", cfg!(feature = "train")),
    ("recipes", "train", cfg!(feature = "train")),
    ("report", "report", cfg!(feature = "report")),
    ("serve", "serve", cfg!(feature = "serve")),
    ("export", "export", cfg!(feature = "export")),
    ("fetch", "fetch", cfg!(feature = "fetch")),
];

/// Return the command line with all commands.
pub(crate) fn program() -> clap::Command {
    static LONG_VERSION: LazyLock<String> = LazyLock::new(|| Version::of_this_program().in_lines());
    Cli::command().long_version(LONG_VERSION.as_str())
}

impl Cli {
    /// Parse the arguments, of which the first is the name of the program. Exit with help or an
    /// error message if there is nothing to run. Options that are not given have the values that
    /// the files of settings state.
    ///
    /// # Errors
    /// If a file of settings is wrong.
    pub(crate) fn from_arguments(
        arguments: impl IntoIterator<Item = OsString>,
    ) -> anyhow::Result<Self> {
        let arguments: Vec<OsString> = arguments.into_iter().collect();
        // clap asks the terminal and the environment itself.
        let color = color(&arguments).unwrap_or_default();
        let program = program().color(color);
        let arguments = with_settings(&program, arguments)?;
        let parsed = program.clone().try_get_matches_from(arguments);
        let parsed = parsed.and_then(|matches| Self::from_arg_matches(&matches));
        Ok(parsed.unwrap_or_else(|error| {
            let error = missing_command(error, &OPTIONAL);
            wording::reworded(error, &mut program.clone()).exit()
        }))
    }
}

/// Return the value of `--color`, which counts for errors of the command line too.
fn color(arguments: &[OsString]) -> Option<ColorChoice> {
    let words: Vec<_> = arguments.iter().filter_map(|word| word.to_str()).collect();
    let joined = words.iter().find_map(|word| word.strip_prefix("--color="));
    let apart = || {
        let place = words.iter().position(|word| *word == "--color")?;
        words.get(place + 1).copied()
    };
    joined.or_else(apart)?.parse().ok()
}

/// Explain that this build lacks a command, if that is the error.
fn missing_command(error: clap::Error, commands: &[Optional]) -> clap::Error {
    let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidSubcommand) else {
        return error;
    };
    let lacking = |(command, _, built_in): &&Optional| command == word && !built_in;
    match commands.iter().find(lacking) {
        Some((command, feature, _)) => Cli::command().error(
            ErrorKind::InvalidSubcommand,
            format!(
                "this build has no `{command}`: build undertone with `--features {feature}` to \
                 include it"
            ),
        ),
        None => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_command_that_is_not_built_in_names_its_feature() {
        let message = |commands: &[Optional]| {
            let error = Cli::try_parse_from(["undertone", "sing", "x.wav"]).unwrap_err();
            let error = missing_command(error, commands);
            assert_eq!(error.exit_code(), 2);
            error.to_string()
        };
        assert!(message(&[("sing", "song", false)]).contains("`--features song`"));
        assert!(message(&OPTIONAL).contains("unrecognized subcommand"));
    }
}
