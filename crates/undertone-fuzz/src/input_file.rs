//! The input that is being parsed, on disk: it remains if the process is aborted.

use std::fs::{self, File};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

pub(crate) struct InputFile {
    path: PathBuf,
    file: File,
}

impl InputFile {
    /// Create the file for the parser `name`.
    ///
    /// # Panics
    /// If the folder for temporary files cannot be written to.
    pub(crate) fn create(name: &str) -> Self {
        let folder = std::env::temp_dir().join("undertone-fuzz");
        let path = folder.join(format!("{}-{}.input", file_name(name), std::process::id()));
        let file = fs::create_dir_all(&folder).and_then(|()| File::create(&path));
        match file {
            Ok(file) => Self { path, file },
            Err(error) => panic!("cannot write {}: {error}", path.display()),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Replace the content with `input`.
    pub(crate) fn write(&mut self, input: &[u8]) {
        let written = (self.file.seek(SeekFrom::Start(0)))
            .and_then(|_| self.file.write_all(input))
            .and_then(|()| self.file.set_len(input.len() as u64));
        if let Err(error) = written {
            panic!("cannot write {}: {error}", self.path.display());
        }
    }

    /// Keep `input` beside this file, and return where.
    pub(crate) fn keep(&self, input: &[u8], index: u64) -> PathBuf {
        let path = self.path.with_extension(format!("{index}.find"));
        // The panic that follows tells the seed too, which gives the input again.
        let _ = fs::write(&path, input);
        path
    }
}

impl Drop for InputFile {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

fn file_name(name: &str) -> String {
    let plain = |letter: char| {
        if letter.is_ascii_alphanumeric() {
            letter
        } else {
            '-'
        }
    };
    name.chars().map(plain).collect()
}
