//! Where a page may be written.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use crate::error::ReportError;

/// Checks that a report may be written into a folder: it is not there, or it is empty, or `force`
/// says so.
///
/// # Errors
/// [`ReportError::Exists`] and [`ReportError::NotAFolder`].
pub fn check_folder(folder: &Path, force: bool) -> Result<(), ReportError> {
    match fs::read_dir(folder) {
        Ok(entries) => match entries.count() {
            found if found > 0 && !force => Err(ReportError::Exists {
                path: folder.to_owned(),
            }),
            _ => Ok(()),
        },
        Err(error) if error.kind() == ErrorKind::NotADirectory => Err(ReportError::NotAFolder {
            path: folder.to_owned(),
        }),
        // Whatever else is the matter comes to light when the page is written.
        Err(_) => Ok(()),
    }
}
