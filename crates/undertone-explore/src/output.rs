//! The folder of an exploration.

use std::path::{Path, PathBuf};

use fs_err as fs;
use serde::Deserialize;
use undertone_files::{FolderError, FolderRules, OutputFolder, list_files};

use crate::ExploreError;
use crate::exploration::{Clip, Exploration, Progress, Watcher};
use crate::flow::{UNKNOWN, gender_of, intensity_of};
use crate::page::page;

/// The page's own file.
const PAGE: &str = "index.html";
/// The table of clips.
const TABLE: &str = "clips.csv";
/// The numbers for programs.
const SUMMARY: &str = "summary.json";

/// How an exploration's files are told from the user's: `summary.json` lists them.
const RULES: FolderRules = FolderRules {
    command: "explore",
    names: &[PAGE, TABLE, SUMMARY, "figures/"],
    written,
    exclusive: false,
};

/// Begin the folder of an exploration. A folder that holds something is refused, unless `force` is
/// set: then the files of an earlier exploration will be replaced.
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
    /// Writes `index.html`, the figures, `clips.csv` and `summary.json`, and returns the page's path.
    ///
    /// # Errors
    /// Where something can't be drawn or written, or the watcher stops it; then the folder is as it
    /// was before.
    pub fn save(
        &self,
        output: OutputFolder,
        watcher: Watcher<'_>,
    ) -> Result<PathBuf, ExploreError> {
        let folder = output.path();
        (watcher.observe)(Progress::Drawing);
        let page = page(self)?;
        watcher.check()?;
        (watcher.observe)(Progress::Writing);
        page.save(&folder)?;
        self.write_table(&folder.join(TABLE))?;
        let mut summary = self.summary();
        summary.files = list_files(&folder)?;
        summary.files.push(SUMMARY.to_owned());
        // The page last.
        summary
            .files
            .sort_by_key(|file| (file == PAGE, file.clone()));
        fs::write(folder.join(SUMMARY), serde_json::to_vec_pretty(&summary)?)?;
        watcher.check()?;
        let page = output.target().join(PAGE);
        output.publish()?;
        Ok(page)
    }

    fn write_table(&self, path: &Path) -> Result<(), ExploreError> {
        let mut table = csv::Writer::from_writer(fs::File::create(path)?);
        table.write_record(COLUMNS)?;
        let mut places = vec![Vec::new(); self.clips.len()];
        for (projection, column) in [(&self.projection.pca, 0), (&self.projection.tsne, 2)] {
            for place in projection {
                places[place.clip].resize(column, String::new());
                places[place.clip].extend([place.x, place.y].map(|v| format!("{v:.4}")));
            }
        }
        let mut rows: Vec<(usize, Vec<String>)> = self
            .clips
            .iter()
            .zip(places)
            .map(|(clip, mut places)| {
                places.resize(4, String::new());
                let mut row = self.columns(clip);
                row.append(&mut places);
                row.push(String::new());
                (clip.index, row)
            })
            .collect();
        rows.extend(self.unreadable.iter().map(|clip| {
            let mut row = self.names(clip.index);
            row.resize(COLUMNS.len() - 1, String::new());
            row.push(clip.reason.clone());
            (clip.index, row)
        }));
        rows.sort_by_key(|(index, _)| *index);
        for (_, row) in rows {
            table.write_record(row)?;
        }
        Ok(table.flush()?)
    }

    fn names(&self, index: usize) -> Vec<String> {
        let utterance = &self.corpus.utterances[index];
        let known = |name: &str| if name == UNKNOWN { "" } else { name }.to_owned();
        let scheme = self.options.scheme;
        vec![
            self.path_of(index),
            utterance.emotion.to_string(),
            scheme.labels()[scheme.label_of(utterance.emotion)].to_owned(),
            utterance.speaker.clone(),
            known(gender_of(utterance)),
            known(intensity_of(utterance)),
        ]
    }

    fn columns(&self, clip: &Clip) -> Vec<String> {
        let measures = &clip.measures;
        let with = |decimals: usize| move |value: f64| format!("{value:.decimals$}");
        let maybe = |value: Option<f64>, decimals| value.map_or_else(String::new, with(decimals));
        let pitch = measures.pitch.as_ref();
        let mut row = self.names(clip.index);
        row.extend([
            measures.sample_rate.to_string(),
            measures.channels.to_string(),
            with(4)(measures.seconds),
            with(4)(measures.kept.start),
            with(4)(measures.kept.end),
            with(4)(measures.kept_seconds()),
            maybe(measures.level.rms_db, 2),
            maybe(measures.level.peak_db, 2),
            measures.level.clipping.samples.to_string(),
            measures.level.clipping.runs.to_string(),
            maybe(measures.noise.map(|noise| noise.db), 2),
            measures
                .noise
                .map_or_else(String::new, |noise| noise.at_least.to_string()),
            maybe(pitch.map(|pitch| pitch.median_hz), 1),
            maybe(pitch.map(|pitch| pitch.low_hz), 1),
            maybe(pitch.map(|pitch| pitch.high_hz), 1),
            maybe(pitch.map(|pitch| pitch.range_semitones()), 2),
            with(4)(measures.voiced_share),
            measures.syllables.to_string(),
            maybe(measures.syllables_per_second(), 3),
        ]);
        row
    }
}

/// The columns of the table of clips.
const COLUMNS: [&str; 30] = [
    "path",
    "emotion",
    "label",
    "speaker",
    "gender",
    "intensity",
    "sample_rate",
    "channels",
    "seconds",
    "kept_from",
    "kept_to",
    "kept_seconds",
    "rms_dbfs",
    "peak_dbfs",
    "clipped_samples",
    "clipped_runs",
    "snr_db",
    "snr_at_least",
    "f0_median_hz",
    "f0_5_percent_hz",
    "f0_95_percent_hz",
    "f0_range_semitones",
    "voiced_share",
    "syllables",
    "syllables_per_second",
    "pca_1",
    "pca_2",
    "tsne_1",
    "tsne_2",
    "unreadable",
];
