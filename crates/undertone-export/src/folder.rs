//! Folders that appear whole or not at all.

use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use undertone_files::write_atomically;
use undertone_lab::Interrupt;

use crate::error::ExportError;
use crate::request::Request;

const ATTRIBUTES: &str = ".gitattributes";

/// Everything that an export may have written, relative to its folder; what is below a folder of
/// this list counts too.
const WRITTEN: [&str; 16] = [
    ".dockerignore",
    ATTRIBUTES,
    "Dockerfile",
    "NOTICE",
    "README.md",
    "SHA256SUMS",
    "config.json",
    "feature_extraction_undertone.py",
    "model",
    "model.onnx",
    "model.safetensors",
    "modeling_undertone.py",
    "onnx",
    "preprocessor_config.json",
    "samples",
    "undertone",
];

/// The first line of the `.gitattributes` of an export.
const MARK: &str = "# Written by undertone export.";

/// A folder in the making: it lies beside the one it becomes, and vanishes if it is dropped.
pub(crate) struct NewFolder<'a> {
    /// Holds the folder in the making, and what was in its place before.
    beside: TempDir,
    out: PathBuf,
    interrupt: &'a Interrupt,
}

impl<'a> NewFolder<'a> {
    /// Begins the folder of a request.
    ///
    /// # Errors
    /// If it is there and not to be replaced, holds what no export wrote, or is `model`'s folder or
    /// around it; if nothing can be written beside it.
    pub(crate) fn begin(request: &Request<'a>, model: Option<&Path>) -> Result<Self, ExportError> {
        let out = request.out;
        if let Some(file) = out.ancestors().find(|path| path.exists() && !path.is_dir()) {
            return Err(ExportError::NoFolder(file.to_owned()));
        }
        let out = match fs::canonicalize(out) {
            Ok(present) => {
                check_replaceable(out, &present, model, request.force)?;
                present
            }
            Err(_) if out.is_symlink() => return Err(ExportError::DeadLink(out.to_owned())),
            Err(_) => out.to_owned(),
        };
        let parent = match out.parent() {
            Some(parent) if parent != Path::new("") => parent,
            _ => Path::new("."),
        };
        fs::create_dir_all(parent).map_err(io(parent))?;
        let beside = tempfile::Builder::new()
            .prefix(".undertone-export-")
            .tempdir_in(parent)
            .map_err(io(parent))?;
        let folder = Self {
            beside,
            out,
            interrupt: request.interrupt,
        };
        let path = folder.path();
        fs::create_dir(&path).map_err(io(&path))?;
        Ok(folder)
    }

    /// The folder while it is in the making.
    pub(crate) fn path(&self) -> PathBuf {
        self.beside.path().join("new")
    }

    /// Whether to go on; all that is written so far vanishes with the error.
    fn check_interrupt(&self) -> Result<(), ExportError> {
        match self.interrupt.is_requested() {
            true => Err(ExportError::Interrupted),
            false => Ok(()),
        }
    }

    /// Writes a file, `name` relative to the folder.
    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> Result<(), ExportError> {
        self.check_interrupt()?;
        let path = self.path().join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(io(parent))?;
        }
        write_atomically(&path, bytes).map_err(self.as_in_out(name))
    }

    /// Writes the `.gitattributes` that a repository of the Hub needs: it takes no other files than
    /// text, unless git keeps them in its large file storage.
    pub(crate) fn write_attributes(&self, patterns: &[&str]) -> Result<(), ExportError> {
        let mut text = format!("{MARK}\n");
        for pattern in patterns {
            text += &format!("{pattern} filter=lfs diff=lfs merge=lfs -text\n");
        }
        self.write(ATTRIBUTES, text.as_bytes())
    }

    /// Copies a file from elsewhere with its permissions.
    pub(crate) fn copy(&self, from: &Path, name: &str) -> Result<(), ExportError> {
        self.check_interrupt()?;
        let path = self.path().join(name);
        let copied = fs::copy(from, &path).and_then(|_| fs::File::open(&path)?.sync_all());
        copied.map_err(self.as_in_out(name))
    }

    /// Puts the folder in its place, and gives its files with their sizes, by name.
    pub(crate) fn finish(self) -> Result<Vec<(PathBuf, u64)>, ExportError> {
        self.check_interrupt()?;
        let mut files = Vec::new();
        list(&self.path(), Path::new(""), &mut files)?;
        files.sort();
        let before = self.beside.path().join("before");
        match fs::rename(&self.out, &before) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(io(&self.out)(error));
            }
            replaced => {
                let put = fs::rename(self.path(), &self.out);
                if put.is_err() && replaced.is_ok() {
                    // The error to report is the first one.
                    let _ = fs::rename(&before, &self.out);
                }
                put.map_err(io(&self.out))?;
            }
        }
        Ok(files)
    }

    /// An error about a file, under the name that it was to have.
    fn as_in_out(&self, name: &str) -> impl FnOnce(std::io::Error) -> ExportError {
        let path = self.out.join(name);
        move |source| ExportError::Io { path, source }
    }
}

fn check_replaceable(
    out: &Path,
    present: &Path,
    model: Option<&Path>,
    force: bool,
) -> Result<(), ExportError> {
    let holds = |inner: Option<PathBuf>| inner.is_some_and(|inner| inner.starts_with(present));
    if holds(model.and_then(|model| fs::canonicalize(model).ok())) {
        return Err(ExportError::OverTheModel(out.to_owned()));
    }
    if holds(std::env::current_dir().ok()) {
        return Err(ExportError::OverCurrent(out.to_owned()));
    }
    let mut names = Vec::new();
    for entry in fs::read_dir(present).map_err(io(out))? {
        names.push(entry.map_err(io(out))?.file_name());
    }
    names.sort();
    let Some(first) = names.first() else {
        return Ok(());
    };
    let is_foreign = |name: &&OsString| !WRITTEN.iter().any(|own| **name == **own);
    let foreign = match names.iter().find(is_foreign) {
        None if !is_export(present, &names) => Some(first),
        foreign => foreign,
    };
    match foreign {
        Some(found) => Err(ExportError::Foreign {
            path: out.to_owned(),
            found: found.into(),
        }),
        None if force => Ok(()),
        None => Err(ExportError::Exists(out.to_owned())),
    }
}

/// Whether an export made the folder; a model's own folder has files of the same names.
fn is_export(folder: &Path, names: &[OsString]) -> bool {
    let is_onnx = matches!(names, [name] if name == "model.onnx");
    let attributes = fs::read_to_string(folder.join(ATTRIBUTES)).unwrap_or_default();
    is_onnx || attributes.lines().next() == Some(MARK)
}

/// All files below `folder`, with their sizes.
fn list(folder: &Path, below: &Path, files: &mut Vec<(PathBuf, u64)>) -> Result<(), ExportError> {
    for entry in fs::read_dir(folder).map_err(io(folder))? {
        let entry = entry.map_err(io(folder))?;
        let (path, name) = (entry.path(), below.join(entry.file_name()));
        let metadata = fs::metadata(&path).map_err(io(&path))?;
        if metadata.is_dir() {
            list(&path, &name, files)?;
        } else {
            files.push((name, metadata.len()));
        }
    }
    Ok(())
}

/// The system's error about a path.
fn io(path: &Path) -> impl FnOnce(std::io::Error) -> ExportError {
    let path = path.to_owned();
    move |source| ExportError::Io { path, source }
}
