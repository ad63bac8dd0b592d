//! Training and judging one fold.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use rand::RngExt;
use rand::seq::SliceRandom;
use undertone_audio::{FrontEnd, Normalize};
use undertone_corpus::{LabelScheme, Utterance};
use undertone_models::{
    Activations, BandStatistics, FORMAT, Model, ModelConfig, Network, NetworkConfig,
    PretrainedNetwork, Provenance, Weights,
};

use super::Experiment;
use super::features::Features;
use super::split::{Job, leakage};
use crate::error::LabError;
use crate::evaluate::corpus_name;
use crate::events::Event;
use crate::features::ClipFeatures;
use crate::fit_lda::{self, Example};
use crate::memory;
use crate::metrics_file;
use crate::predictions::{FoldPredictions, predict_clips};
use crate::run_folder::{RunFolder, read, read_json, to_json, write, write_json};
use crate::training::{Start, Subset, Task, rng_at};

impl Experiment<'_> {
    pub(super) fn fold(
        &self,
        run: &RunFolder,
        features: &Features,
        job: &Job,
        (number, count): (usize, usize),
    ) -> Result<FoldPredictions, LabError> {
        let utterances = &features.utterances;
        let folder = run.fold(&job.name)?;
        let split = to_json(&self.split_file(utterances, job))?;
        let split_path = folder.join("division.json");
        if split_path.is_file() && read(&split_path)? != split {
            return Err(LabError::RunFolder {
                path: folder,
                message: "the corpus, or how it is split, has changed since this run began: \
                          resume with the same corpus, or choose another --out"
                    .to_owned(),
            });
        }
        write(&split_path, &split)?;
        let fold = &job.fold;
        let predictions_path = folder.join("outcomes.json");
        if let Some(predictions) = read_json::<FoldPredictions>(&predictions_path)? {
            if predictions.test.len() != fold.test.len() {
                return Err(LabError::Damaged {
                    path: predictions_path,
                    message: "it holds other clips than the fold's".to_owned(),
                });
            }
            return Ok(predictions);
        }
        if fold.validation.is_empty() && self.recipe.training.is_some() {
            return Err(LabError::TooFewClips(format!(
                "{}: the validation set is empty, and training is steered by it: set \
                 protocol.validation_fraction above 0",
                fold.name
            )));
        }

        let trained_on = features.trained_on();
        let side = |indices: &[usize]| self.side(utterances, trained_on, indices);
        let train = side(&fold.train);
        let class_of_output = self.class_of_output()?;
        let start = self.start(features, job)?;
        let statistics = standardization(&features.front_end, &train);
        let task = self.recipe.training.as_ref().map(|training| Task {
            training,
            augmentation: &self.recipe.augmentation,
            fold: &job.name,
            seed: job.seed,
            model: self.model_config(&features.front_end, utterances, job),
            encoder: self.encoder.map(|encoder| Arc::clone(&encoder.files)),
            start: match &start {
                None => Start::Random {
                    bands: features.front_end.bands(),
                    frames: features.front_end.frames(),
                },
                Some(network) if self.recipe.trains_encoder() => Start::Pretrained(network),
                Some(network) => Start::Head(network),
            },
            statistics,
            class_of_output: &class_of_output,
            activations: self.activations(&features.front_end, &train),
            feature_bytes: memory::bytes_of(trained_on),
            train,
            validation: side(&fold.validation),
            folder: &folder,
            device: &self.device,
        });
        let resumed_after = task.as_ref().map_or(Ok(None), Task::resumable_after)?;
        // To look at only: what training goes on from is in the checkpoint.
        let mut history = metrics_file::read(&folder.join("metrics.csv")).unwrap_or_default();
        history.retain(|row| resumed_after.is_some_and(|epoch| row.epoch <= epoch));
        (self.observer)(&Event::Fold {
            name: &job.name,
            number,
            count,
            train: fold.train.len(),
            validation: fold.validation.len(),
            test: fold.test.len(),
            resumed_after,
            history: &history,
        });
        let (model, best_epoch) = match (task, &start) {
            (Some(task), _) => {
                let trained = task.train(self.observer, self.interrupt)?;
                (trained.model, Some(trained.best_epoch))
            }
            (None, Some(network)) => (self.fitted_model(features, job, network, &folder)?, None),
            (None, None) => return Err(LabError::NothingToTrain),
        };

        let distinct: BTreeSet<usize> = fold.train.iter().copied().collect();
        let distinct: Vec<usize> = distinct.into_iter().collect();
        let model = match features.sound {
            Some(_) => model,
            None => Model {
                network: model.network.without_encoder(),
                ..model
            },
        };
        let judge = |indices: &[usize]| {
            predict_clips(
                &model,
                &class_of_output,
                &self.corpus.root,
                utterances,
                trained_on,
                indices,
                &self.device,
            )
        };
        let predictions = FoldPredictions {
            best_epoch,
            leakage: leakage(fold, utterances, trained_on),
            train: judge(&distinct),
            validation: judge(&fold.validation),
            test: judge(&fold.test),
        };
        write_json(&predictions_path, &predictions)?;
        Ok(predictions)
    }

    fn side<'f>(
        &self,
        utterances: &[Utterance],
        features: &'f [ClipFeatures],
        indices: &[usize],
    ) -> Subset<'f> {
        let classes = |scheme: LabelScheme| -> Vec<usize> {
            indices
                .iter()
                .map(|index| scheme.label_of(utterances[*index].emotion))
                .collect()
        };
        Subset {
            clips: indices.iter().map(|index| &features[*index]).collect(),
            labels: classes(self.recipe.label_scheme),
            outputs: classes(self.output_scheme()),
        }
    }

    /// The pretrained network that a fold starts from, its head fitted if the recipe says so.
    fn start(&self, features: &Features, job: &Job) -> Result<Option<PretrainedNetwork>, LabError> {
        let Some((encoder, config)) = self.pretrained() else {
            return Ok(None);
        };
        self.device.seed(rng_at(job.seed, 0, 0).random());
        let network = encoder.network(config, self.outputs(), &self.device)?;
        // Parameters are drawn on first use: draw them now.
        Weights::of(network.head());
        let (Some(head), Some(embeddings)) = (&self.recipe.head, &features.embeddings) else {
            return Ok(Some(network));
        };
        let outputs = self.output_scheme();
        let example = |index: &usize| {
            let utterance = &features.utterances[*index];
            Some(Example {
                embedding: embeddings[*index].windows.first()?,
                output: outputs.label_of(utterance.emotion),
                speaker: &utterance.speaker,
            })
        };
        let examples: Vec<Example<'_>> = job.fold.train.iter().filter_map(example).collect();
        let mut speakers: Vec<&str> = examples.iter().map(|example| example.speaker).collect();
        speakers.sort_unstable();
        speakers.dedup();
        speakers.shuffle(&mut rng_at(job.seed, 0, 1));
        let fitted = fit_lda::fit(
            &examples,
            &self.class_of_output()?,
            head,
            &speakers,
            &self.device,
            &mut |shrinkage, uar| {
                (self.observer)(&Event::ShrinkageJudged { shrinkage, uar });
            },
        )?;
        (self.observer)(&Event::HeadFitted {
            shrinkage: fitted.shrinkage,
            temperature: fitted.temperature,
        });
        Ok(Some(network.with_head(fitted.head)))
    }

    /// The model of a network whose head was fitted and not trained further.
    fn fitted_model(
        &self,
        features: &Features,
        job: &Job,
        network: &PretrainedNetwork,
        folder: &Path,
    ) -> Result<Model, LabError> {
        let model = Model {
            config: self.model_config(&features.front_end, &features.utterances, job),
            network: Network::Pretrained(network.clone()),
            statistics: None,
            encoder: self.encoder.map(|encoder| Arc::clone(&encoder.files)),
        };
        let best = folder.join("checkpoints").join("best");
        model.save(&best)?;
        // What is judged is what was written, rounded as it was.
        Ok(Model::load(&best, &self.device)?)
    }

    /// What training keeps of its longest clip.
    fn activations(&self, front_end: &FrontEnd, train: &Subset<'_>) -> Activations {
        let clips = train.clips.iter();
        let frames = clips.map(|clip| clip.windows[0].frames).max().unwrap_or(0);
        let training = self.recipe.training.as_ref();
        let trained = training.and_then(|training| training.encoder.as_ref());
        match (&self.recipe.network, self.encoder, trained) {
            (NetworkConfig::CnnLstm(config), ..) => config.activations(front_end.bands(), frames),
            (NetworkConfig::Pretrained(_), Some(encoder), Some(trained)) => {
                encoder.activations(frames, trained.last_layers, trained.convolutions)
            }
            _ => Activations::default(),
        }
    }

    fn model_config(
        &self,
        front_end: &FrontEnd,
        utterances: &[Utterance],
        job: &Job,
    ) -> ModelConfig {
        let heard: BTreeSet<&str> = job
            .fold
            .train
            .iter()
            .chain(&job.fold.validation)
            .map(|index| utterances[*index].speaker.as_str())
            .collect();
        ModelConfig {
            format: FORMAT,
            name: format!("{}-{}", self.recipe.name, self.recipe.label_scheme.name()),
            front_end: front_end.config().clone(),
            network: self.recipe.network.clone(),
            output_scheme: self.output_scheme(),
            label_scheme: self.recipe.label_scheme,
            labels: self.labels(),
            provenance: Provenance {
                undertone: env!("CARGO_PKG_VERSION").to_owned(),
                recipe: self.recipe.name.clone(),
                corpus: corpus_name(utterances).to_owned(),
                trained_on: format!("protocol {}, {}", self.recipe.protocol.name, job.fold.name),
                speakers: heard.into_iter().map(str::to_owned).collect(),
                seed: job.seed,
                epoch: 0,
            },
        }
    }
}

/// Statistics of the distinct clips of the training set, where the front end wants them.
fn standardization(front_end: &FrontEnd, train: &Subset<'_>) -> Option<BandStatistics> {
    match front_end.config().normalize {
        Normalize::None | Normalize::Utterance => None,
        Normalize::Standardize => {
            let first_windows = train.clips.iter().map(|clip| &clip.windows[0]);
            Some(BandStatistics::of(front_end.bands(), first_windows))
        }
    }
}
