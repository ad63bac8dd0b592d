//! The folder of a report.

use std::path::{Path, PathBuf};

use undertone_figures::page::Page;
use undertone_files::{FolderRules, OutputFolder};

use crate::error::ReportError;

/// The rules for the folder: the page lists its figures by linking to them.
const RULES: FolderRules = FolderRules {
    command: "report",
    names: &["index.html", "figures/"],
    written: Page::saved_in,
    exclusive: false,
};

/// Begin the folder of a report. A folder that is not empty is refused, unless `force` is set: then
/// the files of an earlier report are replaced.
///
/// # Errors
/// [`ReportError::Folder`] if the folder may not be written.
pub fn output_folder(folder: &Path, force: bool) -> Result<OutputFolder, ReportError> {
    Ok(OutputFolder::begin(folder, RULES, force)?)
}

/// Write a page into its folder and return the path of `index.html`.
///
/// # Errors
/// If a figure cannot be drawn or a file cannot be written. Then the folder is as it was.
pub fn save_page(page: &Page, output: OutputFolder) -> Result<PathBuf, ReportError> {
    page.save(&output.path())?;
    let path = output.target().join("index.html");
    output.publish()?;
    Ok(path)
}
