//! `undertone crossval`

use std::collections::BTreeSet;

use anyhow::bail;
use undertone_corpus::Protocol;
use undertone_lab::FoldChoice;

use super::experiment;
use crate::cli::CrossvalArgs;
use crate::exit::Exit;

pub(crate) fn crossval(args: &CrossvalArgs) -> anyhow::Result<Exit> {
    // A single seed becomes the recipe's, so that the run can only be resumed with the same one.
    let seed = match args.seeds[..] {
        [seed] => Some(seed),
        _ => args.experiment.seed,
    };
    let recipe = experiment::recipe(&args.experiment, seed)?;
    if recipe.protocol.name == Protocol::Full {
        bail!("the protocol `full` holds nothing back for evaluation: use `undertone train`");
    }
    let distinct: BTreeSet<u64> = args.seeds.iter().copied().collect();
    if distinct.len() < args.seeds.len() {
        bail!("--seeds has a seed twice");
    }
    let seeds = match args.seeds.len() {
        0 => vec![recipe.seed],
        _ => args.seeds.clone(),
    };
    experiment::run(&args.experiment, recipe, &FoldChoice::All { seeds })
}
