//! The state of a training run, as the view shows it.

use std::collections::VecDeque;
use std::time::Instant;

use undertone_lab::{EpochMetrics, Event};

/// The step of the work that is running, and how much of it is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Activity {
    pub(crate) name: &'static str,
    pub(crate) done: usize,
    pub(crate) total: usize,
}

/// The chart to show where there is room for only one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum VisibleChart {
    Loss,
    Accuracy,
}

/// The number of messages to keep.
const MAX_MESSAGES: usize = 50;

#[derive(Debug)]
pub(crate) struct State {
    pub(crate) title: String,
    /// The name and number of the fold that is being trained.
    pub(crate) fold: Option<String>,
    pub(crate) activity: Option<Activity>,
    /// When the activity began, and how much was done by then, to estimate the time left.
    started: Instant,
    done_at_start: usize,
    /// The epochs of the current fold.
    pub(crate) epochs: Vec<EpochMetrics>,
    pub(crate) messages: VecDeque<String>,
    pub(crate) stopping: bool,
    pub(crate) visible: VisibleChart,
}

impl State {
    pub(crate) fn new(title: String) -> Self {
        Self {
            title,
            fold: None,
            activity: None,
            started: Instant::now(),
            done_at_start: 0,
            epochs: Vec::new(),
            messages: VecDeque::new(),
            stopping: false,
            visible: VisibleChart::Loss,
        }
    }

    /// Record a new fold or a finished epoch. Other events arrive as progress or messages.
    pub(crate) fn record(&mut self, event: &Event<'_>) {
        match *event {
            Event::Fold {
                name,
                number,
                count,
                history,
                ..
            } => {
                self.fold = Some(format!("{name} ({number} of {count})"));
                self.epochs = history.to_vec();
                self.activity = None;
            }
            Event::Epoch { metrics, .. } => self.epochs.push(metrics.clone()),
            _ => {}
        }
    }

    pub(crate) fn progress(&mut self, name: &'static str, done: usize, total: usize) {
        let continues = self
            .activity
            .as_ref()
            .is_some_and(|activity| activity.name == name);
        if !continues {
            self.started = Instant::now();
            self.done_at_start = done;
        }
        self.activity = Some(Activity { name, done, total });
    }

    pub(crate) fn say(&mut self, text: &str) {
        self.messages.extend(text.lines().map(str::to_owned));
        while self.messages.len() > MAX_MESSAGES {
            self.messages.pop_front();
        }
    }

    pub(crate) fn switch_chart(&mut self) {
        self.visible = match self.visible {
            VisibleChart::Loss => VisibleChart::Accuracy,
            VisibleChart::Accuracy => VisibleChart::Loss,
        };
    }

    /// Return the best epoch so far, whose weights are kept.
    pub(crate) fn best(&self) -> Option<&EpochMetrics> {
        self.epochs.iter().rfind(|epoch| epoch.best)
    }

    /// Estimate the seconds that the activity still needs, from its speed so far.
    pub(crate) fn seconds_left(&self) -> Option<f64> {
        let activity = self.activity.as_ref()?;
        let done = activity.done.saturating_sub(self.done_at_start);
        let left = activity.total.saturating_sub(activity.done) as f64;
        (done > 0).then(|| self.started.elapsed().as_secs_f64() * left / done as f64)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::State;

    #[test]
    fn the_time_left_is_estimated_from_the_work_of_this_process() {
        let mut state = State::new(String::new());
        state.progress("training", 350, 1000);
        assert_eq!(state.seconds_left(), None);
        state.started -= Duration::from_secs(50);
        state.progress("training", 400, 1000);
        let left = state.seconds_left().unwrap();
        assert!((600.0..601.0).contains(&left), "{left}");
    }
}
