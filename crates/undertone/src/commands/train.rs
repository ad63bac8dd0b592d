//! `undertone train`

use undertone_lab::FoldChoice;

use super::experiment;
use crate::cli::TrainArgs;
use crate::outcome::Outcome;

pub(crate) fn train(args: &TrainArgs) -> anyhow::Result<Outcome> {
    let recipe = experiment::recipe(&args.experiment, args.experiment.seed)?;
    experiment::run(&args.experiment, recipe, &FoldChoice::One(args.fold))
}
