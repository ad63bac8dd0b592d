//! Finding pretrained encoders and models: in a folder, or on the Hugging Face Hub.

use std::path::{Path, PathBuf};

use undertone_lab::{Recipe, RunFolder};
use undertone_models::burn::tensor::Device;
use undertone_models::{NetworkConfig, PretrainedEncoder};

/// What names a place on the Hub.
const PREFIX: &str = "hf:";

/// Files of a model on this machine.
pub(crate) struct Found {
    pub(crate) folder: PathBuf,
    /// The name by which just these files are found again.
    pub(crate) pinned: String,
}

/// The name on the Hub that stands where a folder could.
pub(crate) fn on_the_hub(path: &Path) -> Option<&str> {
    path.to_str().filter(|name| name.starts_with(PREFIX))
}

/// Loads the recipe's encoder, if it names one, and pins the recipe to its revision.
pub(crate) fn encoder(
    recipe: &mut Recipe,
    device: &Device,
) -> anyhow::Result<Option<PretrainedEncoder>> {
    let NetworkConfig::Pretrained(config) = &mut recipe.network else {
        return Ok(None);
    };
    let folder = if config.pretrained.starts_with(PREFIX) {
        let found = fetch(&config.pretrained)?;
        config.pretrained = found.pinned;
        found.folder
    } else {
        PathBuf::from(&config.pretrained)
    };
    Ok(Some(PretrainedEncoder::load(&folder, config, device)?))
}

/// Takes the revision that a run was pinned to when it began, where the recipe names none: what the
/// name stands for on the Hub may have changed since.
pub(crate) fn keep_revision(recipe: &mut Recipe, run: &Path) {
    let Ok((_, begun)) = RunFolder::existing(run) else {
        return;
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
}

/// Brings a model from the Hub onto this machine, with a progress bar.
#[cfg(feature = "hub")]
pub(crate) fn fetch(name: &str) -> anyhow::Result<Found> {
    use undertone_models::hub::{Hub, ModelSource, Progress};

    use crate::output;
    use crate::progress_bar::progress_bar;

    let source: ModelSource = name.parse()?;
    let bar = progress_bar("{msg:20} {wide_bar} {binary_bytes}/{binary_total_bytes}  {eta} left");
    let snapshot = Hub::from_environment().resolve(&source, |progress| {
        let (file, done, total) = match progress {
            Progress::Waiting { file } => (format!("waiting for {file}"), 0, 0),
            Progress::Downloading { file, done, total } => (file.to_owned(), done, total),
            Progress::Checking { file, done, total } => (format!("checking {file}"), done, total),
        };
        if bar.message() != file {
            bar.reset();
            bar.set_message(file);
        }
        bar.set_length(total);
        bar.set_position(done);
    })?;
    bar.finish_and_clear();
    if let Some(reason) = &snapshot.unchecked {
        output::warning(&format!("{name}: taken as it is in the cache: {reason}"));
    }
    Ok(Found {
        folder: snapshot.folder,
        pinned: snapshot.pinned.to_string(),
    })
}

#[cfg(not(feature = "hub"))]
pub(crate) fn fetch(name: &str) -> anyhow::Result<Found> {
    anyhow::bail!(
        "{name}: this build cannot ask the Hugging Face Hub: build it with `--features hub`, or \
         give a folder"
    )
}
