//! What long work shows while it runs: bars where stderr is a terminal, lines where it is not.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use indicatif::{BinaryBytes, ProgressBar, ProgressStyle};
use serde::Serialize;
use undertone_lab::{EpochMetrics, Event, MemoryEstimate};
use undertone_live::Live;

use crate::live;
use crate::output;

/// Watches an experiment.
pub(crate) struct Progress {
    bar: ProgressBar,
    /// Most epochs that a fold can have; 0 where nothing is trained.
    epochs: usize,
    /// Whether events go to stdout as JSON.
    json: bool,
    /// The terminal view, where it was asked for; then what was said is told again at the end.
    live: Option<Live>,
    told: Mutex<Vec<String>>,
}

/// What is told of an experiment with `--json`.
#[derive(Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum JsonEvent<'a> {
    ClipFailed {
        message: &'a str,
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
    ShrinkageJudged {
        shrinkage: f64,
        uar: f64,
    },
    HeadFitted {
        shrinkage: f64,
        temperature: f64,
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

impl Progress {
    pub(crate) fn new(epochs: usize, json: bool) -> Self {
        Self {
            bar: bar("{msg:12} {wide_bar} {pos}/{len}  {eta} left"),
            epochs,
            json,
            live: None,
            told: Mutex::default(),
        }
    }

    /// Shows all in a view that has taken over the terminal, instead of a bar and lines.
    pub(crate) fn in_view(epochs: usize, live: Live) -> Self {
        Self {
            bar: ProgressBar::hidden(),
            live: Some(live),
            ..Self::new(epochs, false)
        }
    }

    /// Takes note of an event; may be called from several threads.
    pub(crate) fn observe(&self, event: &Event<'_>) {
        if let Some(live) = &self.live {
            live::show(live, event);
        }
        match *event {
            Event::Features { done, total } => {
                self.at("reading clips", done, total);
                if done == total && self.bar.is_hidden() && !self.json && self.live.is_none() {
                    output::say(format_args!("read {total} clips"));
                }
            }
            Event::ClipFailed { ref message } => {
                self.say(
                    format_args!("warning: {message}"),
                    JsonEvent::ClipFailed { message },
                );
            }
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
                    Some(epoch) => format!(", going on after epoch {epoch}"),
                    None => String::new(),
                };
                self.say(
                    format_args!(
                        "{name} ({number} of {count}): {train} clips to train on, {validation} to \
                         choose by, {test} to judge by{resumed}"
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
            Event::ShrinkageJudged { shrinkage, uar } => self.say(
                format_args!(
                    "shrinkage {shrinkage}: UAR {:.1} % on held-out speakers of the training set",
                    100.0 * uar
                ),
                JsonEvent::ShrinkageJudged { shrinkage, uar },
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
                self.at("training", (epoch - 1) * steps + step, epochs * steps);
            }
            Event::Epoch { metrics, seconds } => {
                let text = epoch_line(metrics, self.epochs, seconds);
                self.say(text, JsonEvent::Epoch { metrics, seconds });
            }
            Event::StoppedEarly { best_epoch } => self.say(
                format_args!("stopped early: nothing better since epoch {best_epoch}"),
                JsonEvent::StoppedEarly { best_epoch },
            ),
            _ => {}
        }
    }

    /// Removes the bar, or gives the terminal back and says there what was said before.
    pub(crate) fn end(mut self) {
        self.bar.finish_and_clear();
        drop(self.live.take());
        let told = self.told.get_mut().unwrap_or_else(PoisonError::into_inner);
        told.iter().for_each(output::say);
    }

    fn at(&self, what: &'static str, done: usize, total: usize) {
        if let Some(live) = &self.live {
            live.progress(what, done, total);
        }
        let begins = self.bar.message() != what;
        if begins {
            self.bar.reset();
            self.bar.set_message(what);
        }
        self.bar.set_length(total as u64);
        self.bar.set_position(done as u64);
        if begins {
            // What an earlier process did tells nothing of the time that is left.
            self.bar.reset_eta();
        }
    }

    fn say(&self, text: impl fmt::Display, event: JsonEvent<'_>) {
        if let Some(live) = &self.live {
            let text = text.to_string();
            live.say(&text);
            self.told
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(text);
            return;
        }
        self.bar.suspend(|| {
            if self.json {
                // Training is worth more than its log: it goes on when nobody reads that.
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
    if estimate.is_short() {
        line += "\nwarning: that may not fit: lower training.batch_size (and raise \
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
    let [train, validation, uar] = [
        metrics.train_accuracy,
        metrics.validation_accuracy,
        metrics.validation_uar,
    ]
    .map(|share| 100.0 * share);
    let best = if metrics.best { " *" } else { "" };
    format!(
        "epoch {epoch:>3}/{epochs}  train loss {train_loss:.3} accuracy {train:.1} %  validation \
         loss {validation_loss:.3} accuracy {validation:.1} % UAR {uar:.1} %  rate \
         {learning_rate:.2e}  {seconds:.1} s{best}"
    )
}

/// A bar on stderr; hidden where that is no terminal.
pub(crate) fn bar(template: &str) -> ProgressBar {
    let bar = ProgressBar::new(0);
    // A template is part of the program; the plain style serves if one is ever wrong.
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("━╸─"));
    }
    bar
}
