//! What is known of the training.

use std::collections::VecDeque;
use std::time::Instant;

/// One epoch's numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Epoch {
    /// Counted from 1.
    pub number: usize,
    /// Mean cross-entropy of the training steps, in nats.
    pub train_loss: f64,
    /// Mean cross-entropy on the validation set, in nats.
    pub validation_loss: f64,
    /// Share of training clips that are right, 0 to 1.
    pub train_accuracy: f64,
    /// Share of validation clips that are right, 0 to 1.
    pub validation_accuracy: f64,
    /// Unweighted average recall on the validation set, 0 to 1.
    pub validation_uar: f64,
    /// The learning rate.
    pub learning_rate: f64,
    /// Whether it is the best so far, whose weights are kept.
    pub best: bool,
}

/// The fold that is trained.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fold {
    /// Its name.
    pub name: String,
    /// Its number, counted from 1.
    pub number: usize,
    /// Folds in all.
    pub count: usize,
}

/// What is being done: in a word, so much of so much.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Activity {
    pub(crate) what: &'static str,
    pub(crate) done: usize,
    pub(crate) total: usize,
}

/// Which chart is shown where there is room for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shown {
    Loss,
    Accuracy,
}

/// Most messages that are kept.
const MESSAGES: usize = 50;

#[derive(Debug)]
pub(crate) struct State {
    pub(crate) title: String,
    pub(crate) fold: Option<Fold>,
    pub(crate) activity: Option<Activity>,
    /// When the activity began, and how much was done by then, to tell how long it will take.
    since: Instant,
    begun_at: usize,
    /// Of the fold that is trained.
    pub(crate) epochs: Vec<Epoch>,
    pub(crate) messages: VecDeque<String>,
    pub(crate) stopping: bool,
    pub(crate) shown: Shown,
}

impl State {
    pub(crate) fn new(title: String) -> Self {
        Self {
            title,
            fold: None,
            activity: None,
            since: Instant::now(),
            begun_at: 0,
            epochs: Vec::new(),
            messages: VecDeque::new(),
            stopping: false,
            shown: Shown::Loss,
        }
    }

    pub(crate) fn begin_fold(&mut self, fold: Fold, epochs: Vec<Epoch>) {
        self.fold = Some(fold);
        self.epochs = epochs;
        self.activity = None;
    }

    pub(crate) fn progress(&mut self, what: &'static str, done: usize, total: usize) {
        let goes_on = self
            .activity
            .as_ref()
            .is_some_and(|activity| activity.what == what);
        if !goes_on {
            self.since = Instant::now();
            self.begun_at = done;
        }
        self.activity = Some(Activity { what, done, total });
    }

    pub(crate) fn say(&mut self, text: &str) {
        self.messages.extend(text.lines().map(str::to_owned));
        while self.messages.len() > MESSAGES {
            self.messages.pop_front();
        }
    }

    pub(crate) fn turn(&mut self) {
        self.shown = match self.shown {
            Shown::Loss => Shown::Accuracy,
            Shown::Accuracy => Shown::Loss,
        };
    }

    pub(crate) fn best(&self) -> Option<&Epoch> {
        self.epochs.iter().rfind(|epoch| epoch.best)
    }

    /// Seconds until the activity is done if it goes on as it went.
    pub(crate) fn seconds_left(&self) -> Option<f64> {
        let activity = self.activity.as_ref()?;
        let done = activity.done.saturating_sub(self.begun_at);
        let left = activity.total.saturating_sub(activity.done) as f64;
        (done > 0).then(|| self.since.elapsed().as_secs_f64() * left / done as f64)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::State;

    #[test]
    fn the_time_left_is_told_by_what_this_process_did() {
        let mut state = State::new(String::new());
        state.progress("training", 350, 1000);
        assert_eq!(state.seconds_left(), None);
        state.since -= Duration::from_secs(50);
        state.progress("training", 400, 1000);
        let left = state.seconds_left().unwrap();
        assert!((600.0..601.0).contains(&left), "{left}");
    }
}
