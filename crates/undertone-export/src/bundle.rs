//! A model with its card and its reports, ready for export.

use std::cmp::Reverse;
use std::io;
use std::path::{Path, PathBuf};

use burn::tensor::Device;
use fs_err as fs;
use undertone_lab::RunFolder;
use undertone_lab::card::{self, ModelCard};
use undertone_metrics::Report;
use undertone_models::{CARD_FILE, Model};

use crate::error::ExportError;

/// A model for export, with its card and its reports.
#[derive(Debug)]
pub struct ModelBundle {
    pub(crate) model: Model,
    /// The model's folder; `None` for the model inside the program.
    pub(crate) folder: Option<PathBuf>,
    /// The model's card with complete metadata, without the results of `added`.
    card: ModelCard,
    /// Reports that the card does not know.
    added: Vec<Report>,
    /// The report of the run that trained the model.
    own: Option<Report>,
}

impl ModelBundle {
    /// Read a model's folder with its card; without a card, make one. If the folder is in a run,
    /// read the run's report too.
    ///
    /// # Errors
    /// If the model, its card or the report cannot be read, or if the model predicts numbers and
    /// no classes.
    pub fn open(folder: &Path) -> Result<Self, ExportError> {
        let model = Model::load(folder, &Device::flex())?;
        model.config.needs_classes()?;
        let path = folder.join(CARD_FILE);
        let card = match read_if_there(&path)? {
            None => None,
            Some(text) => {
                let card =
                    ModelCard::parse(&text).map_err(|source| ExportError::Card { path, source })?;
                Some(card)
            }
        };
        let own = report_of_run(folder)?.filter(|report| is_about(report, &model));
        Ok(Self::assemble(model, card, own, Some(folder.to_owned())))
    }

    /// Return a bundle of a model without a folder and its card.
    ///
    /// # Errors
    /// If the card's metadata cannot be read.
    pub fn new(model: Model, card: &str) -> Result<Self, ExportError> {
        let card = ModelCard::parse(card).map_err(|source| ExportError::Card {
            path: CARD_FILE.into(),
            source,
        })?;
        Ok(Self::assemble(model, Some(card), None, None))
    }

    fn assemble(
        mut model: Model,
        mut card: Option<ModelCard>,
        own: Option<Report>,
        folder: Option<PathBuf>,
    ) -> Self {
        hide_encoder_paths(&mut model, card.as_mut());
        let reports = own.as_slice();
        let card = match card {
            None => ModelCard::new(&model, reports),
            Some(mut card) => {
                card.complete(&model, reports);
                card
            }
        };
        Self {
            model,
            folder,
            card,
            added: Vec::new(),
            own,
        }
    }

    /// Add a report that `undertone evaluate` or `crossval` wrote about this model or its recipe.
    /// The card then has its numbers too. A known report changes nothing.
    ///
    /// # Errors
    /// If the file is not a report, or is about another recipe or other labels.
    pub fn add_report(&mut self, path: &Path) -> Result<(), ExportError> {
        let text = fs::read_to_string(path)?;
        let report = parse_report(path, &text)?;
        if !is_about(&report, &self.model) {
            let config = &self.model.config;
            let (recipe, labels) = (&config.provenance.recipe, &config.label_scheme);
            return Err(ExportError::OtherModel {
                path: path.to_owned(),
                found: format!("{} with {}", report.recipe, report.label_scheme),
                expected: format!("{recipe} with {labels}"),
            });
        }
        if !self
            .own
            .iter()
            .chain(&self.added)
            .any(|known| *known == report)
        {
            self.added.push(report);
        }
        Ok(())
    }

    /// Return warnings for the model's owner, one sentence each.
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        if self.license().is_none() {
            warnings.push(
                "no license is known for these weights, and others will see none: write \
                 `license: …` into the metadata of the card"
                    .to_owned(),
            );
        }
        let provenance = &self.model.config.provenance;
        for report in self.own.iter().chain(&self.added) {
            if !card::is_sound(report) {
                warnings.push(format!(
                    "{}: not among the results in the card's metadata, as the model may have been \
                     trained on clips or voices of the test set; the card's text says so",
                    card::heading(report, provenance)
                ));
            }
        }
        warnings
    }

    /// Return the card with all results.
    pub(crate) fn card(&self) -> ModelCard {
        let mut card = self.card.clone();
        if !self.added.is_empty() {
            card.complete(&self.model, &self.added);
            let provenance = &self.model.config.provenance;
            for report in &self.added {
                let results = card::results(std::slice::from_ref(report), provenance);
                card.set_section(&card::heading(report, provenance), &results);
            }
        }
        card
    }

    /// Return the license of the weights under the Hub's name; `None` if it is not known.
    pub(crate) fn license(&self) -> Option<&str> {
        self.card.license()
    }
}

/// Return a card as the content of its file.
pub(crate) fn card_text(card: &ModelCard) -> Result<String, ExportError> {
    card.to_markdown().map_err(|source| ExportError::Card {
        path: CARD_FILE.into(),
        source,
    })
}

/// Replace the paths of the encoders' folders on this machine by the encoders' names.
fn hide_encoder_paths(model: &mut Model, mut card: Option<&mut ModelCard>) {
    let names = model.encoder_names();
    let encoders = model.config.network.encoders_mut().iter_mut();
    let mut named: Vec<_> = encoders.zip(names).collect();
    // A path may be the beginning of another one.
    named.sort_by_key(|(encoder, _)| Reverse(encoder.pretrained.len()));
    for (encoder, name) in named {
        if let Some(card) = card.as_mut().filter(|_| encoder.pretrained != name) {
            card.text = card.text.replace(&encoder.pretrained, &name);
        }
        encoder.pretrained = name;
    }
}

fn is_about(report: &Report, model: &Model) -> bool {
    let config = &model.config;
    report.recipe == config.provenance.recipe && report.label_scheme == config.label_scheme.name()
}

/// Return the report of the run whose model is in `folder`.
fn report_of_run(folder: &Path) -> Result<Option<Report>, ExportError> {
    let folder = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
    let Some(run) = folder.parent() else {
        return Ok(None);
    };
    match RunFolder::existing(run) {
        Ok((run, _)) if run.model_path() == folder => {
            let path = run.report_json_path();
            let text = read_if_there(&path)?;
            text.map(|text| parse_report(&path, &text)).transpose()
        }
        _ => Ok(None),
    }
}

fn parse_report(path: &Path, text: &str) -> Result<Report, ExportError> {
    serde_json::from_str(text).map_err(|source| ExportError::Report {
        path: path.to_owned(),
        source,
    })
}

/// Read a file; `None` if it does not exist.
fn read_if_there(path: &Path) -> io::Result<Option<String>> {
    match fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        text => text.map(Some),
    }
}
