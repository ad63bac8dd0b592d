//! The pretrained encoders that a recipe names.

use std::path::{Path, PathBuf};

use burn::tensor::Device;
use undertone_lab::{Recipe, RunFolder};
use undertone_models::PretrainedEncoder;

use crate::hub;

/// Find the folders of the recipe's encoders, in order. Return the recipe too: an encoder on the
/// Hub is now pinned to the revision that was found.
pub(crate) fn find(mut recipe: Recipe) -> anyhow::Result<(Recipe, Vec<PathBuf>)> {
    let mut folders = Vec::new();
    for config in recipe.network.encoders_mut() {
        folders.push(match hub::on_the_hub(config.pretrained.as_ref()) {
            Some(name) => {
                let found = hub::fetch(name)?;
                config.pretrained = found.pinned;
                found.folder
            }
            None => PathBuf::from(&config.pretrained),
        });
    }
    Ok((recipe, folders))
}

/// Load the recipe's encoders from the folders that [`find`] returned.
pub(crate) fn load(
    recipe: &Recipe,
    folders: &[PathBuf],
    device: &Device,
) -> anyhow::Result<Vec<PretrainedEncoder>> {
    let encoders = folders.iter().zip(recipe.network.encoders());
    encoders
        .map(|(folder, config)| Ok(PretrainedEncoder::load(folder, config, device)?))
        .collect()
}

/// Return the recipe with the revisions that the run in a folder was pinned to when it began, where
/// the recipe names none. The Hub may have newer ones since.
pub(crate) fn with_revisions_of(mut recipe: Recipe, run: &Path) -> Recipe {
    let Ok((_, begun)) = RunFolder::existing(run) else {
        return recipe;
    };
    let then = begun.network.encoders().iter();
    for (now, then) in recipe.network.encoders_mut().iter_mut().zip(then) {
        let rest = then.pretrained.strip_prefix(&now.pretrained);
        if rest.is_some_and(|rest| rest.starts_with('@')) {
            now.pretrained.clone_from(&then.pretrained);
        }
    }
    recipe
}
