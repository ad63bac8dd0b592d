//! Files that appear whole or not at all.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::listing::PREFIX;

/// A file that appears under its name on [`AtomicFile::commit`] and not before. If it is dropped,
/// nothing is left of it.
///
/// The content is written to a file with a random name in the same folder, so that two writers of
/// one name do not meet. The last one to commit wins.
#[derive(Debug)]
pub struct AtomicFile {
    unfinished: NamedTempFile,
    path: PathBuf,
}

impl AtomicFile {
    /// Begin a file. A link is followed, and an existing file's permissions are kept.
    ///
    /// # Errors
    /// If the folder cannot be written.
    pub fn create(path: &Path) -> io::Result<Self> {
        let path = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let folder = match path.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        };
        // Not `tempfile_in`: its files are readable by their owner only.
        let unfinished = tempfile::Builder::new()
            .prefix(PREFIX)
            .suffix(".tmp")
            .make_in(folder, |path| File::create_new(path))?;
        // Tells `remove_abandoned` that its owner lives. Some file systems have no locks.
        let _ = unfinished.as_file().try_lock();
        if let Ok(found) = std::fs::metadata(&path) {
            unfinished.as_file().set_permissions(found.permissions())?;
        }
        Ok(Self { unfinished, path })
    }

    /// Flush the content to the disk and give the file its name.
    ///
    /// # Errors
    /// If the content cannot be flushed or the name cannot be replaced. Then nothing is left.
    pub fn commit(self) -> io::Result<()> {
        self.unfinished.as_file().sync_all()?;
        self.unfinished.persist(&self.path)?;
        Ok(())
    }

    /// Do the same, but never replace a file. If there is one now, the content stays under another
    /// name, which the error tells.
    ///
    /// # Errors
    /// If the content cannot be flushed, or there is a file of the name.
    pub fn commit_new(self) -> io::Result<()> {
        self.unfinished.as_file().sync_all()?;
        let Err(error) = self.unfinished.persist_noclobber(&self.path) else {
            return Ok(());
        };
        if error.error.kind() != io::ErrorKind::AlreadyExists {
            return Err(error.error);
        }
        let (_, unfinished) = error.file.keep()?;
        // Under its own name it would count as a leftover.
        let stem = unfinished.file_stem().unwrap_or_default().to_string_lossy();
        let mut kept = self.path.clone().into_os_string();
        kept.push(format!(".{}", stem.trim_start_matches(PREFIX)));
        let kept = PathBuf::from(kept);
        std::fs::rename(&unfinished, &kept)?;
        Err(io::Error::new(
            io::ErrorKind::AlreadyExists,
            format!(
                "another program wrote it meanwhile; the results are in {}",
                kept.display()
            ),
        ))
    }
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.unfinished.as_file_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.unfinished.as_file_mut().flush()
    }
}

impl Seek for AtomicFile {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.unfinished.as_file_mut().seek(position)
    }
}

/// Write a file so that it holds its whole new content or is as it was before, also if the process
/// is killed or the disk is full.
///
/// A link is followed. If the target is no regular file (a pipe, `/dev/stdout`), it is written to
/// and not replaced.
///
/// # Errors
/// If the file cannot be written; then it is as it was.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write_atomically_with(path, |file| file.write_all(bytes))
}

/// Do the same as [`write_atomically`], with the content written piece by piece.
///
/// # Errors
/// If `write` returns an error or the file cannot be written; then it is as it was.
pub fn write_atomically_with<E: From<io::Error>>(
    path: &Path,
    write: impl FnOnce(&mut File) -> Result<(), E>,
) -> Result<(), E> {
    if std::fs::metadata(path).is_ok_and(|found| !found.is_file()) {
        return write(&mut File::options().write(true).open(path)?);
    }
    let mut file = AtomicFile::create(path)?;
    write(file.unfinished.as_file_mut())?;
    Ok(file.commit()?)
}
