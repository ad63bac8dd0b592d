//! A folder that is whole or not there.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use serde::Deserialize;
use tempfile::TempDir;

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
/// The folder of figures.
const FIGURES: &str = "figures";

/// Where an exploration will be saved. All is written in a folder of its own and put in its place at
/// the end, so that whatever happens there is never half a page.
#[derive(Debug)]
pub struct OutputFolder {
    target: PathBuf,
    workplace: TempDir,
}

impl OutputFolder {
    /// Checks that `target` can be written before any work is done: it is not there, or an empty
    /// folder, or, with `force`, a folder in which nothing is called what an exploration writes
    /// but what an earlier one wrote.
    ///
    /// # Errors
    /// [`ExploreError::Exists`], [`ExploreError::Foreign`], [`ExploreError::NotAFolder`] or
    /// [`ExploreError::Write`].
    pub fn prepare(target: &Path, force: bool) -> Result<Self, ExploreError> {
        let cannot_write = |path: &Path| {
            let path = path.to_owned();
            |source| ExploreError::Write { path, source }
        };
        let not_a_folder = || ExploreError::NotAFolder {
            path: target.to_owned(),
        };
        // Files are put in their place by renaming them, which needs the same file system: the
        // folder's own, which may be another than the one around it.
        let beside = match fs::read_dir(target) {
            Ok(mut entries) => {
                if !force && entries.next().is_some() {
                    return Err(ExploreError::Exists {
                        path: target.to_owned(),
                    });
                }
                if fs::metadata(target.join(FIGURES)).is_ok_and(|there| !there.is_dir()) {
                    return Err(ExploreError::Foreign {
                        path: target.join(FIGURES),
                    });
                }
                refuse_foreign(target, [PAGE, TABLE, SUMMARY].into_iter())?;
                target.canonicalize().map_err(cannot_write(target))?
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                // A link to nowhere.
                if target.is_symlink() {
                    return Err(not_a_folder());
                }
                let parent = match target.parent() {
                    Some(parent) if parent != Path::new("") => parent,
                    _ => Path::new("."),
                };
                fs::create_dir_all(parent).map_err(cannot_write(parent))?;
                parent.to_owned()
            }
            Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
                return Err(not_a_folder());
            }
            Err(error) => return Err(cannot_write(target)(error)),
        };
        let workplace = tempfile::Builder::new()
            .prefix(".undertone-explore-")
            .tempdir_in(&beside)
            .map_err(cannot_write(&beside))?;
        Ok(Self {
            target: target.to_owned(),
            workplace,
        })
    }

    /// Where the work is done until all of it is. It goes with this value; who ends the process
    /// without dropping it has to remove it.
    pub fn workplace(&self) -> &Path {
        self.workplace.path()
    }

    /// Puts the finished folder in its place: as it is, or file by file among those that are there.
    fn publish(self, finished: &Path, files: &[String]) -> Result<PathBuf, ExploreError> {
        let target = &self.target;
        let at = |path: &Path| {
            let path = path.to_owned();
            |source| ExploreError::Write { path, source }
        };
        if !target.exists() {
            fs::rename(finished, target).map_err(at(target))?;
            return Ok(target.join(PAGE));
        }
        refuse_foreign(target, files.iter().map(String::as_str))?;
        let before = written_before(target);
        for folder in files.iter().filter_map(|file| Path::new(file).parent()) {
            let folder = target.join(folder);
            fs::create_dir_all(&folder).map_err(at(&folder))?;
        }
        for stale in before.iter().filter(|file| !files.contains(file)) {
            // One that is gone already is as good.
            let _ = fs::remove_file(target.join(stale));
        }
        for file in files {
            let path = target.join(file);
            fs::rename(finished.join(file), &path).map_err(at(&path))?;
        }
        Ok(target.join(PAGE))
    }
}

/// That no file in a folder would be replaced but those that an earlier exploration wrote.
fn refuse_foreign<'a>(
    folder: &Path,
    mut files: impl Iterator<Item = &'a str>,
) -> Result<(), ExploreError> {
    let before = written_before(folder);
    let foreign = files.find(|file| {
        !before.iter().any(|ours| ours == file) && fs::symlink_metadata(folder.join(file)).is_ok()
    });
    foreign.map_or(Ok(()), |file| {
        Err(ExploreError::Foreign {
            path: folder.join(file),
        })
    })
}

/// The files that an earlier exploration says it wrote into a folder.
fn written_before(folder: &Path) -> Vec<String> {
    #[derive(Deserialize)]
    struct Before {
        files: Vec<String>,
    }
    let before = fs::read(folder.join(SUMMARY))
        .ok()
        .and_then(|text| serde_json::from_slice::<Before>(&text).ok());
    let inside = |file: &String| {
        let mut parts = Path::new(file).components();
        parts.all(|part| matches!(part, Component::Normal(_)))
    };
    let files = before.map_or_else(Vec::new, |before| before.files);
    files.into_iter().filter(inside).collect()
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
        // Not the temporary folder itself, which nobody else may read.
        let finished = output.workplace.path().join("page");
        (watcher.observe)(Progress::Drawing);
        let page = page(self)?;
        watcher.check()?;
        (watcher.observe)(Progress::Writing);
        page.save(&finished)?;
        self.write_table(&finished.join(TABLE))?;
        let mut files = listed(&finished, Path::new(""))?;
        files.push(SUMMARY.to_owned());
        // The page last: who sees it sees all it links to.
        files.sort_by_key(|file| (file == PAGE, file.clone()));
        let mut summary = self.summary();
        summary.files.clone_from(&files);
        let path = finished.join(SUMMARY);
        fs::write(&path, serde_json::to_vec_pretty(&summary)?)
            .map_err(|source| ExploreError::Write { path, source })?;
        watcher.check()?;
        output.publish(&finished, &files)
    }

    fn write_table(&self, path: &Path) -> Result<(), ExploreError> {
        let failed = |source| ExploreError::Table {
            path: path.to_owned(),
            source,
        };
        let mut table = csv::Writer::from_path(path).map_err(failed)?;
        table.write_record(COLUMNS).map_err(failed)?;
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
            table.write_record(row).map_err(failed)?;
        }
        table.flush().map_err(|source| ExploreError::Write {
            path: path.to_owned(),
            source,
        })
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

/// Every file below a folder, relative to it, with `/` between the parts.
fn listed(folder: &Path, below: &Path) -> Result<Vec<String>, ExploreError> {
    let mut files = Vec::new();
    let here = folder.join(below);
    let failed = |source| ExploreError::Write {
        path: here.clone(),
        source,
    };
    for entry in fs::read_dir(&here).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let path = below.join(entry.file_name());
        if entry.file_type().map_err(failed)?.is_dir() {
            files.append(&mut listed(folder, &path)?);
        } else {
            let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
            files.push(parts.join("/"));
        }
    }
    Ok(files)
}
