//! Reading files that a stranger may have made.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// What to do about a pointer of Git LFS.
pub const LFS_POINTER: &str = "a pointer of Git LFS instead of the file: run `git lfs pull`";

/// Return whether a file is a pointer of Git LFS: a repository was cloned without its large files.
pub fn is_lfs_pointer(bytes: &[u8]) -> bool {
    bytes.starts_with(b"version https://git-lfs")
}

/// Read a regular file of at most `limit` bytes. A link is followed.
///
/// A model folder comes from others. A named pipe in it would wait for a writer for ever, and
/// `/dev/zero` or a sparse file of terabytes would fill the memory.
///
/// # Errors
/// If the file cannot be read, is no regular file, is larger, or is a pointer of Git LFS.
pub fn read_regular(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    // Opening a pipe waits, so its kind is asked first.
    let found = std::fs::metadata(path)?;
    if !found.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    let too_large = || io::Error::other(format!("larger than {limit} bytes"));
    if found.len() > limit {
        return Err(too_large());
    }
    let mut bytes = Vec::with_capacity(found.len() as usize);
    // The file may grow meanwhile.
    File::open(path)?.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(too_large());
    }
    match is_lfs_pointer(&bytes) {
        true => Err(io::Error::other(LFS_POINTER)),
        false => Ok(bytes),
    }
}
