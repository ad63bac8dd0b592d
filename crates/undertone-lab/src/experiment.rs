//! From a corpus and a recipe to trained folds and a report.

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rand::RngExt;
use rand::seq::SliceRandom;
use serde::Serialize;
use undertone_audio::{FitLength, FrontEnd, FrontEndConfig, Normalize};
use undertone_corpus::{Corpus, Fold, LabelScheme, Protocol, Utterance, divide};
use undertone_models::burn::tensor::Device;
use undertone_models::{
    Activations, BandStatistics, CARD_FILE, FORMAT, Model, ModelConfig, ModelError, Network,
    NetworkConfig, NetworkError, PretrainedConfig, PretrainedEncoder, PretrainedNetwork,
    Provenance, Weights, summed_into,
};

use crate::card::ModelCard;
use crate::durations;
use crate::error::LabError;
use crate::evaluate::corpus_name;
use crate::events::{Event, Interrupt, Observer};
use crate::features::{ClipFeatures, FeatureStore};
use crate::frozen::{FrozenEncoder, encoder_fingerprint};
use crate::head_fit::{self, Example};
use crate::judging::{Evaluation, LeakageSummary, Report};
use crate::memory;
use crate::outcomes::{FoldOutcomes, outcomes_of};
use crate::perturbation::PerturbationConfig;
use crate::protocol_text::describe_protocol;
use crate::recipe::{Recipe, RecipeError};
use crate::run_folder::{RunFolder, read, read_json, to_json, write, write_json};
use crate::run_log::RunLog;
use crate::training::{Side, Start, Task, rng_at};

/// A corpus, a recipe, and where to work.
pub struct Experiment<'a> {
    /// The clips.
    pub corpus: &'a Corpus,
    /// What to do with them.
    pub recipe: &'a Recipe,
    /// The recipe's pretrained encoder, where it names one.
    pub encoder: Option<&'a PretrainedEncoder>,
    /// Where to compute.
    pub device: Device,
    /// Where features are kept between runs; `None` computes them every time.
    pub cache: Option<PathBuf>,
    /// Told of all that happens.
    pub observer: Observer<'a>,
    /// Asked after each step.
    pub interrupt: &'a Interrupt,
}

/// Which folds of the protocol to train.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FoldChoice {
    /// One of them, counted from 1.
    One(usize),
    /// All of them, once for each seed.
    All {
        /// Seeds of division, balancing, weights and training.
        seeds: Vec<u64>,
    },
}

/// The readable clips and what is known of each.
struct Features {
    front_end: FrontEnd,
    utterances: Vec<Utterance>,
    /// Features of their sound, unless only summaries are needed.
    sound: Option<Vec<ClipFeatures>>,
    /// A frozen encoder's summaries of them.
    summaries: Option<Vec<ClipFeatures>>,
}

impl Features {
    /// What the network that is trained reads.
    fn trained_on(&self) -> &[ClipFeatures] {
        let features = self.sound.as_ref().or(self.summaries.as_ref());
        features.map_or(&[], Vec::as_slice)
    }
}

/// What an experiment leaves.
#[derive(Debug)]
pub struct Finished {
    /// How good it is; `None` under the protocol `full`, which holds nothing back to judge by.
    pub report: Option<Report>,
    /// The trained model, if there is exactly one.
    pub model: Option<PathBuf>,
}

/// Paths of the clips on each side, relative to the corpus.
#[derive(Serialize)]
struct DivisionFile<'a> {
    protocol: Protocol,
    seed: u64,
    train: Vec<&'a Path>,
    validation: Vec<&'a Path>,
    test: Vec<&'a Path>,
}

/// A fold to train: its name in the run folder, its seed, its sides.
struct Job {
    name: String,
    seed: u64,
    fold: Fold,
}

impl Experiment<'_> {
    /// Trains and judges the chosen folds, going on where an earlier session was cut off.
    ///
    /// # Errors
    /// If the corpus does not fit the recipe, a file cannot be written, the loss is not finite,
    /// or on [`LabError::Interrupted`].
    pub fn run(&self, run: &RunFolder, choice: &FoldChoice) -> Result<Finished, LabError> {
        if let Some(encoder) = self.encoder {
            let fingerprint = encoder_fingerprint(encoder.encoder(), &encoder.files.config);
            run.began_with(&fingerprint)?;
        }
        let features = self.features()?;
        let utterances = &features.utterances;

        let jobs = self.jobs(utterances, choice)?;
        let protocol = self.describe(choice);
        let mut log = RunLog::begin(
            run,
            &protocol,
            &self.corpus.root,
            jobs.iter().map(|job| job.name.clone()).collect(),
            &self.device,
        )?;
        let finished = self.run_folds(run, &features, &jobs, protocol);
        log.end(run, finished.as_ref().err())?;
        finished
    }

    fn describe(&self, choice: &FoldChoice) -> String {
        let recipe = self.recipe;
        match choice {
            FoldChoice::One(number) => {
                let several = matches!(recipe.protocol.name, Protocol::Speakers | Protocol::Emobox);
                let fold = several.then_some(*number);
                describe_protocol(&recipe.protocol, fold, &[recipe.seed])
            }
            FoldChoice::All { seeds } => describe_protocol(&recipe.protocol, None, seeds),
        }
    }

    fn run_folds(
        &self,
        run: &RunFolder,
        features: &Features,
        jobs: &[Job],
        protocol: String,
    ) -> Result<Finished, LabError> {
        let mut folds = Vec::with_capacity(jobs.len());
        let mut pooled = Vec::new();
        let labels = self.labels();
        for (index, job) in jobs.iter().enumerate() {
            let outcomes = self.fold(run, features, job, (index + 1, jobs.len()))?;
            if outcomes.test.is_empty() {
                continue;
            }
            folds.push(outcomes.judge(&job.name, &labels)?);
            pooled.extend(outcomes.test);
        }
        if folds.is_empty() {
            let model = self.keep_model(run, jobs, None)?;
            return Ok(Finished {
                report: None,
                model,
            });
        }
        let report = Report::new(
            protocol,
            &self.recipe.name,
            self.recipe.label_scheme.name(),
            folds,
            Evaluation::new(&labels, &pooled)?,
        )?;
        write(&run.report_path(), report.to_text().as_bytes())?;
        write(&run.report_json_path(), report.to_json()?.as_bytes())?;
        let model = self.keep_model(run, jobs, Some(&report))?;
        Ok(Finished {
            report: Some(report),
            model,
        })
    }

    /// Puts the model of a run's only fold, with its card, where `predict` finds it.
    fn keep_model(
        &self,
        run: &RunFolder,
        jobs: &[Job],
        report: Option<&Report>,
    ) -> Result<Option<PathBuf>, LabError> {
        let [job] = jobs else { return Ok(None) };
        let best = run.fold(&job.name)?.join("checkpoints").join("best");
        let model = Model::load(&best, &self.device)?;
        let path = run.model_path();
        model.save(&path)?;
        let card = ModelCard::new(&model, report.map_or(&[], std::slice::from_ref));
        write(&path.join(CARD_FILE), card.to_markdown()?.as_bytes())?;
        Ok(Some(path))
    }

    fn output_scheme(&self) -> LabelScheme {
        self.recipe
            .output_scheme
            .unwrap_or(self.recipe.label_scheme)
    }

    fn summed_into(&self) -> Result<Vec<usize>, LabError> {
        let (outputs, labels) = (self.output_scheme(), self.recipe.label_scheme);
        summed_into(outputs, labels).ok_or_else(|| {
            let (path, name) = (PathBuf::new(), &self.recipe.name);
            ModelError::Outputs {
                path: path.join(name),
                outputs,
                labels,
            }
            .into()
        })
    }

    fn labels(&self) -> Vec<String> {
        self.recipe
            .label_scheme
            .labels()
            .iter()
            .map(|label| (*label).to_owned())
            .collect()
    }

    /// What every clip is to training: features of its sound, or a frozen encoder's summaries.
    fn features(&self) -> Result<Features, LabError> {
        let recipe = self.recipe;
        let front_end = FrontEnd::new(self.resolve_front_end()?)?;
        self.check_network(&front_end)?;
        let compute = |copies: &PerturbationConfig, frozen: Option<FrozenEncoder>| {
            let store = FeatureStore::new(front_end.config(), copies, frozen, self.cache.clone())?;
            let clips = &self.corpus.utterances;
            readable(clips, store.compute(clips, self.observer, self.interrupt)?)
        };
        let copies = &recipe.augmentation.copies;
        let frozen = self.frozen()?;
        let of_sound = recipe.trains_encoder() || frozen.is_none();
        // A head is fitted to the clips as they are; only training hears their copies.
        let heard = match recipe.training.is_some() && !of_sound {
            true => copies,
            false => &PerturbationConfig::default(),
        };
        let of_summaries = frozen
            .map(|frozen| compute(heard, Some(frozen)))
            .transpose()?;
        let of_sound = of_sound.then(|| compute(copies, None)).transpose()?;
        // A clip that cannot be read is in neither.
        let (utterances, sound) = of_sound.unzip();
        let (others, summaries) = of_summaries.unzip();
        Ok(Features {
            utterances: utterances.or(others).unwrap_or_default(),
            sound,
            summaries,
            front_end,
        })
    }

    /// The encoder as a frozen step, where the recipe trains a head on its summaries.
    fn frozen(&self) -> Result<Option<FrozenEncoder>, LabError> {
        let Some((encoder, config)) = self.pretrained() else {
            return Ok(None);
        };
        if self.recipe.head.is_none() && self.recipe.trains_encoder() {
            return Ok(None);
        }
        if !config.has_fixed_summaries() {
            return Err(RecipeError::Range {
                field: "network",
                expected: "states other than \"weighted\" and pooling other than \"attention\" \
                           where the encoder is frozen ([training.encoder] trains it)",
                found: "a summary that has to be trained".to_owned(),
            }
            .into());
        }
        let network = encoder.network(config, self.outputs(), &self.device)?;
        let sizes = &encoder.files.config;
        let reads = (sizes, &config.states, config.pooling, config.layers);
        Ok(Some(FrozenEncoder::new(&network, &reads, &self.device)))
    }

    /// The encoder and what the recipe wants of it.
    fn pretrained(&self) -> Option<(&PretrainedEncoder, &PretrainedConfig)> {
        match (&self.recipe.network, self.encoder) {
            (NetworkConfig::Pretrained(config), Some(encoder)) => Some((encoder, config)),
            _ => None,
        }
    }

    /// Refuses a network that cannot work before the corpus is read for it.
    fn check_network(&self, front_end: &FrontEnd) -> Result<(), LabError> {
        match (&self.recipe.network, self.encoder) {
            (NetworkConfig::CnnLstm(config), _) => {
                config.check(front_end.bands(), front_end.frames(), self.outputs())?;
            }
            (NetworkConfig::Pretrained(config), Some(encoder)) => {
                encoder.check_window(front_end)?;
                encoder.network(config, self.outputs(), &self.device)?;
            }
            (NetworkConfig::Pretrained(_), None) => return Err(NetworkError::NeedsEncoder.into()),
        }
        Ok(())
    }

    /// What training keeps of its longest clip.
    fn activations(&self, front_end: &FrontEnd, train: &Side<'_>) -> Activations {
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

    fn outputs(&self) -> usize {
        self.output_scheme().labels().len()
    }

    /// The recipe's front end as its encoder wants it, a duration such as `p95` replaced by the
    /// seconds that it stands for in this corpus.
    fn resolve_front_end(&self) -> Result<FrontEndConfig, LabError> {
        let mut config = match self.encoder {
            Some(encoder) => encoder.front_end(&self.recipe.front_end),
            None => self.recipe.front_end.clone(),
        };
        if !matches!(config.duration, FitLength::Seconds(_)) {
            let any_window = FrontEndConfig {
                duration: FitLength::default(),
                ..config.clone()
            };
            let seconds = durations::prepared(
                &self.corpus.utterances,
                &FrontEnd::new(any_window)?,
                self.observer,
                self.interrupt,
            )?;
            // To the millisecond, so that the model's window is a number one can read.
            let resolved = (config.duration.resolve(&seconds) * 1000.0).round() / 1000.0;
            config.duration = FitLength::Seconds(resolved);
        }
        Ok(config)
    }

    fn jobs(&self, utterances: &[Utterance], choice: &FoldChoice) -> Result<Vec<Job>, LabError> {
        let recipe = self.recipe;
        let folds = |seed: u64| {
            divide(
                utterances,
                recipe.label_scheme,
                &recipe.protocol,
                &recipe.balance,
                seed,
            )
        };
        match choice {
            FoldChoice::One(number) => {
                let mut folds = folds(recipe.seed)?.folds;
                if *number == 0 || *number > folds.len() {
                    return Err(LabError::NoSuchFold {
                        number: *number,
                        folds: folds.len(),
                    });
                }
                let fold = folds.swap_remove(number - 1);
                Ok(vec![Job {
                    name: fold.name.clone(),
                    seed: recipe.seed,
                    fold,
                }])
            }
            FoldChoice::All { seeds } => {
                let mut jobs = Vec::new();
                for &seed in seeds {
                    for fold in folds(seed)?.folds {
                        let name = if seeds[..] == [recipe.seed] {
                            fold.name.clone()
                        } else {
                            format!("{}-seed-{seed}", fold.name)
                        };
                        jobs.push(Job { name, seed, fold });
                    }
                }
                Ok(jobs)
            }
        }
    }

    fn fold(
        &self,
        run: &RunFolder,
        features: &Features,
        job: &Job,
        (number, count): (usize, usize),
    ) -> Result<FoldOutcomes, LabError> {
        let utterances = &features.utterances;
        let folder = run.fold(&job.name)?;
        let division = to_json(&self.division_file(utterances, job))?;
        let division_path = folder.join("division.json");
        if division_path.is_file() && read(&division_path)? != division {
            return Err(LabError::RunFolder {
                path: folder,
                message: "the corpus, or how it is divided, has changed since this run began: \
                          resume with the same corpus, or choose another --out"
                    .to_owned(),
            });
        }
        write(&division_path, &division)?;
        let fold = &job.fold;
        let outcomes_path = folder.join("outcomes.json");
        if let Some(outcomes) = read_json::<FoldOutcomes>(&outcomes_path)? {
            if outcomes.test.len() != fold.test.len() {
                return Err(LabError::Damaged {
                    path: outcomes_path,
                    message: "it holds other clips than the fold's".to_owned(),
                });
            }
            return Ok(outcomes);
        }
        if fold.validation.is_empty() && self.recipe.training.is_some() {
            return Err(LabError::TooFewClips(format!(
                "{}: the validation side is empty, and training is steered by it: set \
                 protocol.validation_fraction above 0",
                fold.name
            )));
        }

        let trained_on = features.trained_on();
        let side = |indices: &[usize]| self.side(utterances, trained_on, indices);
        let train = side(&fold.train);
        let summed_into = self.summed_into()?;
        let start = self.start(features, job)?;
        let statistics = standardisation(&features.front_end, &train);
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
            summed_into: &summed_into,
            activations: self.activations(&features.front_end, &train),
            feature_bytes: memory::bytes_of(trained_on),
            train,
            validation: side(&fold.validation),
            folder: &folder,
            device: &self.device,
        });
        (self.observer)(&Event::Fold {
            name: &job.name,
            number,
            count,
            train: fold.train.len(),
            validation: fold.validation.len(),
            test: fold.test.len(),
            resumed_after: task.as_ref().map_or(Ok(None), Task::resumable_after)?,
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
            outcomes_of(
                &model,
                &summed_into,
                &self.corpus.root,
                utterances,
                trained_on,
                indices,
                &self.device,
            )
        };
        let outcomes = FoldOutcomes {
            best_epoch,
            leakage: leakage(fold, utterances, trained_on),
            train: judge(&distinct),
            validation: judge(&fold.validation),
            test: judge(&fold.test),
        };
        write_json(&outcomes_path, &outcomes)?;
        Ok(outcomes)
    }

    fn side<'f>(
        &self,
        utterances: &[Utterance],
        features: &'f [ClipFeatures],
        indices: &[usize],
    ) -> Side<'f> {
        let classes = |scheme: LabelScheme| -> Vec<usize> {
            indices
                .iter()
                .map(|index| scheme.label_of(utterances[*index].emotion))
                .collect()
        };
        Side {
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
        let (Some(head), Some(summaries)) = (&self.recipe.head, &features.summaries) else {
            return Ok(Some(network));
        };
        let outputs = self.output_scheme();
        let example = |index: &usize| {
            let utterance = &features.utterances[*index];
            Some(Example {
                summary: summaries[*index].windows.first()?,
                output: outputs.label_of(utterance.emotion),
                speaker: &utterance.speaker,
            })
        };
        let examples: Vec<Example<'_>> = job.fold.train.iter().filter_map(example).collect();
        let mut speakers: Vec<&str> = examples.iter().map(|example| example.speaker).collect();
        speakers.sort_unstable();
        speakers.dedup();
        speakers.shuffle(&mut rng_at(job.seed, 0, 1));
        let fitted = head_fit::fit(
            &examples,
            &self.summed_into()?,
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

    fn division_file<'u>(&self, utterances: &'u [Utterance], job: &Job) -> DivisionFile<'u> {
        let paths = |indices: &[usize]| -> Vec<&'u Path> {
            indices
                .iter()
                .map(|index| {
                    let path: &'u Path = &utterances[*index].path;
                    path.strip_prefix(&self.corpus.root).unwrap_or(path)
                })
                .collect()
        };
        DivisionFile {
            protocol: self.recipe.protocol.name,
            seed: job.seed,
            train: paths(&job.fold.train),
            validation: paths(&job.fold.validation),
            test: paths(&job.fold.test),
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

/// What a fold's sides share, copies under other names included.
fn leakage(fold: &Fold, utterances: &[Utterance], features: &[ClipFeatures]) -> LeakageSummary {
    let named = fold.leakage(utterances);
    let contents = |side: &[usize]| -> HashSet<&str> {
        side.iter()
            .map(|index| features[*index].fingerprint.as_str())
            .collect()
    };
    let copies = |side: &[usize], of: &HashSet<&str>| {
        side.iter()
            .filter(|index| of.contains(features[**index].fingerprint.as_str()))
            .count()
    };
    let trained = contents(&fold.train);
    let seen: HashSet<&str> = trained
        .union(&contents(&fold.validation))
        .copied()
        .collect();
    LeakageSummary {
        test_clips_with_copy_in_training: Some(copies(&fold.test, &seen).max(named.test_copies)),
        validation_clips_with_copy_in_training: copies(&fold.validation, &trained)
            .max(named.validation_copies),
        speakers_on_both_sides: named.shared_speakers.len(),
        test_clips: fold.test.len(),
    }
}

/// Leaves out the clips without features.
pub(crate) fn readable(
    utterances: &[Utterance],
    features: Vec<Option<ClipFeatures>>,
) -> Result<(Vec<Utterance>, Vec<ClipFeatures>), LabError> {
    let kept: (Vec<Utterance>, Vec<ClipFeatures>) = utterances
        .iter()
        .zip(features)
        .filter_map(|(utterance, features)| Some((utterance.clone(), features?)))
        .unzip();
    if kept.0.is_empty() {
        return Err(LabError::TooFewClips(
            "none of the corpus's clips can be read".to_owned(),
        ));
    }
    Ok(kept)
}

/// Statistics of the distinct clips of the training side, where the front end wants them.
fn standardisation(front_end: &FrontEnd, train: &Side<'_>) -> Option<BandStatistics> {
    match front_end.config().normalize {
        Normalize::None | Normalize::Utterance => None,
        Normalize::Standardize => {
            let first_windows = train.clips.iter().map(|clip| &clip.windows[0]);
            Some(BandStatistics::of(front_end.bands(), first_windows))
        }
    }
}
