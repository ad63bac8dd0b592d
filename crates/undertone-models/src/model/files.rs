//! Where the files of a model are: in a folder, or in memory.

use std::borrow::Cow;
use std::io;
use std::path::{Path, PathBuf};

use undertone_files::read_regular;

use super::names::{CONFIG_FILE, FUNASR_CONFIG_FILE, WEIGHTS_FILE};
use crate::weights::{Checkpoint, CheckpointError};

/// The names and the contents of the files of a model that stays in memory.
pub type FilesInMemory = &'static [(&'static str, &'static [u8])];

/// The files of a model.
#[derive(Debug, Clone, Copy)]
pub(super) struct ModelFiles<'a> {
    origin: &'a Path,
    /// All files, if they are in memory.
    in_memory: Option<FilesInMemory>,
}

impl<'a> ModelFiles<'a> {
    /// The files of a folder.
    pub(super) fn in_folder(folder: &'a Path) -> Self {
        Self {
            origin: folder,
            in_memory: None,
        }
    }

    /// Files in memory. `origin` is the folder in error messages.
    pub(super) fn in_memory(origin: &'a Path, files: FilesInMemory) -> Self {
        Self {
            origin,
            in_memory: Some(files),
        }
    }

    /// Return the folder, for error messages.
    pub(super) fn folder(&self) -> &'a Path {
        self.origin
    }

    /// Return the path of a file, for error messages.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.origin.join(name)
    }

    /// Return whether there is a file of that name.
    pub(super) fn has(&self, name: &str) -> bool {
        match self.in_memory {
            Some(_) => self.content(name).is_some(),
            None => self.path(name).is_file(),
        }
    }

    /// Return whether the files have the layout of FunASR.
    pub(super) fn are_of_funasr(&self) -> bool {
        !self.has(CONFIG_FILE) && self.has(FUNASR_CONFIG_FILE)
    }

    /// Read a file of at most `limit` bytes.
    ///
    /// # Errors
    /// If the file cannot be read, is no regular file, or is larger.
    pub(super) fn read(&self, name: &str, limit: u64) -> io::Result<Cow<'static, [u8]>> {
        match self.in_memory {
            Some(_) => {
                let content = self.content(name).map(Cow::Borrowed);
                content.ok_or_else(|| io::ErrorKind::NotFound.into())
            }
            None => read_regular(&self.path(name), limit).map(Cow::Owned),
        }
    }

    /// Open the weights as a checkpoint.
    ///
    /// # Errors
    /// As [`Checkpoint::open`].
    pub(super) fn checkpoint(&self) -> Result<Checkpoint, CheckpointError> {
        match self.content(WEIGHTS_FILE) {
            Some(bytes) => Checkpoint::from_bytes(&self.path(WEIGHTS_FILE), bytes),
            None => Checkpoint::open(self.origin),
        }
    }

    fn content(&self, name: &str) -> Option<&'static [u8]> {
        let mut files = self.in_memory?.iter();
        Some(files.find(|(file, _)| *file == name)?.1)
    }
}
