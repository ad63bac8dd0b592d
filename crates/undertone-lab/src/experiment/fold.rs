//! The training and prediction of one fold.

use std::collections::BTreeSet;
use std::sync::Arc;

use undertone_audio::{FrontEnd, Normalize};
use undertone_corpus::{LabelScheme, Utterance};
use undertone_models::infer::Inference;
use undertone_models::{
    Activations, BandStatistics, EncoderFiles, FORMAT, Model, ModelConfig, Network, NetworkConfig,
    Outputs, Provenance,
};

use super::features::Features;
use super::folds::{Job, leakage};
use super::outputs::standardized;
use super::predictions::Predictor;
use super::setup::{Experiment, corpus_name};
use crate::error::LabError;
use crate::events::Event;
use crate::prepare::{Clip, FeatureBytes};
use crate::run::{FoldFolder, FoldPredictions, Target};
use crate::train::{Start, Subset, Targets, Task, TrainingData};

impl Experiment<'_> {
    /// Train the network of one fold and predict its clips. Return the trained model too, unless an
    /// earlier session has finished the fold.
    pub(super) fn fold<P: Target>(
        &self,
        folder: &FoldFolder,
        features: &Features,
        job: &Job,
        place: (usize, usize),
    ) -> Result<(FoldPredictions<P>, Option<Model>), LabError> {
        folder.keep_split(&self.split_file(&features.utterances, job))?;
        if let Some(predictions) = folder.predictions_of(job.fold.test.len())? {
            return Ok((predictions, None));
        }
        self.check_validation(job)?;
        let outputs = self.outputs_of(&features.utterances, job)?;
        let start = self.start(features, job, &outputs)?;
        let network = start.as_ref().map(|start| &start.network);
        let task = self.task(folder, features, job, network, &outputs)?;
        self.announce(folder, job, place, task.as_ref())?;
        let (model, best_epoch) = match (task, &start) {
            (Some(task), _) => {
                let trained = task.train(self.observer, self.interrupt)?;
                (trained.model, Some(trained.best_epoch))
            }
            (None, Some(start)) => {
                let config = ModelConfig {
                    adaptation: start.adaptation.clone(),
                    detects_speech: start.detects_speech,
                    sure: start.sure,
                    ..self.model_config(features, job, &outputs)
                };
                (self.save_fitted(folder, config, &start.network)?, None)
            }
            (None, None) => return Err(LabError::NothingToTrain),
        };
        let predictions = self.predict(features, job, &model, &outputs, best_epoch)?;
        folder.write_predictions(&predictions)?;
        Ok((predictions, Some(model)))
    }

    /// Return an error if there is something to train and no validation set.
    fn check_validation(&self, job: &Job) -> Result<(), LabError> {
        if job.fold.validation.is_empty() && self.recipe.training.is_some() {
            return Err(LabError::TooFewClips(format!(
                "{}: the validation set is empty, but training needs one: set \
                 protocol.validation_fraction above 0",
                job.fold.name
            )));
        }
        Ok(())
    }

    /// Put together what the training needs. `None` if the recipe trains nothing.
    ///
    /// # Errors
    /// If features cannot be read from their temporary file.
    fn task<'t>(
        &'t self,
        folder: &'t FoldFolder,
        features: &'t Features,
        job: &Job,
        start: Option<&'t Network>,
        outputs: &'t Outputs,
    ) -> Result<Option<Task<'t>>, LabError> {
        let Some(training) = &self.recipe.training else {
            return Ok(None);
        };
        let front_end = &features.front_end;
        let trained_on = features.trained_on();
        let subset =
            |indices: &[usize]| self.subset(&features.utterances, trained_on, indices, outputs);
        let train = subset(&job.fold.train);
        Ok(Some(Task {
            training,
            augmentation: &self.recipe.augmentation,
            loss: self.recipe.loss.unwrap_or_default(),
            seed: job.seed,
            start: match start {
                None => Start::Random {
                    bands: front_end.bands(),
                    frames: front_end.frames(),
                },
                Some(Network::Pretrained(network)) if self.recipe.trains_encoder() => {
                    Start::Pretrained(network)
                }
                Some(network) => Start::Head(network),
            },
            model: self.model_config(features, job, outputs),
            encoders: self.encoder_files(),
            activations: self.activations(front_end, &train),
            data: TrainingData {
                statistics: standardization(front_end, &train)?,
                train,
                validation: subset(&job.fold.validation),
                outputs,
                bytes: FeatureBytes::of(features.clips()),
            },
            folder,
            device: &self.device,
        }))
    }

    /// Tell the observer that the fold begins.
    fn announce(
        &self,
        folder: &FoldFolder,
        job: &Job,
        (number, count): (usize, usize),
        task: Option<&Task<'_>>,
    ) -> Result<(), LabError> {
        let resumed_after = task.map_or(Ok(None), Task::resumable_after)?;
        // The history is only shown. Training resumes from the checkpoint.
        let mut history = folder.metrics().unwrap_or_default();
        history.retain(|row| resumed_after.is_some_and(|epoch| row.epoch <= epoch));
        (self.observer)(&Event::Fold {
            name: &job.name,
            number,
            count,
            train: job.fold.train.len(),
            validation: job.fold.validation.len(),
            test: job.fold.test.len(),
            resumed_after,
            history: &history,
        });
        Ok(())
    }

    fn encoder_files(&self) -> Vec<Arc<EncoderFiles>> {
        let encoders = self.encoders.iter();
        encoders.map(|encoder| Arc::clone(&encoder.files)).collect()
    }

    /// Save the model of a network whose head was fitted and is not trained.
    fn save_fitted(
        &self,
        folder: &FoldFolder,
        config: ModelConfig,
        network: &Network,
    ) -> Result<Model, LabError> {
        let model = Model {
            config,
            network: network.clone(),
            statistics: None,
            encoders: self.encoder_files(),
        };
        model.save(&folder.best_model())?;
        // Load it again: the weights that predict must be rounded as the saved ones are.
        Ok(Model::load(&folder.best_model(), &self.device)?)
    }

    /// Predict the clips of each set.
    ///
    /// # Errors
    /// If features cannot be read from their temporary file.
    fn predict<P: Target>(
        &self,
        features: &Features,
        job: &Job,
        model: &Model,
        outputs: &Outputs,
        best_epoch: Option<usize>,
    ) -> Result<FoldPredictions<P>, LabError> {
        let network = model.network.clone();
        let network = match features.sound {
            Some(_) => network,
            // The head of a frozen encoder reads the embeddings.
            None => network.without_encoder(),
        };
        let network = network.for_inference(&self.device);
        let predictor = Predictor {
            inference: Inference {
                network: &network,
                statistics: model.statistics.as_ref(),
                outputs,
                detects_speech: model.config.detects_speech,
                device: &self.device,
            },
            config: &model.config,
            root: &self.corpus.root,
            utterances: &features.utterances,
            features: features.trained_on(),
        };
        let fold = &job.fold;
        let distinct: BTreeSet<usize> = fold.train.iter().copied().collect();
        let distinct: Vec<usize> = distinct.into_iter().collect();
        let (test, adaptation) = predictor.test(&fold.test, job.seed)?;
        Ok(FoldPredictions {
            adaptation,
            best_epoch,
            leakage: leakage(fold, &features.utterances, features.trained_on()),
            train: predictor.predict(&distinct)?,
            validation: predictor.predict(&fold.validation)?,
            test,
        })
    }

    /// Return the clips of a set with their targets.
    fn subset<'f>(
        &self,
        utterances: &[Utterance],
        features: &'f [Clip],
        indices: &[usize],
        outputs: &Outputs,
    ) -> Subset<'f> {
        // Only clips with a class, or a value of each dimension, are split.
        let classes = |scheme: &LabelScheme| -> Vec<usize> {
            indices
                .iter()
                .filter_map(|index| scheme.label_of(utterances[*index].emotion))
                .collect()
        };
        Subset {
            clips: indices.iter().map(|index| &features[*index]).collect(),
            targets: match outputs {
                Outputs::Classes(_) => Targets::Classes {
                    labels: classes(&self.recipe.label_scheme),
                    outputs: classes(self.recipe.outputs()),
                },
                Outputs::Dimensions(dimensions) => Targets::Dimensions {
                    values: indices
                        .iter()
                        .filter_map(|index| standardized(&utterances[*index], dimensions))
                        .collect(),
                },
            },
        }
    }

    /// Return the activations of the longest clip that the backward pass needs.
    fn activations(&self, front_end: &FrontEnd, train: &Subset<'_>) -> Activations {
        let clips = train.clips.iter();
        let frames = clips
            .map(|clip| clip.windows[0].frames())
            .max()
            .unwrap_or(0);
        let training = self.recipe.training.as_ref();
        let trained = training.and_then(|training| training.encoder.as_ref());
        match (&self.recipe.network, self.encoders, trained) {
            (NetworkConfig::CnnLstm(config), ..) => config.activations(front_end.bands(), frames),
            (NetworkConfig::Pretrained(_), [encoder], Some(trained)) => {
                encoder.activations(frames, trained.last_layers, trained.convolutions)
            }
            _ => Activations::default(),
        }
    }

    /// Return the configuration of the model that a fold trains.
    fn model_config(&self, features: &Features, job: &Job, outputs: &Outputs) -> ModelConfig {
        let utterances = &features.utterances;
        let clips = job.fold.train.iter().chain(&job.fold.validation);
        let trained_on = || clips.clone().map(|index| &utterances[*index]);
        let heard: BTreeSet<&str> = trained_on()
            .filter_map(|utterance| utterance.speaker.as_deref())
            .collect();
        ModelConfig {
            format: FORMAT,
            name: self
                .recipe
                .model_name
                .clone()
                .unwrap_or_else(|| format!("{}-{}", self.recipe.name, self.recipe.task())),
            front_end: features.front_end.config().clone(),
            network: self.recipe.network.clone(),
            output_scheme: self.recipe.outputs().clone(),
            label_scheme: self.recipe.label_scheme.clone(),
            labels: self.recipe.labels(),
            dimensions: match outputs {
                Outputs::Classes(_) => Vec::new(),
                Outputs::Dimensions(dimensions) => dimensions.clone(),
            },
            adaptation: None,
            detects_speech: false,
            sure: None,
            provenance: Provenance {
                undertone: env!("CARGO_PKG_VERSION").to_owned(),
                recipe: self.recipe.name.clone(),
                corpus: corpus_name(trained_on()),
                trained_on: format!("protocol {}, {}", self.recipe.protocol.name, job.fold.name),
                speakers: heard.into_iter().map(str::to_owned).collect(),
                seed: job.seed,
                epoch: 0,
            },
        }
    }
}

/// Return the statistics of the training set that standardize the features, if the front end uses
/// them.
///
/// # Errors
/// If features cannot be read from their temporary file.
fn standardization(
    front_end: &FrontEnd,
    train: &Subset<'_>,
) -> Result<Option<BandStatistics>, LabError> {
    match front_end.config().normalize {
        Normalize::None | Normalize::Utterance => Ok(None),
        Normalize::Standardize => {
            let first_windows = train.clips.iter().map(|clip| clip.first_window());
            BandStatistics::try_of(front_end.bands(), first_windows).map(Some)
        }
    }
}
