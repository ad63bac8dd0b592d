//! How far a batch of recordings is.

use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use indicatif::{HumanCount, HumanDuration, ProgressBar};

use crate::cli::InputArgs;
use crate::inputs::Inputs;
use crate::{output, progress_bar};

/// A shorter command shows no bar.
const BEFORE_SHOWING: Duration = Duration::from_millis(500);
const COUNTING: &str = "{spinner} {msg}";
const COUNTED: &str = "{wide_bar} {msg}";

/// A bar with the number of recordings, their rate and the time left. It is shown if stderr is a
/// terminal and the rows go elsewhere.
pub(crate) struct FileProgress(Option<Shown>);

struct Shown {
    since: Instant,
    bar: Option<ProgressBar>,
    done: u64,
    /// How many recordings there are, once they are counted; 0 before.
    total: Arc<AtomicU64>,
    args: InputArgs,
    has_total: bool,
}

impl FileProgress {
    /// Begin with none. `rows_on_stdout` says whether a row is printed for each recording.
    pub(crate) fn begin(args: &InputArgs, rows_on_stdout: bool) -> Self {
        let is_wanted = io::stderr().is_terminal() && !output::is_quiet();
        let rows_show_it = rows_on_stdout && io::stdout().is_terminal();
        Self((is_wanted && !rows_show_it).then(|| Shown {
            since: Instant::now(),
            bar: None,
            done: 0,
            total: Arc::default(),
            args: args.clone(),
            has_total: false,
        }))
    }

    /// Count recordings that are done.
    pub(crate) fn add(&mut self, recordings: u64) {
        if let Some(shown) = &mut self.0 {
            shown.add(recordings);
        }
    }
}

impl Shown {
    fn add(&mut self, recordings: u64) {
        self.done += recordings;
        if self.bar.is_none() && self.since.elapsed() >= BEFORE_SHOWING {
            self.count_in_background();
            let bar = progress_bar::progress_bar(COUNTING);
            bar.enable_steady_tick(Duration::from_millis(200));
            progress_bar::stands(Some(bar.clone()));
            self.bar = Some(bar);
        }
        let Some(bar) = &self.bar else {
            return;
        };
        let total = self.total.load(Ordering::Relaxed);
        if total > 0 && !self.has_total {
            self.has_total = true;
            progress_bar::set_template(bar, COUNTED);
            bar.set_length(total);
        }
        bar.set_position(self.done);
        bar.set_message(self.in_words(total));
    }

    /// Return the numbers, such as `120 of 300 recordings, 40 a second, 5 seconds left`. `total` is
    /// 0 if it is not known.
    fn in_words(&self, total: u64) -> String {
        let rate = self.done as f64 / self.since.elapsed().as_secs_f64().max(1e-3);
        let done = HumanCount(self.done);
        match total.checked_sub(self.done) {
            None => format!("{done} recordings, {rate:.0} a second"),
            Some(more) => {
                let left = Duration::try_from_secs_f64(more as f64 / rate.max(1e-6));
                let left = HumanDuration(left.unwrap_or(Duration::MAX));
                let total = HumanCount(total);
                format!("{done} of {total} recordings, {rate:.0} a second, {left} left")
            }
        }
    }

    /// Count the recordings while the first are being read. A list on stdin can be read only once.
    fn count_in_background(&self) {
        if self.args.reads_stdin() {
            return;
        }
        let (args, total) = (self.args.clone(), Arc::clone(&self.total));
        thread::spawn(move || {
            if let Ok(inputs) = Inputs::of(&args) {
                total.store(inputs.count() as u64, Ordering::Relaxed);
            }
        });
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        progress_bar::stands(None);
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
