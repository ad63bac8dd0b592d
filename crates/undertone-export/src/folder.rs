//! The folder of an export.

use std::fs;
use std::path::{Path, PathBuf};

use undertone_files::{FolderRules, OutputFolder, list_files, write_atomically};
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

/// How an export's files are told from the user's: by the mark, and by their names.
const RULES: FolderRules = FolderRules {
    command: "export",
    names: &[],
    written,
    // The folder is uploaded or served as a whole.
    exclusive: true,
};

/// The folder of an export in the making.
pub(crate) struct NewFolder<'a> {
    output: OutputFolder,
    interrupt: &'a Interrupt,
}

impl<'a> NewFolder<'a> {
    /// Begin the folder of a request.
    ///
    /// # Errors
    /// If the folder may not be written, or if it is or contains `model`'s folder or the working
    /// directory.
    pub(crate) fn begin(request: &Request<'a>, model: Option<&Path>) -> Result<Self, ExportError> {
        let out = request.out;
        if let Ok(present) = fs::canonicalize(out) {
            let holds = |inner: Option<PathBuf>| inner.is_some_and(|it| it.starts_with(&present));
            if holds(model.and_then(|model| fs::canonicalize(model).ok())) {
                return Err(ExportError::OverTheModel(out.to_owned()));
            }
            if holds(std::env::current_dir().ok()) {
                return Err(ExportError::OverCurrent(out.to_owned()));
            }
        }
        Ok(Self {
            output: OutputFolder::begin(out, RULES, request.force)?,
            interrupt: request.interrupt,
        })
    }

    /// The folder while it is in the making.
    pub(crate) fn path(&self) -> PathBuf {
        self.output.path()
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

    /// Put the folder in its place, and return its files with their sizes in bytes, by name.
    pub(crate) fn finish(self) -> Result<Vec<(PathBuf, u64)>, ExportError> {
        self.check_interrupt()?;
        let out = self.output.target().to_owned();
        let size = |name: String| {
            let path = out.join(&name);
            let metadata = fs::metadata(&path).map_err(io(&path))?;
            Ok((PathBuf::from(name), metadata.len()))
        };
        let files: Result<Vec<_>, ExportError> =
            self.output.publish()?.into_iter().map(size).collect();
        let mut files = files?;
        files.sort();
        Ok(files)
    }

    /// An error about a file, under the name that it was to have.
    fn as_in_out(&self, name: &str) -> impl FnOnce(std::io::Error) -> ExportError {
        let path = self.output.target().join(name);
        move |source| ExportError::Io { path, source }
    }
}

/// List the files of an earlier export in a folder. A model's own folder has files of the same
/// names, but no mark.
fn written(folder: &Path) -> Vec<String> {
    let attributes = fs::read_to_string(folder.join(ATTRIBUTES)).unwrap_or_default();
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let is_onnx = entries.map(|entry| entry.file_name()).eq(["model.onnx"]);
    if !is_onnx && attributes.lines().next() != Some(MARK) {
        return Vec::new();
    }
    let files = list_files(folder).unwrap_or_default();
    let is_ours = |file: &String| WRITTEN.contains(&file.split('/').next().unwrap_or_default());
    files.into_iter().filter(is_ours).collect()
}

/// The system's error about a path.
fn io(path: &Path) -> impl FnOnce(std::io::Error) -> ExportError {
    let path = path.to_owned();
    move |source| ExportError::Io { path, source }
}
