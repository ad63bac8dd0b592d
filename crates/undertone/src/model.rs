//! Finding the model.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::bail;
use undertone_models::{CARD_FILE, CONFIG_FILE, Classifier, DeviceKind};

use crate::pretrained;

/// The model's folder, for a model's folder or a run that holds one.
pub(crate) fn folder(path: &Path) -> anyhow::Result<PathBuf> {
    let in_run = path.join("model");
    if path.join(CONFIG_FILE).is_file() {
        return Ok(path.to_owned());
    }
    if in_run.join(CONFIG_FILE).is_file() {
        return Ok(in_run);
    }
    let has_folds = path.join("folds").is_dir();
    let path = path.display();
    if has_folds {
        bail!(
            "{path}: this run has left no single model: it is unfinished (go on with --resume) or \
             trained several folds (name one: {path}/folds/FOLD/checkpoints/best)"
        );
    }
    bail!(
        "{path}: no model here (expected a folder with config.json and model.safetensors, \
         or a run)"
    );
}

/// Where the model lies that was asked for.
pub(crate) enum Place {
    /// Inside the program.
    Shipped,
    /// In a folder.
    Folder(PathBuf),
}

impl Place {
    /// Finds it; one on the Hub is brought onto this machine.
    pub(crate) fn find(path: Option<&Path>) -> anyhow::Result<Self> {
        let Some(path) = path else {
            return Ok(Self::Shipped);
        };
        Ok(Self::Folder(match pretrained::on_the_hub(path) {
            Some(name) => pretrained::fetch(name)?.folder,
            None => folder(path)?,
        }))
    }

    pub(crate) fn classifier(&self, kind: DeviceKind) -> anyhow::Result<Classifier> {
        match self {
            Self::Shipped => shipped(kind),
            Self::Folder(folder) => Ok(Classifier::load_on(folder, &kind.open()?)?),
        }
    }

    /// The model's card, if it has one.
    pub(crate) fn card(&self) -> Option<String> {
        match self {
            #[cfg(feature = "embedded")]
            Self::Shipped => Some(undertone_models::EMBEDDED_CARD.to_owned()),
            #[cfg(not(feature = "embedded"))]
            Self::Shipped => None,
            Self::Folder(folder) => fs::read_to_string(folder.join(CARD_FILE)).ok(),
        }
    }
}

/// The model that was asked for, or the one that this build carries.
pub(crate) fn classifier(path: Option<&Path>, kind: DeviceKind) -> anyhow::Result<Classifier> {
    Place::find(path)?.classifier(kind)
}

#[cfg(feature = "embedded")]
fn shipped(kind: DeviceKind) -> anyhow::Result<Classifier> {
    Ok(Classifier::embedded_on(&kind.open()?)?)
}

#[cfg(not(feature = "embedded"))]
fn shipped(_: DeviceKind) -> anyhow::Result<Classifier> {
    bail!("this build carries no model: give --model DIR")
}
