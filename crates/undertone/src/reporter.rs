//! Reporting the events of training and evaluation: a progress bar where stderr is a terminal, and
//! lines of text, JSON or a full-screen view.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use indicatif::{BinaryBytes, ProgressBar};
use serde::Serialize;
use undertone_lab::{EpochMetrics, EpochScores, Event, MemoryEstimate};

use crate::output;
use crate::progress_bar::progress_bar;

/// A full-screen view that replaces the bar and the lines.
pub(crate) trait View: Send + Sync {
    /// Show an event, except for its message and its progress, which the other methods receive.
    fn record(&self, event: &Event<'_>);
    /// Show that `done` of `total` parts of the step `name` are done.
    fn progress(&self, name: &'static str, done: usize, total: usize);
    /// Show a message.
    fn say(&self, text: &str);
}

/// Reports the events of an experiment.
pub(crate) struct Reporter {
    bar: ProgressBar,
    /// The largest number of epochs of a fold; 0 where nothing is trained.
    epochs: usize,
    /// Whether events go to stdout as JSON.
    json: bool,
    /// The full-screen view, if there is one. Its messages are printed again at the end.
    view: Option<Box<dyn View>>,
    messages: Mutex<Vec<String>>,
}

/// An event as `--json` prints it.
#[derive(Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum JsonEvent<'a> {
    ClipFailed {
        message: &'a str,
    },
    WithoutClass {
        emotions: BTreeMap<&'static str, usize>,
    },
    EmptyClasses {
        labels: &'a [&'a str],
    },
    SpeakersExcluded {
        clips: usize,
    },
    Fold {
        name: &'a str,
        number: usize,
        count: usize,
        train: usize,
        validation: usize,
        test: usize,
        resumed_after_epoch: Option<usize>,
    },
    ShrinkageEvaluated {
        shrinkage: f64,
        uar: f64,
    },
    NotCrossValidated,
    HeadFitted {
        shrinkage: f64,
        temperature: f64,
    },
    GroupHeldOut {
        group: &'a str,
        uar: f64,
    },
    AdaptiveHeadFitted {
        temperature: [f64; 2],
        sure: Option<f64>,
    },
    WithoutValue {
        without: &'a BTreeMap<&'a str, usize>,
        outside: &'a BTreeMap<&'a str, usize>,
    },
    RidgeEvaluated {
        shrinkage: f64,
        ccc: f64,
    },
    RidgeFitted {
        shrinkage: f64,
        factors: &'a [f64],
    },
    Memory {
        #[serde(flatten)]
        estimate: &'a MemoryEstimate,
        total: usize,
    },
    Epoch {
        #[serde(flatten)]
        metrics: &'a EpochMetrics,
        seconds: f64,
    },
    StoppedEarly {
        best_epoch: usize,
    },
}

impl Reporter {
    /// Report as lines of text or JSON, or to a view if there is one. `epochs` is the largest
    /// number of epochs of a fold, or 0 where nothing is trained.
    pub(crate) fn new(epochs: usize, json: bool, view: Option<Box<dyn View>>) -> Self {
        let bar = match view {
            Some(_) => ProgressBar::hidden(),
            None => progress_bar("{msg:12} {wide_bar} {pos}/{len}  {eta} left"),
        };
        Self {
            bar,
            epochs,
            json,
            view,
            messages: Mutex::default(),
        }
    }

    /// Report an event. May be called from several threads.
    pub(crate) fn observe(&self, event: &Event<'_>) {
        if let Some(view) = &self.view {
            view.record(event);
        }
        match *event {
            Event::Features { done, total } => {
                self.progress("reading clips", done, total);
                if done == total && self.bar.is_hidden() && !self.json && self.view.is_none() {
                    output::say(format_args!("read {total} clips"));
                }
            }
            Event::ClipFailed { ref message } => {
                self.say(
                    format_args!("warning: {message}"),
                    JsonEvent::ClipFailed { message },
                );
            }
            Event::WithoutClass { emotions } => {
                let counts: Vec<String> = emotions
                    .iter()
                    .map(|(emotion, clips)| format!("{emotion} {clips}"))
                    .collect();
                self.say(
                    format_args!(
                        "left out, as the labels have no class: {}",
                        counts.join(", ")
                    ),
                    JsonEvent::WithoutClass {
                        emotions: emotions
                            .iter()
                            .map(|(emotion, clips)| (emotion.name(), *clips))
                            .collect(),
                    },
                );
            }
            Event::EmptyClasses { labels } => self.say(
                format_args!(
                    "warning: no clip of the corpus is of the class {}",
                    labels.join(", ")
                ),
                JsonEvent::EmptyClasses { labels },
            ),
            Event::Fold {
                name,
                number,
                count,
                train,
                validation,
                test,
                resumed_after,
                history: _,
            } => {
                let resumed = match resumed_after {
                    Some(epoch) => format!("; resuming after epoch {epoch}"),
                    None => String::new(),
                };
                self.say(
                    format_args!(
                        "{name} ({number} of {count}): {train} clips for training, {validation} \
                         for validation, {test} for testing{resumed}"
                    ),
                    JsonEvent::Fold {
                        name,
                        number,
                        count,
                        train,
                        validation,
                        test,
                        resumed_after_epoch: resumed_after,
                    },
                );
                self.bar.reset();
                self.bar.set_message("");
            }
            Event::ShrinkageEvaluated { shrinkage, uar } => self.say(
                format_args!(
                    "shrinkage {shrinkage}: UAR {:.1} % on held-out parts of the training set",
                    100.0 * uar
                ),
                JsonEvent::ShrinkageEvaluated { shrinkage, uar },
            ),
            Event::NotCrossValidated => self.say(
                "warning: the head was not cross-validated, because all training clips are of one \
                 speaker; it has the largest shrinkage and is not scaled",
                JsonEvent::NotCrossValidated,
            ),
            Event::HeadFitted {
                shrinkage,
                temperature,
            } => self.say(
                format_args!("head fitted: shrinkage {shrinkage}, scores times {temperature:.2}"),
                JsonEvent::HeadFitted {
                    shrinkage,
                    temperature,
                },
            ),
            Event::SpeakersExcluded { clips } => self.say(
                format_args!("left out, as the recipe excludes their speakers: {clips} clips"),
                JsonEvent::SpeakersExcluded { clips },
            ),
            Event::GroupHeldOut { group, uar } => self.say(
                format_args!("{group} held out of the head: UAR {:.1} %", 100.0 * uar),
                JsonEvent::GroupHeldOut { group, uar },
            ),
            Event::AdaptiveHeadFitted { temperature, sure } => {
                let [alone, often] = temperature;
                let words = match sure {
                    Some(least) => format!("very sure from {:.0} % on", 100.0 * least),
                    None => "never very sure".to_owned(),
                };
                self.say(
                    format_args!(
                        "head that adapts fitted: scores times {alone:.3} for a recording alone, \
                         {often:.3} for a voice heard often; {words}"
                    ),
                    JsonEvent::AdaptiveHeadFitted { temperature, sure },
                );
            }
            Event::WithoutValue { without, outside } => {
                let counts = |counts: &BTreeMap<&str, usize>, why: &str| -> Vec<String> {
                    let counts = counts.iter();
                    counts
                        .map(|(name, clips)| format!("{clips} {why} {name}"))
                        .collect()
                };
                let mut parts = counts(without, "without a value of");
                parts.extend(counts(outside, "outside the range of"));
                self.say(
                    format_args!("warning: clips left out: {}", parts.join(", ")),
                    JsonEvent::WithoutValue { without, outside },
                );
            }
            Event::RidgeEvaluated { shrinkage, ccc } => self.say(
                format_args!(
                    "shrinkage {shrinkage}: CCC {ccc:.3} on held-out speakers of the training set"
                ),
                JsonEvent::RidgeEvaluated { shrinkage, ccc },
            ),
            Event::RidgeFitted { shrinkage, factors } => {
                let text: Vec<String> = factors.iter().map(|it| format!("{it:.2}")).collect();
                self.say(
                    format_args!(
                        "head fitted: shrinkage {shrinkage}, predictions spread by {}",
                        text.join(", ")
                    ),
                    JsonEvent::RidgeFitted { shrinkage, factors },
                );
            }
            Event::Memory(ref estimate) => {
                self.say(
                    memory_line(estimate),
                    JsonEvent::Memory {
                        total: estimate.total(),
                        estimate,
                    },
                );
            }
            Event::Step {
                epoch,
                epochs,
                step,
                steps,
            } => {
                self.progress("training", (epoch - 1) * steps + step, epochs * steps);
            }
            Event::Epoch { metrics, seconds } => {
                let text = epoch_line(metrics, self.epochs, seconds);
                self.say(text, JsonEvent::Epoch { metrics, seconds });
            }
            Event::StoppedEarly { best_epoch } => self.say(
                format_args!("stopped early: no improvement since epoch {best_epoch}"),
                JsonEvent::StoppedEarly { best_epoch },
            ),
            _ => {}
        }
    }

    /// Remove the bar, or close the view and print its messages.
    pub(crate) fn end(mut self) {
        self.bar.finish_and_clear();
        drop(self.view.take());
        let messages = self
            .messages
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner);
        messages.iter().for_each(output::say);
    }

    fn progress(&self, name: &'static str, done: usize, total: usize) {
        if let Some(view) = &self.view {
            view.progress(name, done, total);
        }
        let begins = self.bar.message() != name;
        if begins {
            self.bar.reset();
            self.bar.set_message(name);
        }
        self.bar.set_length(total as u64);
        self.bar.set_position(done as u64);
        if begins {
            // The work of an earlier process says nothing about the time left.
            self.bar.reset_eta();
        }
    }

    fn say(&self, text: impl fmt::Display, event: JsonEvent<'_>) {
        if let Some(view) = &self.view {
            let text = text.to_string();
            view.say(&text);
            self.messages
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(text);
            return;
        }
        self.bar.suspend(|| {
            if self.json {
                // Training continues even if nobody reads its log any more.
                let _ = output::json(&event);
            } else {
                output::say(text);
            }
        });
    }
}

fn memory_line(estimate: &MemoryEstimate) -> String {
    let size = |bytes: usize| BinaryBytes(bytes as u64);
    let mut line = format!(
        "memory: about {} (weights {}, gradients and Adam {}, a batch {}, a checkpoint {}, \
         features {})",
        size(estimate.total()),
        size(estimate.weights),
        size(estimate.optimizer),
        size(estimate.activations),
        size(estimate.checkpoint),
        size(estimate.features),
    );
    if let Some(available) = estimate.available {
        line += &format!("; {} available", size(available));
    }
    if estimate.features_in_file > 0 {
        let in_file = size(estimate.features_in_file);
        line += &format!("; {in_file} of features in a temporary file");
    }
    if estimate.is_short() {
        line += "\nwarning: this may not fit: lower training.batch_size (and raise \
                 training.accumulate as much), front_end.duration or training.encoder.last_layers";
    }
    line
}

fn epoch_line(metrics: &EpochMetrics, epochs: usize, seconds: f64) -> String {
    let EpochMetrics {
        epoch,
        train_loss,
        validation_loss,
        learning_rate,
        ..
    } = metrics;
    let scores = match metrics.scores {
        EpochScores::Classes {
            train_accuracy,
            validation_accuracy,
            validation_uar,
        } => {
            let [train, validation, uar] =
                [train_accuracy, validation_accuracy, validation_uar].map(|share| 100.0 * share);
            format!(
                "train loss {train_loss:.3} accuracy {train:.1} %  validation loss \
                 {validation_loss:.3} accuracy {validation:.1} % UAR {uar:.1} %"
            )
        }
        EpochScores::Dimensions { validation_ccc } => format!(
            "train loss {train_loss:.3}  validation loss {validation_loss:.3} CCC \
             {validation_ccc:.3}"
        ),
    };
    let best = if metrics.best { " *" } else { "" };
    format!("epoch {epoch:>3}/{epochs}  {scores}  rate {learning_rate:.2e}  {seconds:.1} s{best}")
}
