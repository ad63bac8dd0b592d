//! The folder of an evaluation: a page, the report, and the predictions of all clips.

use std::path::{Path, PathBuf};

use undertone_figures::page::Page;
use undertone_files::{FolderRules, OutputFolder, write_atomically};
use undertone_lab::{LabError, RunRecord};

use crate::error::ReportError;
use crate::task::ReportTask;

const REPORT: &str = "report.json";
const CLIPS_CSV: &str = "clips.csv";
const CLIPS_JSON: &str = "clips.json";

/// The rules for the folder: the page lists its figures by linking to them.
const RULES: FolderRules = FolderRules {
    command: "evaluate",
    names: &["index.html", REPORT, CLIPS_CSV, CLIPS_JSON, "figures/"],
    written: |folder| {
        let mut files = Page::saved_in(folder);
        if !files.is_empty() {
            files.extend([REPORT, CLIPS_CSV, CLIPS_JSON].map(str::to_owned));
        }
        files
    },
    exclusive: false,
};

/// Begin the folder of an evaluation. A folder that is not empty is refused, unless `force` is set:
/// then the files of an earlier evaluation are replaced.
///
/// # Errors
/// [`ReportError::Folder`] if the folder may not be written.
pub fn evaluation_folder(folder: &Path, force: bool) -> Result<OutputFolder, ReportError> {
    Ok(OutputFolder::begin(folder, RULES, force)?)
}

/// Write the page of an evaluation, its report as `report.json`, and the predictions of all clips
/// as `clips.csv` and `clips.json`. Return the path of the page. Clips to listen to are read from
/// the folder `corpus`.
///
/// # Errors
/// If a figure cannot be drawn or a file cannot be written. Then the folder is as it was.
pub fn save_evaluation<P: ReportTask>(
    record: &RunRecord<P>,
    corpus: &Path,
    folder: OutputFolder,
) -> Result<PathBuf, ReportError> {
    let records = std::slice::from_ref(record);
    P::page(records, &P::summary(records)?, Some(corpus))?.save(&folder.path())?;
    let write = |name: &str, bytes: &[u8]| {
        write_atomically(&folder.path().join(name), bytes).map_err(LabError::from)
    };
    if let Some(report) = &record.report {
        write(REPORT, report.to_json().map_err(LabError::from)?.as_bytes())?;
    }
    let predictions = record.test_predictions();
    let table = P::to_csv(&record.targets, &predictions);
    write(CLIPS_CSV, table.as_bytes())?;
    let clips = serde_json::to_vec_pretty(&predictions).map_err(LabError::from)?;
    write(CLIPS_JSON, &clips)?;
    let page = folder.target().join("index.html");
    folder.publish()?;
    Ok(page)
}
