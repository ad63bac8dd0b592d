//! A temporary folder, synthetic recordings, and the program.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use serde_json::Value;
use tempfile::TempDir;

const RATE: u32 = 16_000;

/// A recipe that trains within a second.
const TINY: &str = r#"
name = "tiny"
seed = 3

[protocol]
name = "holdout"
folds = 2

[front_end]
duration = 0.5
n_fft = 512
hop_length = 256
n_mels = 16
n_mfcc = 8

[augmentation]
copies = { speeds = [0.9] }
shift = 2

[network]
architecture = "cnn-lstm"
conv = [{ channels = 8, kernel_size = 3, pool = 2 }]
batch_norm = true
lstm = { layers = 1, units = 8 }
pooling = "mean"
dropout = 0.2

[training]
epochs = 3
batch_size = 8
learning_rate = 1e-2
weight_average = 0.9
"#;

/// A temporary folder in which the program runs.
pub(crate) struct Folder(TempDir);

/// The result of running the program.
pub(crate) struct Done {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Folder {
    pub(crate) fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    /// Make a folder with a corpus in `corpus` and a recipe in `tiny.toml`.
    pub(crate) fn with_corpus() -> Self {
        let folder = Self::new();
        fs::write(folder.path("tiny.toml"), TINY).unwrap();
        for actor in 1..=6 {
            for emotion in 1..=8 {
                let name =
                    format!("corpus/Actor_{actor:02}/03-01-{emotion:02}-01-01-01-{actor:02}.wav");
                folder.wav(
                    &name,
                    120.0 * f64::from(emotion) + 10.0 * f64::from(actor),
                    0.5,
                );
            }
        }
        folder
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        let path = self.path(name);
        fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// Write a tone with a frequency in Hz and a duration in seconds.
    pub(crate) fn wav(&self, name: &str, hz: f64, seconds: f64) {
        self.write(name, wav(hz, seconds));
    }

    /// Return the program with arguments, which are separated by spaces.
    pub(crate) fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_undertone"));
        command
            .args(arguments.split_whitespace())
            .current_dir(self.0.path())
            .env("UNDERTONE_CACHE", self.path("cache"))
            // Not the settings of the person who runs the tests.
            .env("XDG_CONFIG_HOME", self.path("config"))
            .env_remove("UNDERTONE_CONFIG")
            .env_remove("NO_COLOR")
            .env_remove("CLICOLOR_FORCE")
            .env("NO_PROXY", "127.0.0.1")
            .stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, arguments: &str) -> Done {
        self.command(arguments).output().unwrap().into()
    }

    /// Run a command that must succeed.
    pub(crate) fn succeed(&self, arguments: &str) -> Done {
        let done = self.run(arguments);
        assert_eq!(done.code, 0, "undertone {arguments}\n{}", done.stderr);
        done
    }

    /// Run a command that must fail with exit code 2 and an error on stderr. Return stderr.
    pub(crate) fn refuse(&self, arguments: &str) -> String {
        let done = self.run(arguments);
        assert_eq!(
            done.code, 2,
            "undertone {arguments}\n{}\n{}",
            done.stdout, done.stderr
        );
        assert_eq!(done.stdout, "", "undertone {arguments}");
        assert!(
            done.stderr.contains("error: "),
            "undertone {arguments}\n{}",
            done.stderr
        );
        done.stderr
    }
}

impl Done {
    /// Parse the output of `--json`.
    pub(crate) fn json(&self) -> Vec<Value> {
        self.stdout
            .lines()
            .map(|line| {
                serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
            })
            .collect()
    }
}

impl From<Output> for Done {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }
}

/// Return a mono WAV file of 16 bits.
pub(crate) fn wav(hz: f64, seconds: f64) -> Vec<u8> {
    let count = (seconds * f64::from(RATE)) as u32;
    let size = 2 * count;
    let mut bytes = Vec::with_capacity(44 + size as usize);
    bytes.extend(b"RIFF");
    bytes.extend((36 + size).to_le_bytes());
    bytes.extend(b"WAVEfmt ");
    bytes.extend(16_u32.to_le_bytes());
    for half in [1_u16, 1] {
        bytes.extend(half.to_le_bytes()); // PCM, mono
    }
    bytes.extend(RATE.to_le_bytes());
    bytes.extend((2 * RATE).to_le_bytes());
    for half in [2_u16, 16] {
        bytes.extend(half.to_le_bytes()); // bytes a frame, bits a sample
    }
    bytes.extend(b"data");
    bytes.extend(size.to_le_bytes());
    for n in 0..count {
        let phase = f64::from(n) / f64::from(RATE) * hz * std::f64::consts::TAU;
        let sample = 0.4 * phase.sin() + 0.2 * (2.0 * phase).sin();
        bytes.extend(((sample * 32_767.0) as i16).to_le_bytes());
    }
    bytes
}

/// Return a run of the tiny recipe under `holdout`, trained once for all tests that only read it.
pub(crate) fn trained_run() -> &'static Path {
    static RUN: OnceLock<PathBuf> = OnceLock::new();
    RUN.get_or_init(|| {
        let run = Path::new(env!("CARGO_TARGET_TMPDIR")).join("trained-run");
        let _ = fs::remove_dir_all(&run);
        let folder = Folder::with_corpus();
        let run_name = run.display();
        folder.succeed(&format!("train tiny.toml --corpus corpus --out {run_name}"));
        run
    })
}

/// Return `--model` with a small trained model.
pub(crate) fn model() -> String {
    format!("--model {}", trained_run().join("model").display())
}
