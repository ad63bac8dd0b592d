//! Where, when and on what machine a run was trained: `RUN/run.json`.

use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Instant;

use burn::tensor::Device;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sysinfo::{CpuRefreshKind, MemoryRefreshKind, RefreshKind, System};

use crate::error::LabError;
use crate::run_folder::{RunFolder, read_json, write_json};

/// What a run notes beside its results.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunLog {
    /// The protocol with its options, as reports print it.
    pub protocol: String,
    /// The folder that the clips' paths are relative to.
    pub corpus: PathBuf,
    /// The folds that are trained, in order.
    pub folds: Vec<String>,
    /// Each time that a process was at work, in order.
    pub sessions: Vec<Session>,
    #[serde(skip)]
    began: Option<Began>,
}

/// When this process began, by a clock that is never set back.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Began(Instant);

/// One process's work on a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// The program's version.
    pub undertone: String,
    /// The operating system with its version.
    pub system: String,
    /// The processor's name and architecture.
    pub processor: String,
    /// Threads that run at once.
    pub threads: usize,
    /// The machine's memory in bytes; 0 where the system does not tell.
    pub memory: u64,
    /// What was computed on.
    pub device: String,
    /// When the folds were begun, RFC 3339, in UTC.
    pub started: String,
    /// How long it took; `None` where the process was killed or is still at work.
    pub seconds: Option<f64>,
    /// How it ended, where it did.
    pub ending: Option<Ending>,
}

/// How a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ending {
    /// All folds are done.
    Finished,
    /// Somebody stopped it.
    Interrupted,
    /// Something went wrong.
    Failed,
}

impl RunLog {
    /// Notes that a process begins to work. A log that cannot be read is begun anew: it is no
    /// reason not to train.
    pub(crate) fn begin(
        run: &RunFolder,
        protocol: &str,
        corpus: &Path,
        folds: Vec<String>,
        device: &Device,
    ) -> Result<Self, LabError> {
        let mut sessions = Self::read(run).map_or_else(Vec::new, |log| log.sessions);
        sessions.push(Session::now(device));
        let log = Self {
            protocol: protocol.to_owned(),
            corpus: std::path::absolute(corpus).unwrap_or_else(|_| corpus.to_owned()),
            folds,
            sessions,
            began: Some(Began(Instant::now())),
        };
        write_json(&run.log_path(), &log)?;
        Ok(log)
    }

    /// Notes that the process has done its work, or why not.
    pub(crate) fn end(
        &mut self,
        run: &RunFolder,
        error: Option<&LabError>,
    ) -> Result<(), LabError> {
        let began = self.began.map(|Began(began)| began.elapsed().as_secs_f64());
        if let Some(session) = self.sessions.last_mut() {
            session.seconds = began.map(|seconds| (seconds * 10.0).round() / 10.0);
            session.ending = Some(match error {
                None => Ending::Finished,
                Some(LabError::Interrupted) => Ending::Interrupted,
                Some(_) => Ending::Failed,
            });
        }
        match (write_json(&run.log_path(), self), error) {
            // What went wrong first is what has to be told.
            (Err(_), Some(_)) => Ok(()),
            (written, _) => written,
        }
    }

    /// The log of a run, where it has one that can be read: runs of earlier versions have none.
    pub(crate) fn read(run: &RunFolder) -> Option<Self> {
        read_json(&run.log_path()).ok().flatten()
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

/// A device as `--device` has it; one that is not known there as Burn has it.
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
    fn a_device_is_called_what_it_is_asked_for_by() {
        let cpu = DeviceKind::Cpu.open().unwrap();
        assert_eq!(super::name_of(&cpu), "cpu");
        assert_eq!(super::name_of(&cpu.autodiff()), "cpu");
    }
}
