//! Feature matrices of a whole corpus: the first ones in memory, the others in a temporary file.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use undertone_audio::FeatureMatrix;

use crate::error::LabError;

/// Bytes of features that stay in memory: several thousand clips, as most corpora have, and an
/// eighth of a machine with 8 GiB. The system holds the file in memory too while it has enough.
const IN_MEMORY: usize = 1 << 30;

/// Holds matrices in memory up to a limit, and the others in a temporary file.
///
/// The system removes the file when the process ends, however it ends. It is read and not mapped:
/// the pages of a map count as memory of the process.
#[derive(Debug)]
pub(crate) struct Spill {
    folder: Option<PathBuf>,
    /// Bytes that may still stay in memory.
    free: AtomicUsize,
    file: Mutex<Option<Arc<SpillFile>>>,
}

impl Spill {
    /// Put the file into `folder` if it can be written to, else into the system's folder of
    /// temporary files.
    pub(crate) fn new(folder: Option<&Path>) -> Self {
        Self::beyond(IN_MEMORY, folder)
    }

    /// Do the same with another limit in bytes.
    pub(crate) fn beyond(limit: usize, folder: Option<&Path>) -> Self {
        Self {
            folder: folder.map(Path::to_owned),
            free: AtomicUsize::new(limit),
            file: Mutex::default(),
        }
    }

    /// Take a matrix.
    ///
    /// # Errors
    /// If the temporary file cannot be made or written.
    pub(super) fn keep(&self, matrix: FeatureMatrix) -> Result<StoredMatrix, LabError> {
        let bytes = size_of_val(&matrix.values[..]);
        let rest = |free: usize| free.checked_sub(bytes);
        let fits = self
            .free
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, rest);
        if fits.is_ok() {
            return Ok(StoredMatrix::InMemory(matrix));
        }
        let file = self.file()?;
        Ok(StoredMatrix::InFile {
            start: file.append(&matrix.values)?,
            file,
            bands: matrix.bands,
            frames: matrix.frames,
        })
    }

    /// Return the file. Make it if there is none.
    fn file(&self) -> Result<Arc<SpillFile>, LabError> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = &*file {
            return Ok(Arc::clone(file));
        }
        let made = Arc::new(SpillFile::new(self.folder.as_deref())?);
        Ok(Arc::clone(file.insert(made)))
    }
}

/// A temporary file of numbers.
#[derive(Debug)]
pub(crate) struct SpillFile {
    folder: PathBuf,
    file: Mutex<File>,
}

impl SpillFile {
    fn new(folder: Option<&Path>) -> Result<Self, LabError> {
        let of_system = std::env::temp_dir();
        let folders = folder.into_iter().chain([&*of_system]);
        let mut reasons = Vec::new();
        for folder in folders {
            match tempfile::tempfile_in(folder) {
                Ok(file) => {
                    return Ok(Self {
                        folder: folder.to_owned(),
                        file: Mutex::new(file),
                    });
                }
                Err(error) => reasons.push(error.to_string()),
            }
        }
        Err(LabError::TemporaryFile {
            message: format!("cannot be made: {}", reasons.join("; ")),
            folder: of_system,
        })
    }

    /// Write numbers at the end. Return where they begin.
    fn append(&self, values: &[f32]) -> Result<u64, LabError> {
        let bytes: Vec<u8> = values.iter().flat_map(|it| it.to_ne_bytes()).collect();
        self.on_file("written", |file| {
            let start = file.seek(SeekFrom::End(0))?;
            file.write_all(&bytes)?;
            Ok(start)
        })
    }

    /// Read `count` numbers.
    fn read(&self, start: u64, count: usize) -> Result<Vec<f32>, LabError> {
        let mut bytes = vec![0; count * size_of::<f32>()];
        self.on_file("read", |file| {
            file.seek(SeekFrom::Start(start))?;
            file.read_exact(&mut bytes)
        })?;
        let (numbers, _) = bytes.as_chunks::<4>();
        Ok(numbers.iter().copied().map(f32::from_ne_bytes).collect())
    }

    fn on_file<T>(
        &self,
        action: &str,
        act: impl FnOnce(&mut File) -> io::Result<T>,
    ) -> Result<T, LabError> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        act(&mut file).map_err(|error| LabError::TemporaryFile {
            folder: self.folder.clone(),
            message: format!("cannot be {action}: {error}"),
        })
    }
}

/// A matrix in memory or in the temporary file.
#[derive(Debug)]
pub(crate) enum StoredMatrix {
    InMemory(FeatureMatrix),
    InFile {
        file: Arc<SpillFile>,
        start: u64,
        bands: usize,
        frames: usize,
    },
}

impl StoredMatrix {
    /// Return the matrix.
    ///
    /// # Errors
    /// If the temporary file cannot be read.
    pub(crate) fn read(&self) -> Result<Cow<'_, FeatureMatrix>, LabError> {
        match self {
            Self::InMemory(matrix) => Ok(Cow::Borrowed(matrix)),
            &Self::InFile {
                ref file,
                start,
                bands,
                frames,
            } => Ok(Cow::Owned(FeatureMatrix {
                bands,
                frames,
                values: file.read(start, bands * frames)?,
            })),
        }
    }

    /// Return the number of frames.
    pub(crate) fn frames(&self) -> usize {
        match self {
            Self::InMemory(matrix) => matrix.frames,
            Self::InFile { frames, .. } => *frames,
        }
    }

    /// Return the size in bytes.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::InMemory(matrix) => size_of_val(&matrix.values[..]),
            Self::InFile { bands, frames, .. } => bands * frames * size_of::<f32>(),
        }
    }

    pub(super) fn is_in_memory(&self) -> bool {
        matches!(self, Self::InMemory(_))
    }
}

#[cfg(test)]
impl Spill {
    /// Cut the file, so that nothing can be read from it any more.
    pub(crate) fn damage(&self) {
        let cut = |file: &mut File| file.set_len(0);
        self.file().unwrap().on_file("cut", cut).unwrap();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matrix(bands: usize, frames: usize) -> FeatureMatrix {
        let values = (0..bands * frames).map(|it| it as f32 / 3.0 - 1.0);
        FeatureMatrix {
            bands,
            frames,
            values: values.collect(),
        }
    }

    #[test]
    fn matrices_beyond_the_limit_are_in_the_file_and_read_as_they_were() {
        let matrices = [matrix(2, 3), matrix(5, 1), matrix(2, 7), matrix(1, 0)];
        let folder = tempfile::tempdir().unwrap();
        let spill = Spill::beyond(24, Some(folder.path()));
        let stored = matrices
            .each_ref()
            .map(|it| spill.keep(it.clone()).unwrap());
        let in_memory = stored.each_ref().map(StoredMatrix::is_in_memory);
        assert_eq!(in_memory, [true, false, false, true]);
        for (matrix, stored) in matrices.iter().zip(&stored).rev() {
            assert_eq!(&*stored.read().unwrap(), matrix);
            assert_eq!(stored.frames(), matrix.frames);
            assert_eq!(stored.bytes(), 4 * matrix.values.len());
        }
        drop((spill, stored));
        assert_eq!(folder.path().read_dir().unwrap().count(), 0, "it is left");
    }

    #[test]
    fn without_its_folder_the_file_is_in_that_of_the_system() {
        let missing = Path::new("no such folder");
        let spill = Spill::beyond(0, Some(missing));
        let stored = spill.keep(matrix(2, 2)).unwrap();
        assert_eq!(&*stored.read().unwrap(), &matrix(2, 2));
        assert_eq!(spill.file().unwrap().folder, std::env::temp_dir());
    }

    #[test]
    fn a_file_that_cannot_be_read_is_an_error_that_names_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        let spill = Spill::beyond(0, Some(folder.path()));
        let stored = spill.keep(matrix(2, 2)).unwrap();
        spill.damage();
        let message = stored.read().unwrap_err().to_string();
        assert!(
            message.contains(&folder.path().display().to_string()),
            "{message}"
        );
        assert!(message.contains("cannot be read"), "{message}");
    }
}
