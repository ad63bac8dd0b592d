//! Reading recordings, and parts of long ones.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::decode::io_error;
use crate::{DecodeError, DecodeErrorKind, DecodeOptions, Recording, decode_path};

/// The number of files that are remembered. Utterances of one file usually come one after another,
/// and every thread reads another file.
const REMEMBERED: usize = 4;
/// How far the end of a part may lie behind the end of its recording, in seconds. Annotations are
/// often rounded.
const ROUNDING: f64 = 0.05;

/// Reads recordings, whole or in parts. A file that is read in parts is decoded once for all of
/// them, as long as few other files come in between. Can be shared between threads.
#[derive(Debug)]
pub struct Recordings {
    max_seconds: f64,
    recent: Mutex<VecDeque<Arc<SourceFile>>>,
}

/// A part of a recording: its start and end in seconds. Without an end, to the end of the
/// recording.
pub type Part = (f64, Option<f64>);

impl Recordings {
    /// A recording that is read in parts may have this many seconds, one hour, even if a whole one
    /// may not. All of it is decoded.
    pub const LONGEST_IN_PARTS: f64 = 3600.0;

    /// Make a reader that remembers nothing yet. `options` say how long a recording may be.
    pub fn new(options: &DecodeOptions) -> Self {
        Self {
            max_seconds: options.max_seconds,
            recent: Mutex::default(),
        }
    }

    /// Decode a file, or a part of it.
    ///
    /// # Errors
    /// As [`decode_path`], and [`DecodeErrorKind::Part`] if the part is not inside the recording.
    pub fn read(&self, path: &Path, part: Option<Part>) -> Result<Recording, DecodeError> {
        match part {
            None => {
                let max_seconds = self.max_seconds;
                decode_path(path, &DecodeOptions { max_seconds })
            }
            Some(part) => self.open(path)?.part(part),
        }
    }

    /// Open a file to read parts of it.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn open(&self, path: &Path) -> Result<Arc<SourceFile>, DecodeError> {
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        let place = recent.iter().position(|file| file.path == path);
        if let Some(file) = place.and_then(|place| recent.remove(place)) {
            recent.push_back(Arc::clone(&file));
            return Ok(file);
        }
        drop(recent);
        let max_seconds = self.max_seconds.max(Self::LONGEST_IN_PARTS);
        let file = Arc::new(SourceFile::open(path, max_seconds)?);
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        recent.push_back(Arc::clone(&file));
        if recent.len() > REMEMBERED {
            recent.pop_front();
        }
        Ok(file)
    }
}

/// A file that is read in parts.
#[derive(Debug)]
pub struct SourceFile {
    path: PathBuf,
    max_seconds: f64,
    hash: [u8; 32],
    decoded: Mutex<Option<Arc<Recording>>>,
}

impl SourceFile {
    fn open(path: &Path, max_seconds: f64) -> Result<Self, DecodeError> {
        let hash = || -> Result<[u8; 32], DecodeErrorKind> {
            let file = std::fs::File::open(path).map_err(io_error)?;
            let mut hasher = blake3::Hasher::new();
            hasher.update_reader(file).map_err(io_error)?;
            Ok(hasher.finalize().into())
        };
        Ok(Self {
            hash: hash().map_err(|kind| DecodeError::from(kind).with_path(path))?,
            path: path.to_owned(),
            max_seconds,
            decoded: Mutex::default(),
        })
    }

    /// Return the BLAKE3 hash of the file's bytes.
    pub fn hash(&self) -> &[u8; 32] {
        &self.hash
    }

    /// Return a part of the recording. An end up to 0.05 s behind the recording is its end.
    ///
    /// # Errors
    /// As [`decode_path`], and [`DecodeErrorKind::Part`] if the part is not inside the recording.
    pub fn part(&self, (start, end): Part) -> Result<Recording, DecodeError> {
        let whole = self.whole()?;
        let seconds = whole.duration();
        let last = end.unwrap_or(seconds);
        let inside = 0.0 <= start && start < last && start < seconds && last <= seconds + ROUNDING;
        let rate = f64::from(whole.sample_rate);
        let index = |seconds: f64| ((seconds * rate).round() as usize).min(whole.samples.len());
        let range = index(start)..index(last);
        if !inside || range.is_empty() {
            let kind = DecodeErrorKind::Part {
                start,
                end: last,
                seconds,
            };
            return Err(DecodeError::from(kind).with_path(&self.path));
        }
        Ok(Recording {
            samples: whole.samples[range].to_vec(),
            sample_rate: whole.sample_rate,
            channels: whole.channels,
            warnings: whole.warnings.clone(),
        })
    }

    /// Return the whole recording. Threads that ask at the same time wait for one decoding.
    fn whole(&self) -> Result<Arc<Recording>, DecodeError> {
        let mut decoded = self.decoded.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(recording) = &*decoded {
            return Ok(Arc::clone(recording));
        }
        let options = DecodeOptions {
            max_seconds: self.max_seconds,
        };
        let recording = Arc::new(decode_path(&self.path, &options)?);
        *decoded = Some(Arc::clone(&recording));
        Ok(recording)
    }
}
