//! End the process if one input keeps the parser busy for too long.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use cpu_time::ProcessTime;

/// A parser that hangs needs this many times the time that it has, before the process ends. Until
/// then a parser that is only slow comes back and is reported with its input.
const PATIENCE: u32 = 6;

pub(crate) struct Watch {
    current: Arc<AtomicU64>,
    done: Arc<AtomicBool>,
}

impl Watch {
    /// Watch a parser that has `limit` of processor time for each input. `input` is the file with
    /// the current input.
    pub(crate) fn start(name: &str, limit: Duration, input: PathBuf) -> Self {
        let watch = Self {
            current: Arc::default(),
            done: Arc::default(),
        };
        let (current, done) = (Arc::clone(&watch.current), Arc::clone(&watch.done));
        let name = name.to_owned();
        thread::spawn(move || {
            let mut seen = 0;
            let mut since = ProcessTime::now();
            while !done.load(Ordering::Relaxed) {
                thread::sleep(Duration::from_millis(200));
                let index = current.load(Ordering::Relaxed);
                if index != seen {
                    (seen, since) = (index, ProcessTime::now());
                } else if since.elapsed() > limit * PATIENCE && !done.load(Ordering::Relaxed) {
                    let input = input.display();
                    let mut words = std::io::stderr().lock();
                    let _ = writeln!(words, "{name}: input {index} hangs; it is in {input}");
                    std::process::abort();
                }
            }
        });
        watch
    }

    /// The input `index` is next.
    pub(crate) fn next(&self, index: u64) {
        // 0 means that there was none yet.
        self.current.store(index + 1, Ordering::Relaxed);
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.done.store(true, Ordering::Relaxed);
    }
}
