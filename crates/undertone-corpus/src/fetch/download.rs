//! Bringing the archive onto the disk and checking it.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

use md5::{Digest, Md5};

use super::client::{Answer, ask};
use super::{FetchError, Progress, Source};

const BUFFER: usize = 64 * 1024;

/// Completes the partial archive `file` at `path` and checks it.
///
/// If it's wrong although it has the right size, and began with what an earlier call had left,
/// that beginning is distrusted and everything is downloaded once more.
pub(super) fn download(
    source: &Source,
    file: &mut File,
    path: &Path,
    progress: &mut dyn FnMut(Progress),
) -> Result<(), FetchError> {
    let mut have = file
        .metadata()
        .map_err(FetchError::io("look at the download", path))?
        .len();
    if have > source.size {
        truncate(file, path)?;
        have = 0;
    }
    let resumed = complete(source, file, path, have, progress)?;
    let mut found = hash(source, file, path, progress)?;
    if found != source.md5 && resumed {
        truncate(file, path)?;
        complete(source, file, path, 0, progress)?;
        found = hash(source, file, path, progress)?;
    }
    if found == source.md5 {
        return Ok(());
    }
    fs::remove_file(path).map_err(FetchError::io("remove the wrong download", path))?;
    Err(FetchError::WrongHash {
        url: source.url(),
        expected: source.md5.clone(),
        found,
    })
}

/// Checks an archive that the user put there.
pub(super) fn check_by_hand(
    source: &Source,
    file: &mut File,
    path: &Path,
    progress: &mut dyn FnMut(Progress),
) -> Result<(), FetchError> {
    let wrong = |what: String| FetchError::NotTheArchive {
        path: path.to_owned(),
        what,
    };
    let size = file
        .metadata()
        .map_err(FetchError::io("look at the archive", path))?
        .len();
    if size != source.size {
        return Err(wrong(format!("{size} bytes instead of {}", source.size)));
    }
    let found = hash(source, file, path, progress)?;
    if found != source.md5 {
        return Err(wrong(format!("MD5 {found} instead of {}", source.md5)));
    }
    Ok(())
}

/// Downloads what lacks after the first `have` bytes. Whether those bytes were made use of.
fn complete(
    source: &Source,
    file: &mut File,
    path: &Path,
    have: u64,
    progress: &mut dyn FnMut(Progress),
) -> Result<bool, FetchError> {
    if have == source.size {
        return Ok(true);
    }
    let Answer { start, mut body } = ask(source, have)?;
    if start == 0 {
        truncate(file, path)?;
    }
    file.seek(SeekFrom::Start(start))
        .map_err(FetchError::io("write the download", path))?;
    let mut done = start;
    let mut buffer = vec![0; BUFFER];
    progress(Progress::Downloading {
        done,
        total: source.size,
    });
    while done < source.size {
        let interrupted = |reason: String| FetchError::Interrupted {
            url: source.url(),
            done,
            total: source.size,
            reason,
        };
        let count = match body.read(&mut buffer) {
            Ok(0) => return Err(interrupted("the connection was closed".to_owned())),
            Ok(count) => count,
            Err(error) => return Err(interrupted(error.to_string())),
        };
        let excess = (done + count as u64).saturating_sub(source.size);
        if excess > 0 {
            truncate(file, path)?;
            let found = source.size + excess;
            return Err(FetchError::WrongSize {
                url: source.url(),
                expected: source.size,
                found,
            });
        }
        file.write_all(&buffer[..count])
            .map_err(FetchError::io("write the download", path))?;
        done += count as u64;
        progress(Progress::Downloading {
            done,
            total: source.size,
        });
    }
    Ok(start > 0)
}

fn truncate(file: &mut File, path: &Path) -> Result<(), FetchError> {
    file.set_len(0)
        .map_err(FetchError::io("write the download", path))
}

/// The file's MD5 in hexadecimal digits.
fn hash(
    source: &Source,
    file: &mut File,
    path: &Path,
    progress: &mut dyn FnMut(Progress),
) -> Result<String, FetchError> {
    file.rewind()
        .map_err(FetchError::io("read the download", path))?;
    let mut hasher = Md5::new();
    let mut buffer = vec![0; BUFFER];
    let mut done = 0;
    loop {
        let count = file
            .read(&mut buffer)
            .map_err(FetchError::io("read the download", path))?;
        if count == 0 {
            break;
        }
        hasher.update(&buffer[..count]);
        done += count as u64;
        progress(Progress::Checking {
            done,
            total: source.size,
        });
    }
    Ok(hasher
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect())
}
