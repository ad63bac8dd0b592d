//! Where results are written: stdout, or a file that appears when it is whole.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use undertone_files::AtomicFile;

use crate::output::{self, Closed};
use crate::unfinished::{Earlier, Rows, Unfinished};

/// Stdout, or the file of `--out`.
pub(crate) struct Sink {
    target: Target,
    path: Option<PathBuf>,
    /// Whether a file that exists may be replaced.
    force: bool,
}

enum Target {
    Stdout,
    File(BufWriter<AtomicFile>),
    /// A file that an interrupted run leaves for `--resume`.
    Growing(Unfinished),
    /// An output that cannot be replaced, such as a pipe.
    Device(File),
}

impl Sink {
    /// Open a file, or stdout. Without `force`, a file that exists is an error.
    pub(crate) fn open(path: Option<&Path>, force: bool) -> anyhow::Result<Self> {
        let target = match path {
            None => Target::Stdout,
            Some(path) => {
                let shown = || format!("cannot write {}", path.display());
                match std::fs::metadata(path) {
                    Ok(found) if found.is_dir() => {
                        bail!("{}: is a folder; name a file", path.display())
                    }
                    Ok(_) if is_device(path) => {
                        let file = File::options().write(true).open(path);
                        Target::Device(file.with_context(shown)?)
                    }
                    Ok(_) if !force => {
                        bail!("{}: the file exists; --force replaces it", path.display())
                    }
                    _ => {
                        let file = AtomicFile::create(path).with_context(shown)?;
                        Target::File(BufWriter::new(file))
                    }
                }
            }
        };
        Ok(Self {
            target,
            path: path.map(Path::to_owned),
            force,
        })
    }

    /// Write the rows of a batch. With `resume`, continue what an earlier run left, and return what
    /// it has.
    pub(crate) fn open_batch(
        path: &Path,
        force: bool,
        resume: bool,
        rows: &Rows,
    ) -> anyhow::Result<(Self, Earlier)> {
        if is_device(path) {
            return Ok((Self::open(Some(path), force)?, Earlier::default()));
        }
        // A link stays, and what it leads to is replaced.
        let real = std::fs::canonicalize(path);
        let path = real.as_deref().unwrap_or(path);
        let (file, earlier) = match resume {
            true => Unfinished::resume(path, rows)?,
            false if path.exists() && !force => {
                bail!("{}: the file exists; --force replaces it", path.display())
            }
            false => (Unfinished::begin(path, force)?, Earlier::default()),
        };
        let sink = Self {
            target: Target::Growing(file),
            path: Some(path.to_owned()),
            force: force || resume,
        };
        Ok((sink, earlier))
    }

    /// Write a whole file at once.
    #[cfg(feature = "train")]
    pub(crate) fn save(
        path: &Path,
        force: bool,
        write: impl FnOnce(&mut Self) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let mut sink = Self::open(Some(path), force)?;
        let written = write(&mut sink);
        written.with_context(|| format!("cannot write {}", path.display()))?;
        sink.finish()
    }

    /// Write to stdout.
    #[cfg(feature = "train")]
    pub(crate) fn print(write: impl FnOnce(&mut Self) -> anyhow::Result<()>) -> anyhow::Result<()> {
        let mut sink = Self::open(None, false)?;
        let written = write(&mut sink).and_then(|()| sink.finish());
        written.map_err(|error| match error.downcast::<io::Error>() {
            Ok(error) => Self::explained(None, error),
            Err(error) => error,
        })
    }

    /// Return whether results go to a terminal.
    pub(crate) fn is_terminal(&self) -> bool {
        matches!(self.target, Target::Stdout) && io::stdout().is_terminal()
    }

    /// Return whether results are colored.
    pub(crate) fn is_colored(&self) -> bool {
        matches!(self.target, Target::Stdout) && output::is_colored(&io::stdout())
    }

    /// Return what an error of writing means: nobody reads stdout, or the file cannot be written.
    pub(crate) fn explained(path: Option<&Path>, error: io::Error) -> anyhow::Error {
        match path {
            None if error.kind() == io::ErrorKind::BrokenPipe => Closed.into(),
            None => anyhow::Error::new(error).context("cannot write to stdout"),
            Some(path) => {
                anyhow::Error::new(error).context(format!("cannot write {}", path.display()))
            }
        }
    }

    /// Write what is left, and give the file its name.
    pub(crate) fn finish(mut self) -> anyhow::Result<()> {
        let path = self.path.clone();
        let force = self.force;
        let finished = self.flush().and_then(|()| match self.target {
            Target::File(file) => {
                let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
                match force {
                    true => file.commit(),
                    false => file.commit_new(),
                }
            }
            Target::Growing(file) => file.finish(force),
            _ => Ok(()),
        });
        finished.map_err(|error| Self::explained(path.as_deref(), error))
    }
}

/// Return whether a path is written to and not replaced: a pipe, a terminal, `/dev/stdout`.
fn is_device(path: &Path) -> bool {
    let found = std::fs::metadata(path);
    path.starts_with("/dev") || found.is_ok_and(|found| !found.is_file() && !found.is_dir())
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.target {
            Target::Stdout => io::stdout().lock().write(bytes),
            Target::File(file) => file.write(bytes),
            Target::Growing(file) => file.write(bytes),
            Target::Device(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.target {
            Target::Stdout => io::stdout().lock().flush(),
            // A file needs no reader meanwhile.
            Target::File(_) => Ok(()),
            Target::Growing(file) => file.flush(),
            Target::Device(file) => file.flush(),
        }
    }
}
