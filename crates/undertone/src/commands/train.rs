//! `undertone train`

use undertone_lab::FoldChoice;

use super::experiment;
use crate::cli::TrainArgs;
use crate::exit::Exit;

pub(crate) fn train(args: &TrainArgs) -> anyhow::Result<Exit> {
    let recipe = experiment::recipe(&args.experiment, args.experiment.seed)?;
    experiment::run(&args.experiment, recipe, &FoldChoice::One(args.fold))
}
