//! Files that appear whole or not at all.

use std::fs;
use std::path::Path;

/// Writes a file so that it is there with its whole content or as it was before, also when the
/// process is killed or the disk is full: into a neighbor first, flushed, then renamed.
///
/// A link is followed, and what is no regular file (a pipe, `/dev/stdout`) is written to, not
/// replaced.
///
/// # Errors
/// What the system says; the neighbor is removed then.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    replace_atomically(path, |file| std::io::Write::write_all(file, bytes))
}

/// As [`write_atomically`], with the content written piece by piece.
///
/// # Errors
/// What `write` says, or the system.
pub(crate) fn replace_atomically<E: From<std::io::Error>>(
    path: &Path,
    write: impl FnOnce(&mut fs::File) -> Result<(), E>,
) -> Result<(), E> {
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if fs::metadata(path).is_ok_and(|found| !found.is_file()) {
        return write(&mut fs::File::options().write(true).open(path)?);
    }
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".tmp");
    let neighbor = path.with_file_name(name);
    let written = fs::File::create(&neighbor)
        .map_err(E::from)
        .and_then(|mut file| {
            write(&mut file)?;
            Ok(file.sync_all()?)
        });
    written
        .and_then(|()| Ok(fs::rename(&neighbor, path)?))
        .inspect_err(|_| {
            // The error to report is the first one.
            let _ = fs::remove_file(&neighbor);
        })
}
