//! The loop over all inputs of one parser.

use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use cpu_time::ThreadTime;
use peak_alloc::PeakAlloc;

use crate::input_file::InputFile;
use crate::mutation::Mutation;
use crate::report::Report;
use crate::settings::Settings;
use crate::watch::Watch;

/// The allocator counts for the whole process, so only one parser runs at a time.
static TURN: Mutex<()> = Mutex::new(());

/// Other tests of the program prepare their inputs at the same time, which counts too. So what
/// exceeds a limit is measured again.
const RETRIES: usize = 3;

/// The outcome, memory and time of one input.
struct Measured {
    accepted: thread::Result<bool>,
    /// Most bytes at one moment.
    allocated: usize,
    time: Duration,
}

impl Measured {
    /// Return the bytes beyond ten times the input.
    fn beyond(&self, input: &[u8]) -> usize {
        self.allocated.saturating_sub(10 * input.len())
    }
}

fn measure(allocator: &PeakAlloc, parse: &mut impl FnMut(&[u8]) -> bool, input: &[u8]) -> Measured {
    let before = allocator.current_usage();
    allocator.reset_peak_usage();
    let start = ThreadTime::now();
    let accepted = catch_unwind(AssertUnwindSafe(|| parse(input)));
    let time = start.elapsed();
    Measured {
        accepted,
        allocated: allocator.peak_usage().saturating_sub(before),
        time,
    }
}

/// One parser and its inputs.
pub struct Fuzz<'a> {
    /// Name of the parser in reports.
    pub name: &'a str,
    /// Valid inputs. There must be one or more.
    pub seeds: Vec<Vec<u8>>,
    /// Words of the format, to insert anywhere.
    pub tokens: &'a [&'a str],
    /// Bytes that any input may allocate beyond ten times its length. 64 KiB.
    pub allowance: usize,
    /// Processor time that any input may take, in seconds. 1 s.
    pub seconds: f64,
    /// Longest input in bytes. 64 KiB.
    pub max_len: usize,
}

impl<'a> Fuzz<'a> {
    /// Mutate `seeds` for the parser `name`.
    pub fn new(name: &'a str, seeds: Vec<Vec<u8>>) -> Self {
        Self {
            name,
            seeds,
            tokens: &[],
            allowance: 64 << 10,
            seconds: 1.0,
            max_len: 64 << 10,
        }
    }

    /// Call `parse` with as many inputs as the environment asks for, and write a report to standard
    /// error. `parse` returns whether it accepted the input. `allocator` must be the global one.
    ///
    /// # Panics
    /// With the first input that makes `parse` panic or exceeds a limit, after writing it to a
    /// file. An environment that is not understood and a folder for temporary files that cannot be
    /// written to panic too.
    pub fn run(&self, allocator: &PeakAlloc, mut parse: impl FnMut(&[u8]) -> bool) {
        let settings = Settings::from_environment();
        if !settings.includes(self.name) {
            return;
        }
        let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let mutation = Mutation {
            seeds: &self.seeds,
            tokens: self.tokens,
            max_len: self.max_len,
        };
        let mut report = Report {
            name: self.name.to_owned(),
            seed: settings.seed,
            ..Report::default()
        };
        let limit = Duration::from_secs_f64(self.seconds);
        let mut file = InputFile::create(self.name);
        let watch = Watch::start(self.name, limit, file.path().to_owned());
        // Caches and tables that are built once are no work of an input.
        for seed in &self.seeds {
            parse(seed);
        }
        for index in 0..settings.executions {
            let input = mutation.input(settings.seed, index);
            file.write(&input);
            watch.next(index);
            let mut tried = measure(allocator, &mut parse, &input);
            for _ in 0..RETRIES {
                if tried.beyond(&input) <= self.allowance && tried.time <= limit {
                    break;
                }
                let again = measure(allocator, &mut parse, &input);
                tried.allocated = tried.allocated.min(again.allocated);
                tried.time = tried.time.min(again.time);
            }
            let failed = |words: String| {
                let (name, seed) = (self.name, settings.seed);
                let path = file.keep(&input, index);
                let path = path.display();
                format!("{name}: input {index} of seed {seed} {words}; it is in {path}")
            };
            let beyond = tried.beyond(&input);
            let (allocated, time) = (tried.allocated, tried.time);
            let accepted = match tried.accepted {
                Ok(accepted) => accepted,
                Err(panic) => {
                    say(&failed("panics".to_owned()));
                    resume_unwind(panic);
                }
            };
            assert!(
                beyond <= self.allowance,
                "{}",
                failed(format!(
                    "has {} bytes and allocates {allocated}",
                    input.len()
                ))
            );
            assert!(
                time <= limit,
                "{}",
                failed(format!("takes {:.1} s", time.as_secs_f64()))
            );
            report.executions += 1;
            report.accepted += u64::from(accepted);
            report.most_beyond = report.most_beyond.max(beyond);
            report.longest = report.longest.max(time);
        }
        say(&report.to_string());
    }
}

/// Write a line to standard error, also where the test harness captures output.
fn say(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    static ALLOCATOR: PeakAlloc = PeakAlloc;

    #[test]
    fn a_panic_of_the_parser_ends_the_run() {
        let fuzz = Fuzz::new("a parser that panics", vec![b"abc".to_vec()]);
        let run = || fuzz.run(&ALLOCATOR, |input| input != b"abc" && panic!("found"));
        assert!(catch_unwind(run).is_err());
    }

    #[test]
    fn a_parser_is_called_with_every_input() {
        let fuzz = Fuzz::new("a parser that counts", vec![vec![1], vec![2]]);
        let mut count = 0;
        fuzz.run(&ALLOCATOR, |_| {
            count += 1;
            true
        });
        // Each seed once more, to warm up.
        assert_eq!(count, Settings::from_environment().executions + 2);
    }
}
