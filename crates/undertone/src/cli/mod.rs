//! The command line.

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
mod output;
mod predict;
#[cfg(feature = "report")]
mod report;
#[cfg(feature = "serve")]
mod serve;
#[cfg(feature = "train")]
mod train;
mod values;
mod voice;

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, Parser, Subcommand};

pub(crate) use corpus::CorpusArgs;
#[cfg(feature = "train")]
pub(crate) use evaluate::EvaluateArgs;
#[cfg(feature = "explore")]
pub(crate) use explore::ExploreArgs;
#[cfg(feature = "export")]
pub(crate) use export::{ExportArgs, ExportTarget};
pub(crate) use features::{FeatureKind, FeaturesArgs, SampleRate};
#[cfg(feature = "fetch")]
pub(crate) use fetch::{FetchArgs, FetchableCorpus};
pub(crate) use output::{Format, OutputArgs};
pub(crate) use predict::{AdaptationArgs, PredictArgs, VoicesBy};
#[cfg(feature = "report")]
pub(crate) use report::ReportArgs;
#[cfg(feature = "serve")]
pub(crate) use serve::{LogFormat, ServeArgs};
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

impl Cli {
    /// Parse the arguments, of which the first is the name of the program. Exit with help or an error
    /// message if there is nothing to run.
    pub(crate) fn from_arguments(arguments: impl IntoIterator<Item = OsString>) -> Self {
        Self::try_parse_from(arguments)
            .unwrap_or_else(|error| missing_command(error, &OPTIONAL).exit())
    }
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
