//! The training of one network on one fold.

use std::time::Instant;

use burn::module::Module;
use burn::optim::{GradientsAccumulator, GradientsParams, ModuleOptimizer};
use burn::tensor::Device;
use rand::RngExt;
use undertone_models::infer::Inference;
use undertone_models::{Model, Network, Weights, with_all_cores};

use super::batches::{batches, rng_at};
use super::checkpoint::{self, Progress, StepSums};
use super::memory::MemoryEstimate;
use super::optimization::{self, RateGroup, rate_groups};
use super::preparation::Prepared;
use super::schedule::{Plateau, share_of_rate};
use super::task::{Start, Task};
use crate::error::LabError;
use crate::events::{EpochMetrics, Event, Interrupt, Observer};
use crate::prepare::{Clip, windows};
use crate::recipe::Selection;

/// The result of a training.
#[derive(Debug)]
pub(crate) struct Trained {
    /// The best model, as it was saved.
    pub(crate) model: Model,
    pub(crate) best_epoch: usize,
}

/// The state of a training between two steps.
struct State {
    network: Network,
    optimizer: ModuleOptimizer,
    groups: Vec<RateGroup>,
    average: Option<Weights>,
    progress: Progress,
}

impl Task<'_> {
    /// Return the last finished epoch of an earlier session, if there is one to resume.
    pub(crate) fn resumable_after(&self) -> Result<Option<usize>, LabError> {
        let path = self.folder.last_checkpoint();
        if path.is_file() {
            Ok(Some(checkpoint::epochs_done(&path)?))
        } else {
            Ok(None)
        }
    }

    /// Train. Resume from the folder's last checkpoint if there is one.
    pub(crate) fn train(
        &self,
        observer: Observer<'_>,
        interrupt: &Interrupt,
    ) -> Result<Trained, LabError> {
        // On a thread of the pool: elsewhere, this thread would sleep and be woken at each parallel
        // operation, some hundred times per step.
        let state = rayon::scope(|_| {
            let mut state = self.start()?;
            observer(&Event::Memory(self.memory(&state.network)));
            while !state.progress.finished {
                state = self.epoch(state, observer, interrupt)?;
            }
            Ok::<_, LabError>(state)
        })?;
        let best = best_epoch(&state.progress.history);
        let plain = self.device.clone().without_autodiff();
        Ok(Trained {
            model: Model::load(&self.folder.best_model(), &plain)?,
            best_epoch: best,
        })
    }

    fn memory(&self, network: &Network) -> MemoryEstimate {
        let all = self.data.train.clips.len();
        let batch = self.training.batch_size.min(all);
        // A step and the one that is prepared meanwhile.
        let waiting = (2 * batch * self.training.accumulate).min(2 * all);
        let features = self.data.bytes;
        let inputs = waiting * (features.in_memory + features.in_file) / all.max(1);
        MemoryEstimate::new(
            network,
            self.training.weight_average > 0.0,
            self.activations.bytes(batch) + inputs,
            features,
        )
    }

    fn start(&self) -> Result<State, LabError> {
        let device = self.device.clone().autodiff();
        device.seed(rng_at(self.seed, 0, 0).random());
        let mut network = self.first_network(&device)?;
        // Parameters are drawn on first use. Draw them now, in a fixed order.
        let weights = Weights::of(&network);
        let mut optimizer = optimization::optimizer(&network, self.training);
        let mut average = (self.training.weight_average > 0.0).then_some(weights);
        let mut progress = Progress {
            epoch: 1,
            step: 0,
            sums: StepSums::default(),
            plateau: Plateau::new(self.training.learning_rate),
            history: Vec::new(),
            finished: false,
        };
        if self.folder.last_checkpoint().is_file() {
            (progress, network, optimizer, average) =
                checkpoint::load(&self.folder.last_checkpoint(), network, |network| {
                    optimization::optimizer(network, self.training)
                })?;
            // A record does not tell what is frozen.
            network = self.with_frozen_parts(network);
        }
        Ok(State {
            groups: rate_groups(&network, self.training),
            network: network.frozen_for_inference(self.device),
            optimizer,
            average,
            progress,
        })
    }

    fn first_network(&self, device: &Device) -> Result<Network, LabError> {
        Ok(match self.start {
            Start::Random { bands, frames } => self.model.init_network(bands, frames, device)?,
            Start::Head(network) => network.clone().without_encoder().train(),
            Start::Pretrained(network) => {
                self.with_frozen_parts(Network::Pretrained(network.clone().train()))
            }
        })
    }

    /// Freeze the parts of a pretrained encoder that are not trained.
    fn with_frozen_parts(&self, network: Network) -> Network {
        match (network, &self.training.encoder) {
            (Network::Pretrained(network), Some(encoder)) => {
                Network::Pretrained(network.thawed(encoder.last_layers, encoder.convolutions))
            }
            (other, _) => other,
        }
    }

    fn epoch(
        &self,
        mut state: State,
        observer: Observer<'_>,
        interrupt: &Interrupt,
    ) -> Result<State, LabError> {
        let started = Instant::now();
        let training = self.training;
        let epoch = state.progress.epoch;
        let steps = self.steps(epoch);
        let device = self.device.clone().autodiff();
        let class_weights = self.class_weights();
        let prepared = |index: usize| {
            let clips = steps.get(index);
            clips
                .map(|clips| self.prepared(clips, (epoch, index), &class_weights, &device))
                .transpose()
        };
        let mut next = prepared(state.progress.step)?;
        while let Some(ready) = next {
            let index = state.progress.step;
            let clips = &steps[index];
            // The step has the rest of the pool while one thread prepares the next one.
            let (done, following) = rayon::join(
                || self.step(state, clips, ready, (index, steps.len())),
                || prepared(index + 1),
            );
            state = done?;
            next = following?;
            state.progress.step = index + 1;
            observer(&Event::Step {
                epoch,
                epochs: training.epochs,
                step: index + 1,
                steps: steps.len(),
            });
            if interrupt.is_requested() {
                self.save(&state)?;
                return Err(LabError::Interrupted);
            }
        }
        let metrics = self.close_epoch(&mut state)?;
        observer(&Event::Epoch {
            metrics: &metrics,
            seconds: started.elapsed().as_secs_f64(),
        });
        if state.progress.finished && epoch < training.epochs {
            observer(&Event::StoppedEarly {
                best_epoch: best_epoch(&state.progress.history),
            });
        }
        Ok(state)
    }

    /// Return the clips of each step of an epoch.
    fn steps(&self, epoch: usize) -> Vec<Vec<usize>> {
        let clips: Vec<usize> = (0..self.data.train.clips.len()).collect();
        let lengths = self.training.batch_by_length.then(|| {
            let frames = |clip: &&Clip| clip.windows[0].frames();
            self.data.train.clips.iter().map(frames).collect::<Vec<_>>()
        });
        let of_step = self.training.batch_size * self.training.accumulate;
        batches(&clips, of_step, lengths.as_deref(), self.seed, epoch)
    }

    /// Take one step. The state is moved, so that the optimizer is the only one that has the
    /// parameters, and changes them in place.
    fn step(
        &self,
        mut state: State,
        clips: &[usize],
        ready: Prepared,
        (index, steps): (usize, usize),
    ) -> Result<State, LabError> {
        let training = self.training;
        let epoch = state.progress.epoch;
        let device = self.device.clone().autodiff();
        device.seed(ready.seed);
        let weight = self.weight_of(&ready.targets);
        let mut gradients = GradientsAccumulator::new();
        let mut rows = Vec::with_capacity(clips.len());
        let mut loss_of_step = 0.0;
        let targets = ready.targets.chunks(training.batch_size);
        for (batch, targets) in ready.batches.into_iter().zip(targets) {
            // The other threads have nothing but the preparation of the next step.
            let scores = with_all_cores(|| state.network.forward(&batch));
            let loss = self.loss(scores.clone(), targets, weight, &device);
            loss_of_step += f64::from(loss.clone().into_scalar::<f32>());
            if !loss_of_step.is_finite() {
                return Err(self.loss_not_finite(&state.progress, index + 1));
            }
            let of_batch = GradientsParams::from_grads(loss.backward(), &state.network);
            gradients.accumulate(&state.network, of_batch);
            rows.extend(self.data.outputs.rows(scores));
        }
        let mut gradients = gradients.grads();
        if training.clip_norm > 0.0 {
            gradients = optimization::clip(gradients, &state.network, training.clip_norm);
        }
        let (done, all) = ((epoch - 1) * steps + index, training.epochs * steps);
        let reduced = state.progress.plateau.learning_rate / training.learning_rate;
        state.network = optimization::step(
            &mut state.optimizer,
            state.network,
            gradients,
            &state.groups,
            reduced * share_of_rate(&training.schedule, done, all),
        );
        if let Some(average) = &mut state.average {
            average.approach(&state.network, 1.0 - training.weight_average);
        }

        let sums = &mut state.progress.sums;
        sums.loss += loss_of_step * clips.len() as f64;
        sums.correct += self.correct(&rows, clips);
        sums.clips += clips.len();
        Ok(state)
    }

    fn close_epoch(&self, state: &mut State) -> Result<EpochMetrics, LabError> {
        let training = self.training;
        let plain = self.device.clone().without_autodiff();
        let snapshot = match &state.average {
            Some(average) => average.clone().load_into(state.network.valid())?,
            None => state.network.valid(),
        };
        let rows = self.validation_rows(snapshot.clone().for_inference(&plain), &plain)?;
        let sums = std::mem::take(&mut state.progress.sums);
        let train_accuracy = sums.correct as f64 / sums.clips as f64;
        let (loss, scores) = self.validate(&rows, train_accuracy)?;
        if !loss.is_finite() {
            return Err(self.loss_not_finite(&state.progress, state.progress.step));
        }
        let progress = &mut state.progress;
        let mut metrics = EpochMetrics {
            epoch: progress.epoch,
            train_loss: sums.loss / sums.clips as f64,
            validation_loss: loss,
            scores,
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

        // Save the best model before the checkpoint. If the process is killed in between, the epoch
        // is repeated and saves it again.
        if metrics.best {
            let mut config = self.model.clone();
            config.provenance.epoch = metrics.epoch;
            Model {
                config,
                network: self.whole(snapshot),
                statistics: self.data.statistics.clone(),
                encoders: self.encoders.clone(),
            }
            .save(&self.folder.best_model())?;
        }
        self.folder.write_metrics(&state.progress.history)?;
        self.save(state)?;
        Ok(metrics)
    }

    /// Predict the validation set. The copy of the network is gone before a checkpoint is written.
    fn validation_rows(
        &self,
        network: Network,
        device: &Device,
    ) -> Result<Vec<Vec<f32>>, LabError> {
        let inference = Inference {
            network: &network,
            statistics: self.data.statistics.as_ref(),
            outputs: self.data.outputs,
            detects_speech: false,
            device,
        };
        let (counts, windows) = windows(&self.data.validation.clips);
        with_all_cores(|| inference.clips(&counts, windows))
    }

    /// Return a network with the encoder whose embeddings its head was trained on.
    fn whole(&self, network: Network) -> Network {
        match (network, &self.start) {
            (Network::Head(head), Start::Head(start)) => (*start).clone().with_head(head),
            (other, _) => other,
        }
    }

    fn save(&self, state: &State) -> Result<(), LabError> {
        checkpoint::save(
            &self.folder.last_checkpoint(),
            &state.progress,
            &state.network,
            &state.optimizer,
            state.average.as_ref(),
        )
    }

    fn loss_not_finite(&self, progress: &Progress, step: usize) -> LabError {
        let hint = match progress.history.iter().rfind(|row| row.best) {
            Some(best) => format!(
                "the best weights so far, of epoch {}, are in {}; try a lower \
                 training.learning_rate",
                best.epoch,
                self.folder.best_model().display()
            ),
            None => "no epoch is finished; try a lower training.learning_rate or \
                     front_end.normalize = \"standardize\""
                .to_owned(),
        };
        LabError::LossNotFinite {
            fold: self.folder.name(),
            epoch: progress.epoch,
            step,
            hint,
        }
    }
}

/// Return the epoch whose weights are kept, counted from 1; 0 before the first.
fn best_epoch(history: &[EpochMetrics]) -> usize {
    history
        .iter()
        .rfind(|row| row.best)
        .map_or(0, |row| row.epoch)
}

/// Return the last epoch with an improvement. If the last epoch's weights are kept in any case, the
/// validation loss tells what an improvement is.
fn freshest_epoch(history: &[EpochMetrics], selection: Selection) -> usize {
    match selection {
        Selection::ValidationLoss | Selection::ValidationUar | Selection::ValidationCcc => {
            best_epoch(history)
        }
        Selection::Last => history
            .iter()
            .min_by(|one, other| one.validation_loss.total_cmp(&other.validation_loss))
            .map_or(0, |row| row.epoch),
    }
}

/// Return whether an epoch is the best so far.
fn is_best(row: &EpochMetrics, history: &[EpochMetrics], selection: Selection) -> bool {
    let Some(best) = history.iter().rfind(|row| row.best) else {
        return true;
    };
    match selection {
        Selection::ValidationLoss => row.validation_loss < best.validation_loss,
        Selection::ValidationUar | Selection::ValidationCcc => {
            row.scores.main() > best.scores.main()
        }
        Selection::Last => true,
    }
}
