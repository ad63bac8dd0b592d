//! What is exported: a model, its card, and what is known of how good it is.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use undertone_lab::RunFolder;
use undertone_lab::card::{self, ModelCard};
use undertone_metrics::Report;
use undertone_models::burn::tensor::Device;
use undertone_models::{CARD_FILE, Model, NetworkConfig};

use crate::ExportError;

/// A model that is to be exported, with what lies beside it.
#[derive(Debug)]
pub struct Source {
    pub(crate) model: Model,
    /// Where it lies; `None` for the one inside the program.
    pub(crate) folder: Option<PathBuf>,
    /// The card that it has, its metadata completed, without results of `added`.
    card: ModelCard,
    /// Reports that its card does not know.
    added: Vec<Report>,
    /// The report of the run that trained it.
    own: Option<Report>,
}

impl Source {
    /// Reads a model's folder. Its card is taken along, or written if there is none; the report of
    /// the run that it lies in is read too.
    ///
    /// # Errors
    /// If the model does not load, or its card or report cannot be read.
    pub fn open(folder: &Path) -> Result<Self, ExportError> {
        let model = Model::load(folder, &Device::flex())?;
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

    /// A model that has no folder, with the card that it has.
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
        hide_the_way_to_the_encoder(&mut model, card.as_mut());
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

    /// Adds a report that `undertone evaluate` or `crossval` wrote about this model or its recipe:
    /// the card then tells its numbers too. One that it has already adds nothing.
    ///
    /// # Errors
    /// If the file is no report, or about another recipe or other labels.
    pub fn add_report(&mut self, path: &Path) -> Result<(), ExportError> {
        let text = read(path)?;
        let report = parse_report(path, &text)?;
        if !is_about(&report, &self.model) {
            let config = &self.model.config;
            let (recipe, labels) = (&config.provenance.recipe, config.label_scheme);
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

    /// What its owner should know before others see it, a sentence each.
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        if self.license().is_none() {
            warnings.push(
                "no license is known for these weights, and others will see none: write `license: …` \
                 into the metadata of the card"
                    .to_owned(),
            );
        }
        let provenance = &self.model.config.provenance;
        for report in self.own.iter().chain(&self.added) {
            if !card::tells_the_truth(report) {
                warnings.push(format!(
                    "{}: not among the results in the card's metadata, as the model may have been \
                     trained on clips or voices of the test set; the card's text says so",
                    card::heading(report, provenance)
                ));
            }
        }
        warnings
    }

    /// The card with all results.
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

    /// The license of its weights, in the Hub's words; `None` where nobody has said.
    pub(crate) fn license(&self) -> Option<&str> {
        self.card.license()
    }
}

/// A folder of this machine is of no use to others, and none of their business.
fn hide_the_way_to_the_encoder(model: &mut Model, card: Option<&mut ModelCard>) {
    let name = model.encoder_name();
    if let (NetworkConfig::Pretrained(network), Some(name)) = (&mut model.config.network, name)
        && network.pretrained != name
    {
        if let Some(card) = card {
            card.text = card.text.replace(&network.pretrained, &name);
        }
        network.pretrained = name;
    }
}

fn is_about(report: &Report, model: &Model) -> bool {
    let config = &model.config;
    report.recipe == config.provenance.recipe && report.label_scheme == config.label_scheme.name()
}

/// The report of the run whose model lies in `folder`.
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

fn read(path: &Path) -> Result<String, ExportError> {
    fs::read_to_string(path).map_err(|source| ExportError::Io {
        path: path.to_owned(),
        source,
    })
}

fn read_if_there(path: &Path) -> Result<Option<String>, ExportError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(source) => Err(ExportError::Io {
            path: path.to_owned(),
            source,
        }),
    }
}
