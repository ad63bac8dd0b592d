//! The transfer of one file: resume, check, lock.

use std::fs::TryLockError;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::time::Instant;

use fs_err::{self as fs, File, OpenOptions};
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256};
use ureq::Body;
use ureq::http::{HeaderMap, Response as HttpResponse, StatusCode};

use crate::client::{Client, header, refusal};
use crate::error::TransferError;
use crate::pace::Pace;
use crate::progress::{Progress, Step};

const BUFFER: usize = 64 * 1024;

/// A file on a server.
pub(crate) struct RemoteFile<'a> {
    /// The name that progress reports show.
    pub(crate) name: &'a str,
    pub(crate) url: &'a str,
    /// In bytes.
    pub(crate) size: u64,
    /// `None` if only the size is known.
    pub(crate) hash: Option<Hash<'a>>,
}

/// A hash in hexadecimal digits.
#[derive(Clone, Copy)]
pub(crate) enum Hash<'a> {
    Md5(&'a str),
    Sha256(&'a str),
    /// The SHA-1 that git computes of a file: of `blob SIZE`, a zero byte, and the content.
    Git(&'a str),
}

/// The bytes of a file from `start` on.
struct Response {
    start: u64,
    body: Box<dyn Read>,
}

/// Open a partial file, or create it with its folders.
pub(crate) fn open_partial(path: &Path) -> Result<File, TransferError> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    Ok(OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)?)
}

/// Lock a file for this process, and return whether that was possible.
///
/// A file system without locks counts as success: the hash still guards the result.
pub(crate) fn try_lock(file: &File) -> bool {
    !matches!(file.try_lock(), Err(TryLockError::WouldBlock))
}

impl RemoteFile<'_> {
    /// Complete the partial file `part` and check it. A file with a wrong hash is deleted.
    ///
    /// If the hash is wrong and the beginning of the file came from an earlier call, the whole file
    /// is downloaded once more.
    pub(crate) fn download(
        &self,
        client: &Client,
        part: &mut File,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<(), TransferError> {
        let is_wrong = |checked: &Result<(), TransferError>| {
            matches!(checked, Err(TransferError::WrongHash { .. }))
        };
        let was_resumed = self.complete(client, part, progress)?;
        let mut checked = self.check(part, progress);
        if was_resumed && is_wrong(&checked) {
            part.set_len(0)?;
            self.complete(client, part, progress)?;
            checked = self.check(part, progress);
        }
        if is_wrong(&checked) {
            fs::remove_file(part.path())?;
        }
        checked
    }

    /// Download the missing bytes, and return whether bytes of an earlier call were used.
    fn complete(
        &self,
        client: &Client,
        part: &mut File,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<bool, TransferError> {
        let mut have = part.metadata()?.len();
        if have > self.size {
            part.set_len(0)?;
            have = 0;
        }
        if have == self.size {
            return Ok(have > 0);
        }
        let Response { start, mut body } = self.request(client, have)?;
        if start == 0 {
            part.set_len(0)?;
        }
        part.seek(SeekFrom::Start(start))?;
        let mut done = start;
        let mut buffer = vec![0; BUFFER];
        let mut pace = Pace::new(Instant::now());
        progress(self.progress(Step::Downloading, done));
        while done < self.size {
            let interrupted = |reason: String| TransferError::Interrupted {
                url: self.url.to_owned(),
                done,
                total: self.size,
                reason,
            };
            let count = match body.read(&mut buffer) {
                Ok(0) => return Err(interrupted("the connection was closed".to_owned())),
                Ok(count) => count,
                Err(error) => return Err(interrupted(error.to_string())),
            };
            if !pace.is_kept(Instant::now(), count as u64) {
                return Err(interrupted("the server sends too slowly".to_owned()));
            }
            let received = done + count as u64;
            if received > self.size {
                part.set_len(0)?;
                return Err(self.wrong_size(received));
            }
            part.write_all(&buffer[..count])?;
            done = received;
            progress(self.progress(Step::Downloading, done));
        }
        Ok(start > 0)
    }

    /// Request the bytes from `have` on. A server that does not serve this range is asked for the
    /// whole file.
    fn request(&self, client: &Client, have: u64) -> Result<Response, TransferError> {
        if have > 0 {
            let response = client.get(self.url, have)?;
            match response.status() {
                StatusCode::PARTIAL_CONTENT => match content_range(response.headers()) {
                    Some((_, Some(total))) if total != self.size => {
                        return Err(self.wrong_size(total));
                    }
                    Some((start, _)) if start == have => return Ok(from(start, response)),
                    _ => {}
                },
                StatusCode::RANGE_NOT_SATISFIABLE => {}
                _ => return self.whole(response),
            }
        }
        self.whole(client.get(self.url, 0)?)
    }

    fn whole(&self, response: HttpResponse<Body>) -> Result<Response, TransferError> {
        match response.body().content_length() {
            _ if response.status() != StatusCode::OK => Err(refusal(self.url, &response)),
            Some(length) if length != self.size => Err(self.wrong_size(length)),
            _ => Ok(from(0, response)),
        }
    }

    /// Compare the hash of `file` with the expected one.
    pub(crate) fn check(
        &self,
        file: &mut File,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<(), TransferError> {
        let (algorithm, expected, found) = match self.hash {
            None => return Ok(()),
            Some(Hash::Md5(expected)) => {
                let found = self.digest(Md5::new(), file, progress)?;
                ("MD5", expected, found)
            }
            Some(Hash::Sha256(expected)) => {
                let found = self.digest(Sha256::new(), file, progress)?;
                ("SHA-256", expected, found)
            }
            Some(Hash::Git(expected)) => {
                let mut hasher = Sha1::new();
                hasher.update(format!("blob {}\0", self.size));
                (
                    "git's SHA-1",
                    expected,
                    self.digest(hasher, file, progress)?,
                )
            }
        };
        if found.eq_ignore_ascii_case(expected) {
            return Ok(());
        }
        Err(TransferError::WrongHash {
            url: self.url.to_owned(),
            algorithm,
            expected: expected.to_owned(),
            found,
        })
    }

    fn digest<D: Digest>(
        &self,
        mut hasher: D,
        file: &mut File,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<String, TransferError> {
        file.rewind()?;
        let mut buffer = vec![0; BUFFER];
        let mut done = 0;
        loop {
            let count = file.read(&mut buffer)?;
            if count == 0 {
                let hash = hasher.finalize();
                return Ok(hash.iter().map(|byte| format!("{byte:02x}")).collect());
            }
            hasher.update(&buffer[..count]);
            done += count as u64;
            progress(self.progress(Step::Checking, done));
        }
    }

    fn progress(&self, step: Step, done: u64) -> Progress<'_> {
        Progress {
            step,
            file: self.name,
            done,
            total: self.size,
        }
    }

    fn wrong_size(&self, found: u64) -> TransferError {
        TransferError::WrongSize {
            url: self.url.to_owned(),
            expected: self.size,
            found,
        }
    }
}

fn from(start: u64, response: HttpResponse<Body>) -> Response {
    Response {
        start,
        body: Box::new(response.into_body().into_reader()),
    }
}

/// Return start and total of `Content-Range: bytes START-END/TOTAL`; the total may be `*`.
fn content_range(headers: &HeaderMap) -> Option<(u64, Option<u64>)> {
    let (range, total) = header(headers, "content-range")?
        .strip_prefix("bytes ")?
        .split_once('/')?;
    let (start, _) = range.split_once('-')?;
    Some((start.trim().parse().ok()?, total.trim().parse().ok()))
}
