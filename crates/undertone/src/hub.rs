//! Models from the Hugging Face Hub.

use std::path::{Path, PathBuf};

use undertone_models::HUB_PREFIX;

/// The files of a model on this machine.
pub(crate) struct Found {
    pub(crate) folder: PathBuf,
    /// The name, with its revision, that always finds these files.
    pub(crate) pinned: String,
}

/// Return the name on the Hub, `owner/name` or `owner/name@revision`, if this is not a folder.
pub(crate) fn on_the_hub(path: &Path) -> Option<&str> {
    path.to_str()?.strip_prefix(HUB_PREFIX)
}

/// Fetch a model from the Hub with a progress bar. `name` is without `hf:`.
#[cfg(feature = "hub")]
pub(crate) fn fetch(name: &str) -> anyhow::Result<Found> {
    use undertone_download::Step;
    use undertone_download::hub::{Hub, Repository};

    use crate::output;
    use crate::progress_bar::progress_bar;

    let repository: Repository = name.parse()?;
    let bar = progress_bar("{msg:20} {wide_bar} {binary_bytes}/{binary_total_bytes}  {eta} left");
    let snapshot = Hub::from_environment().fetch(&repository, |progress| {
        let file = progress.file;
        let message = match progress.step {
            Step::Waiting => format!("waiting for {file}"),
            Step::Checking => format!("checking {file}"),
            Step::Downloading | Step::Unpacking => file.to_owned(),
        };
        if bar.message() != message {
            bar.reset();
            bar.set_message(message);
        }
        bar.set_length(progress.total);
        bar.set_position(progress.done);
    })?;
    bar.finish_and_clear();
    if let Some(reason) = &snapshot.unchecked {
        output::warning(&format!(
            "{HUB_PREFIX}{name}: taken from the cache without a check: {reason}"
        ));
    }
    Ok(Found {
        folder: snapshot.folder,
        pinned: format!("{HUB_PREFIX}{}", repository.at(&snapshot.commit)),
    })
}

#[cfg(not(feature = "hub"))]
pub(crate) fn fetch(name: &str) -> anyhow::Result<Found> {
    anyhow::bail!(
        "{HUB_PREFIX}{name}: this build cannot use the Hugging Face Hub: build it with \
         `--features hub`, or give a folder"
    )
}
