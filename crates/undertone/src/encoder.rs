//! The pretrained encoder that a recipe names.

use std::path::{Path, PathBuf};

use burn::tensor::Device;
use undertone_lab::{Recipe, RunFolder};
use undertone_models::{NetworkConfig, PretrainedEncoder};

use crate::hub;

/// Find the folder of the recipe's encoder, if it names one. Return the recipe too: an encoder on
/// the Hub is now pinned to the revision that was found.
pub(crate) fn find(mut recipe: Recipe) -> anyhow::Result<(Recipe, Option<PathBuf>)> {
    let NetworkConfig::Pretrained(config) = &mut recipe.network else {
        return Ok((recipe, None));
    };
    let folder = match hub::on_the_hub(config.pretrained.as_ref()) {
        Some(name) => {
            let found = hub::fetch(name)?;
            config.pretrained = found.pinned;
            found.folder
        }
        None => PathBuf::from(&config.pretrained),
    };
    Ok((recipe, Some(folder)))
}

/// Load the recipe's encoder from the folder that [`find`] returned.
pub(crate) fn load(
    recipe: &Recipe,
    folder: Option<&Path>,
    device: &Device,
) -> anyhow::Result<Option<PretrainedEncoder>> {
    match (&recipe.network, folder) {
        (NetworkConfig::Pretrained(config), Some(folder)) => {
            Ok(Some(PretrainedEncoder::load(folder, config, device)?))
        }
        _ => Ok(None),
    }
}

/// Return the recipe with the revision that the run in a folder was pinned to when it began, if the
/// recipe names none. The Hub may have a newer one since.
pub(crate) fn with_revision_of(mut recipe: Recipe, run: &Path) -> Recipe {
    let Ok((_, begun)) = RunFolder::existing(run) else {
        return recipe;
    };
    if let (NetworkConfig::Pretrained(now), NetworkConfig::Pretrained(then)) =
        (&mut recipe.network, begun.network)
        && then
            .pretrained
            .strip_prefix(&now.pretrained)
            .is_some_and(|rest| rest.starts_with('@'))
    {
        now.pretrained = then.pretrained;
    }
    recipe
}
