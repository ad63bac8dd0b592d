//! The folder of an export.

use std::path::{Path, PathBuf};

use fs_err::{self as fs, File};
use undertone_files::{FolderRules, OutputFolder, list_files, write_atomically};
use undertone_lab::Interrupt;

use crate::error::ExportError;
use crate::request::Request;

const ATTRIBUTES: &str = ".gitattributes";

/// The files and folders that an export may write, relative to its folder.
const WRITTEN: [&str; 33] = [
    ".dockerignore",
    ATTRIBUTES,
    "Dockerfile",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "MODEL.md",
    "NOTICE",
    "README.md",
    "SHA256SUMS",
    "assets",
    "config.json",
    "engine.packed",
    "feature_extraction_undertone.py",
    "index.d.ts",
    "index.html",
    "index.js",
    "load-engine.js",
    "manifest.webmanifest",
    "model",
    "model.json",
    "model.onnx",
    "model.packed",
    "model.safetensors",
    "modeling_undertone.py",
    "onnx",
    "package.json",
    "predict.py",
    "preprocessor_config.json",
    "sample.flac",
    "samples",
    "service-worker.js",
    "undertone",
    "undertone.js",
];

/// The first line of the `.gitattributes` of an export.
const MARK: &str = "# Written by undertone export.";

/// The export's files have a known name, in a folder with the mark. All others are the user's.
const RULES: FolderRules = FolderRules {
    command: "export",
    names: &[],
    written,
    // The folder is uploaded or served as a whole.
    exclusive: true,
};

/// The unfinished folder of an export.
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

    /// Return the path of the unfinished folder.
    pub(crate) fn path(&self) -> PathBuf {
        self.output.path()
    }

    /// Return an error if the user has stopped the export. Dropping the folder removes its files.
    fn check_interrupt(&self) -> Result<(), ExportError> {
        match self.interrupt.is_requested() {
            true => Err(ExportError::Interrupted),
            false => Ok(()),
        }
    }

    /// Write a file. `name` is relative to the folder.
    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> Result<(), ExportError> {
        self.check_interrupt()?;
        let path = self.path().join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        Ok(write_atomically(&path, bytes)?)
    }

    /// Write `.gitattributes`. The Hub accepts binary files only in git's large file storage.
    pub(crate) fn write_attributes(&self, patterns: &[&str]) -> Result<(), ExportError> {
        let mut text = format!("{MARK}\n");
        for pattern in patterns {
            text += &format!("{pattern} filter=lfs diff=lfs merge=lfs -text\n");
        }
        self.write(ATTRIBUTES, text.as_bytes())
    }

    /// Copy a file with its permissions.
    pub(crate) fn copy(&self, from: &Path, name: &str) -> Result<(), ExportError> {
        self.check_interrupt()?;
        let path = self.path().join(name);
        fs::copy(from, &path)?;
        Ok(File::open(&path)?.sync_all()?)
    }

    /// Put the folder in its place, and return its files with their sizes in bytes, by name.
    pub(crate) fn finish(self) -> Result<Vec<(PathBuf, u64)>, ExportError> {
        self.check_interrupt()?;
        let out = self.output.target().to_owned();
        let size = |name: String| {
            let metadata = fs::metadata(out.join(&name))?;
            Ok((PathBuf::from(name), metadata.len()))
        };
        let files: Result<Vec<_>, ExportError> =
            self.output.publish()?.into_iter().map(size).collect();
        let mut files = files?;
        files.sort();
        Ok(files)
    }
}

/// List the files of an earlier export in a folder. A model's own folder has files of the same
/// names, but no mark.
fn written(folder: &Path) -> Vec<String> {
    let attributes = fs::read_to_string(folder.join(ATTRIBUTES)).unwrap_or_default();
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    // Earlier versions wrote only this file for ONNX Runtime.
    let is_onnx = entries.map(|entry| entry.file_name()).eq(["model.onnx"]);
    if !is_onnx && attributes.lines().next() != Some(MARK) {
        return Vec::new();
    }
    let files = list_files(folder).unwrap_or_default();
    let is_ours = |file: &String| WRITTEN.contains(&file.split('/').next().unwrap_or_default());
    files.into_iter().filter(is_ours).collect()
}
