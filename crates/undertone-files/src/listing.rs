//! The files in a folder.

use std::ffi::OsStr;
use std::io;
use std::path::Path;

use walkdir::WalkDir;

/// The beginning of the names of unfinished files and folders.
pub(crate) const PREFIX: &str = ".undertone-";

/// Return whether a name in a folder is that of a file or folder of this crate that is not
/// finished. A killed process leaves such names behind; they are no content.
pub fn is_unfinished(name: &OsStr) -> bool {
    name.to_string_lossy().starts_with(PREFIX)
}

/// List all files below a folder, sorted, relative to it and with `/` between the parts.
/// Unfinished files are left out, and links are not followed.
///
/// # Errors
/// If a folder cannot be read.
pub fn list_files(folder: &Path) -> io::Result<Vec<String>> {
    let mut files = files_below(folder).collect::<io::Result<Vec<_>>>()?;
    files.sort();
    Ok(files)
}

/// Iterate over the files of [`list_files`] in the order of the walk.
pub(crate) fn files_below(folder: &Path) -> impl Iterator<Item = io::Result<String>> {
    let entries = WalkDir::new(folder)
        .min_depth(1)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| !is_unfinished(entry.file_name()) || entry.depth() == 0);
    let is_folder = |entry: &walkdir::DirEntry| entry.file_type().is_dir();
    entries
        .filter(move |entry| !entry.as_ref().is_ok_and(is_folder))
        .map(move |entry| {
            let entry = entry?;
            let path = entry.path().strip_prefix(folder).unwrap_or(entry.path());
            let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
            Ok(parts.join("/"))
        })
}
