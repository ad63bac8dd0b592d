//! A corpus: a set of labeled clips.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::{
    CorpusError, Emotion, Gender, Intensity, LabelScheme, Problem, RavdessName, Utterance,
    manifest, ravdess,
};

/// A set of labeled clips, and what was wrong with those that had to be skipped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Corpus {
    /// The folder that was scanned, or the one that the manifest lies in.
    pub root: PathBuf,
    /// The clips, in an order that depends on names only: a folder's by RAVDESS name, a
    /// manifest's by row. Never empty.
    pub utterances: Vec<Utterance>,
    /// What was skipped, and why.
    pub problems: Vec<Problem>,
    /// Which of RAVDESS's 1440 spoken clips a scanned folder lacks. Empty for a manifest.
    pub missing: Vec<RavdessName>,
}

impl Corpus {
    /// Opens a corpus: a folder is scanned for RAVDESS clips, a `.csv` file is read as a manifest.
    ///
    /// # Errors
    /// Where nothing can be used: see [`CorpusError`]. What concerns single clips is in
    /// [`Corpus::problems`].
    pub fn open(path: &Path) -> Result<Self, CorpusError> {
        let is_csv = path
            .extension()
            .is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => Self::scan_ravdess(path),
            Ok(_) if is_csv => Self::from_manifest(path),
            Ok(_) => Err(CorpusError::NotACorpus {
                path: path.to_owned(),
            }),
            Err(error) => Err(open_error(path, error)),
        }
    }

    /// Scans a folder and all below it for RAVDESS clips (`.wav`, `.flac`). Links are followed;
    /// of two clips with one name the first by path is kept.
    ///
    /// # Errors
    /// Where the folder can't be listed or holds no clip.
    pub fn scan_ravdess(folder: &Path) -> Result<Self, CorpusError> {
        let ravdess::Scan {
            utterances,
            problems,
            missing,
        } = ravdess::scan(folder).map_err(|error| open_error(folder, error))?;
        if utterances.is_empty() {
            return Err(CorpusError::NoClips {
                path: folder.to_owned(),
                problems,
            });
        }
        Ok(Self {
            root: folder.to_owned(),
            utterances,
            problems,
            missing,
        })
    }

    /// Reads a manifest: a CSV with the columns `path`, `emotion`, `speaker` and, if it likes,
    /// `gender` and `split`; others are ignored. Paths are relative to the manifest's folder.
    ///
    /// # Errors
    /// Where a row can't be understood (with its line) or no row can be used. Rows without a
    /// recording and repeated rows are [`Corpus::problems`].
    pub fn from_manifest(csv: &Path) -> Result<Self, CorpusError> {
        let text = fs::read(csv).map_err(|error| open_error(csv, error))?;
        let root = csv.parent().unwrap_or(Path::new("")).to_owned();
        let (utterances, problems) =
            manifest::read(&text, csv, &root).map_err(|reason| CorpusError::Manifest {
                path: csv.to_owned(),
                reason,
            })?;
        if utterances.is_empty() {
            return Err(CorpusError::NoClips {
                path: csv.to_owned(),
                problems,
            });
        }
        Ok(Self {
            root,
            utterances,
            problems,
            missing: Vec::new(),
        })
    }

    /// Writes the corpus as a manifest, with paths relative to the manifest's folder, so that
    /// [`Corpus::from_manifest`] gives the same utterances in the same order. A file that is
    /// there already is replaced.
    ///
    /// # Errors
    /// Where the file can't be written or a clip's path is not Unicode.
    pub fn write_manifest(&self, csv: &Path) -> Result<(), CorpusError> {
        manifest::write(&self.utterances, csv)
    }

    /// How many clips each emotion has, in RAVDESS's order, absent ones too.
    pub fn emotion_counts(&self) -> [(Emotion, usize); 8] {
        Emotion::ALL.map(|emotion| (emotion, self.count(|clip| clip.emotion == emotion)))
    }

    /// How many clips each label of a scheme has, in the scheme's order, absent ones too.
    pub fn label_counts(&self, scheme: LabelScheme) -> Vec<(&'static str, usize)> {
        let labels = scheme.labels().iter().enumerate();
        labels
            .map(|(label, &name)| {
                (
                    name,
                    self.count(|clip| scheme.label_of(clip.emotion) == label),
                )
            })
            .collect()
    }

    /// How many clips are female and male; `None` stands for clips without a known gender.
    pub fn gender_counts(&self) -> BTreeMap<Option<Gender>, usize> {
        self.tally(|clip| clip.gender)
    }

    /// How many clips are normal and strong; `None` stands for clips without a RAVDESS name.
    pub fn intensity_counts(&self) -> BTreeMap<Option<Intensity>, usize> {
        self.tally(|clip| clip.ravdess.map(|name| name.intensity()))
    }

    /// How many clips each speaker has.
    pub fn speaker_counts(&self) -> BTreeMap<&str, usize> {
        self.tally(|clip| clip.speaker.as_str())
    }

    fn count(&self, belongs: impl Fn(&Utterance) -> bool) -> usize {
        self.utterances.iter().filter(|clip| belongs(clip)).count()
    }

    fn tally<'a, K: Ord>(&'a self, key: impl Fn(&'a Utterance) -> K) -> BTreeMap<K, usize> {
        let mut counts = BTreeMap::new();
        for clip in &self.utterances {
            *counts.entry(key(clip)).or_insert(0) += 1;
        }
        counts
    }
}

fn open_error(path: &Path, reason: io::Error) -> CorpusError {
    let path = path.to_owned();
    match reason.kind() {
        io::ErrorKind::NotFound => CorpusError::NotFound { path },
        _ => CorpusError::Unreadable { path, reason },
    }
}
