//! The training of one network on one fold.

use std::path::{Path, PathBuf};
use std::time::Instant;

use rand::RngExt;
use undertone_models::burn::module::{Module, ParamGroup};
use undertone_models::burn::optim::decay::WeightDecayConfig;
use undertone_models::burn::optim::{AdamConfig, GradientsParams, ModuleOptimizer};
use undertone_models::burn::tensor::activation::log_softmax;
use undertone_models::burn::tensor::{Device, Tensor, TensorData};
use undertone_models::{
    BandStatistics, CnnLstm, Model, ModelConfig, Weights, class_probabilities, largest, stack,
};

use super::batches::{rng_at, steps, training_view};
use super::checkpoint::{self, Progress, StepSums};
use super::inference::probabilities;
use super::schedule::Plateau;
use crate::error::LabError;
use crate::events::{EpochMetrics, Event, Interrupt, Observer};
use crate::features::ClipFeatures;
use crate::judging::{ConfusionMatrix, Scores, cross_entropy};
use crate::metrics_file;
use crate::recipe::{Recipe, Selection};

/// The clips of one side with their classes.
#[derive(Debug, Clone)]
pub(crate) struct Side<'a> {
    pub(crate) clips: Vec<&'a ClipFeatures>,
    /// The class that each clip is to be told as.
    pub(crate) labels: Vec<usize>,
    /// The output of the network that each clip is to raise.
    pub(crate) outputs: Vec<usize>,
}

/// What a training needs besides its recipe.
#[derive(Debug)]
pub(crate) struct Task<'a> {
    pub(crate) recipe: &'a Recipe,
    pub(crate) fold: &'a str,
    pub(crate) seed: u64,
    pub(crate) model: ModelConfig,
    pub(crate) bands: usize,
    pub(crate) frames: usize,
    /// Balanced; a clip may stand in it more than once.
    pub(crate) train: Side<'a>,
    pub(crate) validation: Side<'a>,
    pub(crate) statistics: Option<BandStatistics>,
    /// For each output of the network the class that it counts towards.
    pub(crate) summed_into: &'a [usize],
    /// Where checkpoints and `metrics.csv` go.
    pub(crate) folder: &'a Path,
    pub(crate) device: &'a Device,
}

/// What a training leaves.
#[derive(Debug)]
pub(crate) struct Trained {
    pub(crate) model: Model,
    pub(crate) best_epoch: usize,
}

struct State {
    network: CnnLstm,
    optimizer: ModuleOptimizer,
    average: Option<Weights>,
    progress: Progress,
    class_weights: Vec<f32>,
}

impl Task<'_> {
    fn last_checkpoint(&self) -> PathBuf {
        self.folder.join("checkpoints").join("last.safetensors")
    }

    fn best_folder(&self) -> PathBuf {
        self.folder.join("checkpoints").join("best")
    }

    /// The epoch after which an earlier session's work would be taken up.
    pub(crate) fn resumable_after(&self) -> Result<Option<usize>, LabError> {
        let path = self.last_checkpoint();
        if path.is_file() {
            Ok(Some(checkpoint::epochs_done(&path)?))
        } else {
            Ok(None)
        }
    }

    /// Trains, going on from the folder's last checkpoint where there is one.
    pub(crate) fn train(
        &self,
        observer: Observer<'_>,
        interrupt: &Interrupt,
    ) -> Result<Trained, LabError> {
        let mut state = self.start()?;
        while !state.progress.finished {
            self.epoch(&mut state, observer, interrupt)?;
        }
        let best = best_epoch(&state.progress.history);
        let plain = self.device.clone().without_autodiff();
        Ok(Trained {
            model: Model::load(&self.best_folder(), &plain)?,
            best_epoch: best,
        })
    }

    fn start(&self) -> Result<State, LabError> {
        let device = self.device.clone().autodiff();
        device.seed(rng_at(self.seed, 0, 0).random());
        let network = self.model.init_network(self.bands, self.frames, &device)?;
        // Parameters are drawn on first use: draw them now, in a fixed order.
        let weights = Weights::of(&network);
        let optimizer = self.optimizer();
        if self.last_checkpoint().is_file() {
            let (progress, network, optimizer, average) =
                checkpoint::load(&self.last_checkpoint(), network, optimizer)?;
            return Ok(State {
                network,
                optimizer,
                average,
                progress,
                class_weights: self.class_weights(),
            });
        }
        let progress = Progress {
            epoch: 1,
            step: 0,
            sums: StepSums::default(),
            plateau: Plateau::new(self.recipe.training.learning_rate),
            history: Vec::new(),
            finished: false,
        };
        let average = (self.recipe.training.weight_average > 0.0).then_some(weights);
        Ok(State {
            network,
            optimizer,
            average,
            progress,
            class_weights: self.class_weights(),
        })
    }

    fn optimizer(&self) -> ModuleOptimizer {
        let optimizer = AdamConfig::new().with_epsilon(1e-7).init();
        let l2 = self.recipe.training.lstm_l2;
        if l2 == 0.0 {
            return optimizer;
        }
        // The gradient of λ·w² is 2λ·w, which is what Burn's Adam adds for a decay of 2λ.
        let decay = WeightDecayConfig::new(2.0 * l2 as f32);
        let lstm = AdamConfig::new()
            .with_epsilon(1e-7)
            .with_weight_decay(Some(decay))
            .build();
        optimizer.with_group(
            ParamGroup::from_predicates(vec!["lstm.", "_weight"]),
            lstm,
            None,
        )
    }

    fn epoch(
        &self,
        state: &mut State,
        observer: Observer<'_>,
        interrupt: &Interrupt,
    ) -> Result<(), LabError> {
        let started = Instant::now();
        let training = &self.recipe.training;
        let epoch = state.progress.epoch;
        let positions: Vec<usize> = (0..self.train.clips.len()).collect();
        let steps = steps(&positions, training.batch_size, self.seed, epoch);
        for (index, batch) in steps.iter().enumerate().skip(state.progress.step) {
            self.step(state, batch, index + 1)?;
            state.progress.step = index + 1;
            observer(&Event::Step {
                epoch,
                epochs: training.epochs,
                step: index + 1,
                steps: steps.len(),
            });
            if interrupt.is_requested() {
                self.save(state)?;
                return Err(LabError::Interrupted);
            }
        }
        let metrics = self.close_epoch(state)?;
        observer(&Event::Epoch {
            metrics: &metrics,
            seconds: started.elapsed().as_secs_f64(),
        });
        if state.progress.finished && epoch < training.epochs {
            observer(&Event::StoppedEarly {
                best_epoch: best_epoch(&state.progress.history),
            });
        }
        Ok(())
    }

    fn step(&self, state: &mut State, batch: &[usize], step: usize) -> Result<(), LabError> {
        let training = &self.recipe.training;
        let epoch = state.progress.epoch;
        let mut rng = rng_at(self.seed, epoch, step);
        let device = self.device.clone().autodiff();
        device.seed(rng.random());

        let views: Vec<_> = batch
            .iter()
            .map(|index| {
                training_view(
                    self.train.clips[*index],
                    self.statistics.as_ref(),
                    &self.recipe.augmentation,
                    &mut rng,
                )
            })
            .collect();
        let scores = state.network.forward(stack(&views, &device));
        let targets = self.targets(batch, &state.class_weights, &device);
        let weight = targets.clone().sum();
        let loss = (log_softmax(scores.clone(), 1) * targets).sum().neg() / weight;
        let loss_value = f64::from(loss.clone().into_scalar::<f32>());
        if !loss_value.is_finite() {
            return Err(self.loss_not_finite(&state.progress, step));
        }
        let gradients = GradientsParams::from_grads(loss.backward(), &state.network);
        let rate = state.progress.plateau.learning_rate;
        state.network = state.optimizer.step(rate, state.network.clone(), gradients);
        if let Some(average) = &mut state.average {
            average.approach(&Weights::of(&state.network), 1.0 - training.weight_average);
        }

        let rows = class_probabilities(scores, self.summed_into);
        let right = rows
            .iter()
            .zip(batch)
            .filter(|(row, index)| largest(row) == self.train.labels[**index])
            .count();
        let sums = &mut state.progress.sums;
        sums.loss += loss_value * batch.len() as f64;
        sums.correct += right;
        sums.clips += batch.len();
        Ok(())
    }

    /// Target probabilities of the network's outputs, smoothed, each row scaled by the weight of
    /// its class.
    fn targets(&self, batch: &[usize], class_weights: &[f32], device: &Device) -> Tensor<2> {
        let outputs = self.summed_into.len();
        let smoothing = self.recipe.training.label_smoothing;
        let mut values = Vec::with_capacity(batch.len() * outputs);
        for &index in batch {
            let weight = class_weights[self.train.labels[index]];
            for output in 0..outputs {
                let hit = if output == self.train.outputs[index] {
                    1.0 - smoothing
                } else {
                    0.0
                };
                values.push((hit + smoothing / outputs as f32) * weight);
            }
        }
        Tensor::from_data(TensorData::new(values, [batch.len(), outputs]), device)
    }

    fn class_weights(&self) -> Vec<f32> {
        let classes = self.model.labels.len();
        if !self.recipe.training.class_weights {
            return vec![1.0; classes];
        }
        let clips = self.train.labels.len() as f32;
        (0..classes)
            .map(|class| {
                let count = self
                    .train
                    .labels
                    .iter()
                    .filter(|label| **label == class)
                    .count();
                clips / (classes * count.max(1)) as f32
            })
            .collect()
    }

    fn close_epoch(&self, state: &mut State) -> Result<EpochMetrics, LabError> {
        let training = &self.recipe.training;
        let plain = self.device.clone().without_autodiff();
        let snapshot = match &state.average {
            Some(average) => average.clone().load_into(state.network.valid())?,
            None => state.network.valid(),
        };
        let probabilities = probabilities(
            &snapshot,
            &self.validation.clips,
            self.statistics.as_ref(),
            self.summed_into,
            &plain,
        );
        let (loss, scores) = self.judge(&probabilities)?;
        if !loss.is_finite() {
            return Err(self.loss_not_finite(&state.progress, state.progress.step));
        }
        let progress = &mut state.progress;
        let sums = std::mem::take(&mut progress.sums);
        let mut metrics = EpochMetrics {
            epoch: progress.epoch,
            train_loss: sums.loss / sums.clips as f64,
            train_accuracy: sums.correct as f64 / sums.clips as f64,
            validation_loss: loss,
            validation_accuracy: scores.wa,
            validation_uar: scores.uar,
            learning_rate: progress.plateau.learning_rate,
            best: false,
        };
        metrics.best = is_best(&metrics, &progress.history, training.select);
        progress.history.push(metrics.clone());
        if let Some(plateau) = &training.plateau {
            progress.plateau.observe(loss, plateau);
        }
        progress.epoch += 1;
        progress.step = 0;
        let stale = progress.epoch - 1 - freshest_epoch(&progress.history, training.select);
        progress.finished = progress.epoch > training.epochs
            || (training.early_stopping > 0 && stale >= training.early_stopping);

        // The best model first: killed in between, the epoch is repeated and writes it again.
        if metrics.best {
            let mut config = self.model.clone();
            config.provenance.epoch = metrics.epoch;
            Model {
                config,
                network: snapshot,
                statistics: self.statistics.clone(),
            }
            .save(&self.best_folder())?;
        }
        metrics_file::write(&self.folder.join("metrics.csv"), &state.progress.history)?;
        self.save(state)?;
        Ok(metrics)
    }

    fn save(&self, state: &State) -> Result<(), LabError> {
        checkpoint::save(
            &self.last_checkpoint(),
            &state.progress,
            &state.network,
            &state.optimizer,
            state.average.as_ref(),
        )
    }

    /// Mean cross-entropy in nats and scores on the validation side.
    fn judge(&self, probabilities: &[Vec<f32>]) -> Result<(f64, Scores), LabError> {
        let labels = &self.validation.labels;
        let rows = probabilities
            .iter()
            .map(Vec::as_slice)
            .zip(labels.iter().copied());
        let loss = cross_entropy(rows);
        let predicted: Vec<usize> = probabilities.iter().map(|row| largest(row)).collect();
        let confusion = ConfusionMatrix::new(&self.model.labels, labels, &predicted)?;
        Ok((loss, confusion.scores()))
    }

    fn loss_not_finite(&self, progress: &Progress, step: usize) -> LabError {
        let hint = match progress.history.iter().rfind(|row| row.best) {
            Some(best) => format!(
                "the best weights so far, of epoch {}, are in {}; try a lower training.learning_rate",
                best.epoch,
                self.best_folder().display()
            ),
            None => "no epoch was finished before; try a lower training.learning_rate or \
                     front_end.normalize = \"standardize\""
                .to_owned(),
        };
        LabError::LossNotFinite {
            fold: self.fold.to_owned(),
            epoch: progress.epoch,
            step,
            hint,
        }
    }
}

/// The epoch whose weights are kept, counted from 1; 0 before the first.
fn best_epoch(history: &[EpochMetrics]) -> usize {
    history
        .iter()
        .rfind(|row| row.best)
        .map_or(0, |row| row.epoch)
}

/// The epoch since which nothing got better. Where the last epoch's weights are kept whatever
/// they are worth, the validation loss tells.
fn freshest_epoch(history: &[EpochMetrics], selection: Selection) -> usize {
    match selection {
        Selection::ValidationLoss | Selection::ValidationUar => best_epoch(history),
        Selection::Last => history
            .iter()
            .min_by(|one, other| one.validation_loss.total_cmp(&other.validation_loss))
            .map_or(0, |row| row.epoch),
    }
}

fn is_best(row: &EpochMetrics, history: &[EpochMetrics], selection: Selection) -> bool {
    let Some(best) = history.iter().rfind(|row| row.best) else {
        return true;
    };
    match selection {
        Selection::ValidationLoss => row.validation_loss < best.validation_loss,
        Selection::ValidationUar => row.validation_uar > best.validation_uar,
        Selection::Last => true,
    }
}
