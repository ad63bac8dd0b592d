//! Lists of recordings, as `find` writes them.

use std::ffi::OsString;
use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use super::input::Input;

/// The longest path. No system allows a longer one, and a file that is no list may have no lines.
const MOST_BYTES: u64 = 64 * 1024;

/// Reads paths from a file or stdin, one after the other.
pub(super) struct FileList {
    path: PathBuf,
    reader: Box<dyn BufRead + Send>,
    separator: u8,
    is_empty: bool,
    has_ended: bool,
}

impl fmt::Debug for FileList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileList")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl FileList {
    /// Open a list; `-` is stdin. The paths end with a line break, or with a NUL byte.
    pub(super) fn open(path: &Path, null: bool) -> io::Result<Self> {
        let reader: Box<dyn BufRead + Send> = match is_stdin(path) {
            true => Box::new(BufReader::new(io::stdin())),
            false if path.is_dir() => return Err(io::Error::other("is a folder, not a list")),
            false => Box::new(BufReader::new(File::open(path)?)),
        };
        Ok(Self {
            path: path.to_owned(),
            reader,
            separator: if null { 0 } else { b'\n' },
            is_empty: true,
            has_ended: false,
        })
    }

    /// Return the next path, or what is wrong with the list.
    pub(super) fn next(&mut self) -> Option<Result<PathBuf, Input>> {
        while !self.has_ended {
            let mut bytes = Vec::new();
            let mut reader = (&mut self.reader).take(MOST_BYTES);
            if let Err(error) = reader.read_until(self.separator, &mut bytes) {
                return Some(self.end(error.to_string()));
            }
            if bytes.pop_if(|last| *last == self.separator).is_none() {
                if bytes.len() as u64 == MOST_BYTES {
                    let reason = "is no list of paths: a line is longer than 64 KB";
                    return Some(self.end(reason.to_owned()));
                }
                self.has_ended = true;
            }
            if self.separator == b'\n' {
                bytes.pop_if(|last| *last == b'\r');
                if self.is_empty && bytes.starts_with(b"\xEF\xBB\xBF") {
                    bytes.drain(..3);
                }
            }
            if bytes.is_empty() {
                continue;
            }
            self.is_empty = false;
            if bytes.contains(&0) {
                let reason = "is no list of lines; if its paths end with NUL bytes, add -0";
                return Some(self.end(reason.to_owned()));
            }
            return Some(Ok(path(bytes)));
        }
        self.is_empty
            .then(|| self.end("lists no recordings".to_owned()))
    }

    fn end(&mut self, reason: String) -> Result<PathBuf, Input> {
        self.has_ended = true;
        self.is_empty = false;
        Err(Input::Nothing(self.path.clone(), reason))
    }
}

/// Return whether a list is read from stdin.
pub(super) fn is_stdin(list: &Path) -> bool {
    list.as_os_str() == "-"
}

#[cfg(unix)]
fn path(bytes: Vec<u8>) -> PathBuf {
    use std::os::unix::ffi::OsStringExt;
    OsString::from_vec(bytes).into()
}

#[cfg(not(unix))]
fn path(bytes: Vec<u8>) -> PathBuf {
    OsString::from(String::from_utf8_lossy(&bytes).into_owned()).into()
}
