//! The folder of an exploration.

use std::path::{Path, PathBuf};

use fs_err as fs;
use serde::Deserialize;
use undertone_files::{FolderError, FolderRules, OutputFolder, list_files};

use crate::error::ExploreError;
use crate::exploration::Exploration;
use crate::page::page;
use crate::watch::{ExploreProgress, Watcher};

/// The page.
const PAGE: &str = "index.html";
/// The table of clips.
const TABLE: &str = "clips.csv";
/// The numbers for programs.
const SUMMARY: &str = "summary.json";

/// The rules for the folder: `summary.json` lists the files of an exploration.
const RULES: FolderRules = FolderRules {
    command: "explore",
    names: &[PAGE, TABLE, SUMMARY, "figures/"],
    written,
    exclusive: false,
};

/// Begin the folder of an exploration. A folder that is not empty is refused, unless `force` is
/// set: then the files of an earlier exploration are replaced.
///
/// # Errors
/// If the folder may not be written; see [`FolderError`].
pub fn output_folder(target: &Path, force: bool) -> Result<OutputFolder, FolderError> {
    OutputFolder::begin(target, RULES, force)
}

/// Read the list of files that an earlier exploration wrote into a folder.
fn written(folder: &Path) -> Vec<String> {
    #[derive(Deserialize)]
    struct Earlier {
        files: Vec<String>,
    }
    let earlier = fs::read(folder.join(SUMMARY))
        .ok()
        .and_then(|text| serde_json::from_slice::<Earlier>(&text).ok());
    earlier.map_or_else(Vec::new, |earlier| earlier.files)
}

impl Exploration<'_> {
    /// Write `index.html`, the figures, `clips.csv` and `summary.json`, and return the page's path.
    ///
    /// # Errors
    /// If a figure cannot be drawn, a file cannot be written or the watcher stops it. Then the
    /// folder is as it was before.
    pub fn save(
        &self,
        output: OutputFolder,
        watcher: Watcher<'_>,
    ) -> Result<PathBuf, ExploreError> {
        let folder = output.path();
        (watcher.observe)(ExploreProgress::Drawing);
        let page = page(self)?;
        watcher.check()?;
        (watcher.observe)(ExploreProgress::Writing);
        page.save(&folder)?;
        self.write_table(&folder.join(TABLE))?;
        let mut summary = self.summary();
        summary.files = list_files(&folder)?;
        summary.files.push(SUMMARY.to_owned());
        // The page comes last.
        summary
            .files
            .sort_by_key(|file| (file == PAGE, file.clone()));
        fs::write(folder.join(SUMMARY), serde_json::to_vec_pretty(&summary)?)?;
        watcher.check()?;
        let page = output.target().join(PAGE);
        output.publish()?;
        Ok(page)
    }
}
