//! Who speaks in which recording.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::manifest;
use crate::{
    ColumnNames, Corpus, CorpusError, CorpusFormat, CorpusOptions, CorpusSource, VocalChannels,
};

/// The speakers of recordings, from a corpus or from a table that needs no labels.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Speakers {
    /// The speaker of each recording by its real path; `None` for one that has several.
    of_recording: HashMap<PathBuf, Option<String>>,
}

impl Speakers {
    /// Read the speakers of a corpus: a folder of a known one, or a manifest. A manifest needs the
    /// columns of the path and the speaker, and no others.
    ///
    /// # Errors
    /// If the corpus cannot be opened, or it names no speaker.
    pub fn open(source: &CorpusSource, columns: &ColumnNames) -> Result<Self, CorpusError> {
        let path = &source.path;
        let is_table = matches!(source.format, None | Some(CorpusFormat::Manifest));
        if is_table && !path.is_dir() {
            let bytes = fs::read(path).map_err(|error| CorpusError::of_opening(path, error))?;
            let root = path.parent().unwrap_or(Path::new(""));
            let rows = manifest::speakers(&bytes, root, columns);
            let rows = rows.map_err(|reason| CorpusError::Manifest {
                path: path.clone(),
                reason,
            })?;
            return Ok(rows.into_iter().collect());
        }
        let options = CorpusOptions {
            channels: VocalChannels::All,
            columns: columns.clone(),
            ..CorpusOptions::default()
        };
        let clips = Corpus::open_with(source, &options)?.utterances.into_iter();
        let speakers: Self = clips
            .filter_map(|clip| Some((clip.path, clip.speaker?)))
            .collect();
        match speakers.of_recording.is_empty() {
            true => Err(CorpusError::NoSpeakers { path: path.clone() }),
            false => Ok(speakers),
        }
    }

    /// Return the speaker of a recording. `None` if it has none, or several.
    pub fn of(&self, recording: &Path) -> Option<&str> {
        let path = fs::canonicalize(recording).ok()?;
        self.of_recording.get(&path)?.as_deref()
    }
}

/// Collect recordings with their speakers. Recordings that do not exist are left out.
impl FromIterator<(PathBuf, String)> for Speakers {
    fn from_iter<T: IntoIterator<Item = (PathBuf, String)>>(rows: T) -> Self {
        let mut speakers = Self::default();
        for (path, speaker) in rows {
            let Ok(path) = fs::canonicalize(path) else {
                continue;
            };
            let known = speakers.of_recording.entry(path);
            let known = known.or_insert_with(|| Some(speaker.clone()));
            if known.as_ref() != Some(&speaker) {
                *known = None;
            }
        }
        speakers
    }
}
