//! Finding the model.

use std::path::{Path, PathBuf};

use anyhow::bail;
use undertone_answer::ModelIdentity;
use undertone_messages::nearest;
use undertone_models::{Classifier, DeviceKind, HUB_PREFIX, Model, Precision, Regressor};

use crate::{hub, output};

/// Return the folder of the model at a path: a model folder, or a run that contains a model.
pub(crate) fn folder(path: &Path) -> anyhow::Result<PathBuf> {
    let in_run = path.join("model");
    if Model::is_in(path) {
        return Ok(path.to_owned());
    }
    if Model::is_in(&in_run) {
        return Ok(in_run);
    }
    let has_folds = path.join("folds").is_dir();
    let hint = match path.exists() {
        true => String::new(),
        false => neighbor(path),
    };
    let path = path.display();
    if has_folds {
        bail!(
            "{path}: this run has no single model: it is unfinished (continue it with --resume) or \
             has several folds (name one: {path}/folds/FOLD/checkpoints/best)"
        );
    }
    bail!(
        "{path}: no model here{hint} (expected a folder with config.json and model.safetensors, \
         or a run)"
    );
}

/// Return a question about the folder beside the missing one that was meant.
fn neighbor(path: &Path) -> String {
    let parent = path.parent().unwrap_or(Path::new(""));
    let folder = match parent.as_os_str().is_empty() {
        true => Path::new("."),
        false => parent,
    };
    let names = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let names: Vec<String> = names
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let meant = nearest(&name, names.iter().map(String::as_str));
    meant.map_or(String::new(), |meant| {
        format!("; did you mean {}?", parent.join(meant).display())
    })
}

/// Where the model comes from.
pub(crate) enum ModelSource {
    /// This program.
    BuiltIn,
    /// A folder.
    Folder(PathBuf),
    /// A model on the Hub, in the cache.
    Hub(hub::Found),
}

impl ModelSource {
    /// Find the model at a path, or the built-in one. A model on the Hub is downloaded.
    pub(crate) fn find(path: Option<&Path>) -> anyhow::Result<Self> {
        let Some(path) = path else {
            output::detail("model: the built-in one");
            return Ok(Self::BuiltIn);
        };
        let source = match hub::on_the_hub(path) {
            Some(name) => Self::Hub(hub::fetch(name)?),
            None => Self::Folder(folder(path)?),
        };
        if let Some(folder) = source.folder() {
            output::detail(format_args!("model: {}", folder.display()));
        }
        Ok(source)
    }

    /// Return the folder; `None` for the built-in model.
    pub(crate) fn folder(&self) -> Option<&Path> {
        match self {
            Self::BuiltIn => None,
            Self::Folder(folder) => Some(folder),
            Self::Hub(found) => Some(&found.folder),
        }
    }

    /// Return the name and the revision of a model on the Hub.
    pub(crate) fn identity(&self) -> Option<ModelIdentity> {
        let Self::Hub(found) = self else {
            return None;
        };
        let pinned = found.pinned.strip_prefix(HUB_PREFIX)?;
        let (name, revision) = pinned.rsplit_once('@')?;
        Some(ModelIdentity {
            name: name.to_owned(),
            version: Some(revision.chars().take(12).collect()),
        })
    }

    pub(crate) fn classifier(
        &self,
        kind: DeviceKind,
        precision: Precision,
    ) -> anyhow::Result<Classifier> {
        let classifier = match self.folder() {
            None => built_in(kind)?,
            Some(folder) => Classifier::load_on(folder, &kind.open()?)?,
        };
        Ok(classifier.with_precision(precision)?)
    }

    /// Load the model if it predicts numbers. `None` for a model of classes.
    pub(crate) fn regressor(
        &self,
        kind: DeviceKind,
        precision: Precision,
    ) -> anyhow::Result<Option<Regressor>> {
        let Some(folder) = self.folder() else {
            return Ok(None);
        };
        // What is wrong with a model that cannot be read, the classifier tells.
        if Model::predicts_numbers(folder).is_ok_and(|it| it) {
            let regressor = Regressor::load_on(folder, &kind.open()?)?;
            return Ok(Some(regressor.with_precision(precision)?));
        }
        Ok(None)
    }

    /// Return the model's card, if it has one.
    #[cfg(feature = "serve")]
    pub(crate) fn card(&self) -> Option<String> {
        let Some(folder) = self.folder() else {
            #[cfg(feature = "embedded")]
            return Some(undertone_models::EMBEDDED_CARD.to_owned());
            #[cfg(not(feature = "embedded"))]
            return None;
        };
        /// The largest card in bytes.
        const LARGEST: u64 = 1 << 20;
        let path = folder.join(undertone_models::CARD_FILE);
        let bytes = undertone_files::read_regular(&path, LARGEST).ok()?;
        String::from_utf8(bytes).ok()
    }
}

#[cfg(feature = "embedded")]
fn built_in(kind: DeviceKind) -> anyhow::Result<Classifier> {
    Ok(Classifier::embedded_on(&kind.open()?)?)
}

#[cfg(not(feature = "embedded"))]
fn built_in(_: DeviceKind) -> anyhow::Result<Classifier> {
    bail!("this build has no built-in model: give --model DIR")
}
