//! The log of a run: where, when and on which machine it was trained.

use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Instant;

use burn::tensor::Device;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sysinfo::{CpuRefreshKind, MemoryRefreshKind, RefreshKind, System};

use crate::error::LabError;

/// The log of a run: `run.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunLog {
    /// The protocol with its options, as reports print it.
    pub protocol: String,
    /// The corpus's folder, which the clips' paths are relative to.
    pub corpus: PathBuf,
    /// The names of the folds, in order.
    pub folds: Vec<String>,
    /// The sessions, in order.
    pub sessions: Vec<Session>,
    #[serde(skip)]
    began: Option<Began>,
}

/// When this session began, by a monotonic clock.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Began(Instant);

/// The work of one process on a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// The program's version.
    pub undertone: String,
    /// The operating system with its version.
    pub system: String,
    /// The processor's name and architecture.
    pub processor: String,
    /// Number of threads that run in parallel.
    pub threads: usize,
    /// The machine's memory in bytes; 0 if the system does not tell.
    pub memory: u64,
    /// The device that computed.
    pub device: String,
    /// When the session began, in RFC 3339 and UTC.
    pub started: String,
    /// Its duration in seconds; `None` if the process was killed or still runs.
    pub seconds: Option<f64>,
    /// How it ended; `None` if it did not.
    pub ending: Option<Ending>,
}

/// How a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ending {
    /// All folds are finished.
    Finished,
    /// It was interrupted on request.
    Interrupted,
    /// It failed with an error.
    Failed,
}

impl RunLog {
    /// Begin a session, after those of `earlier`.
    pub(crate) fn begin(
        earlier: Option<Self>,
        protocol: &str,
        corpus: &Path,
        folds: Vec<String>,
        device: &Device,
    ) -> Self {
        let mut sessions = earlier.map_or_else(Vec::new, |log| log.sessions);
        sessions.push(Session::now(device));
        Self {
            protocol: protocol.to_owned(),
            corpus: std::path::absolute(corpus).unwrap_or_else(|_| corpus.to_owned()),
            folds,
            sessions,
            began: Some(Began(Instant::now())),
        }
    }

    /// End the session. `error` tells why it ended early.
    pub(crate) fn end(&mut self, error: Option<&LabError>) {
        let began = self.began.map(|Began(began)| began.elapsed().as_secs_f64());
        if let Some(session) = self.sessions.last_mut() {
            session.seconds = began.map(|seconds| (seconds * 10.0).round() / 10.0);
            session.ending = Some(match error {
                None => Ending::Finished,
                Some(LabError::Interrupted) => Ending::Interrupted,
                Some(_) => Ending::Failed,
            });
        }
    }
}

impl Session {
    fn now(device: &Device) -> Self {
        let machine = System::new_with_specifics(
            RefreshKind::nothing()
                .with_cpu(CpuRefreshKind::nothing())
                .with_memory(MemoryRefreshKind::nothing().with_ram()),
        )
        .ok();
        let processors = machine.as_ref().map_or(&[][..], System::cpus);
        let processor = processors.first().map_or("", |cpu| cpu.brand().trim());
        let now = Timestamp::now();
        Self {
            undertone: env!("CARGO_PKG_VERSION").to_owned(),
            system: System::long_os_version().unwrap_or_else(|_| std::env::consts::OS.to_owned()),
            processor: format!("{processor} ({})", std::env::consts::ARCH)
                .trim_start()
                .to_owned(),
            threads: thread::available_parallelism().map_or(1, NonZero::get),
            memory: machine.as_ref().map_or(0, System::total_memory),
            device: name_of(device),
            started: Timestamp::from_second(now.as_second())
                .unwrap_or(now)
                .to_string(),
            seconds: None,
            ending: None,
        }
    }
}

/// Return a device's name as `--device` takes it, or else Burn's name.
fn name_of(device: &Device) -> String {
    let text = format!("{device:?}");
    let lower = text.to_lowercase();
    ["cuda", "wgpu", "cpu"]
        .into_iter()
        .find(|name| lower.contains(name))
        .map_or(text, str::to_owned)
}

#[cfg(test)]
mod tests {
    use undertone_models::DeviceKind;

    #[test]
    fn a_device_has_the_name_that_device_takes() {
        let cpu = DeviceKind::Cpu.open().unwrap();
        assert_eq!(super::name_of(&cpu), "cpu");
        assert_eq!(super::name_of(&cpu.autodiff()), "cpu");
    }
}
