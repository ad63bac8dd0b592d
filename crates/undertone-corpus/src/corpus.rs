//! A corpus: a set of labeled clips.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::manifest::{self, Manifest};
use crate::{
    ColumnNames, CorpusError, Emotion, Gender, Intensity, LabelScheme, ManifestNote, RavdessName,
    Skipped, Utterance, VocalChannels, ravdess,
};

/// A set of labeled clips, and a record of the ones that were skipped.
#[derive(Debug, Clone, PartialEq)]
pub struct Corpus {
    /// The folder that was scanned, or the folder of the manifest.
    pub root: PathBuf,
    /// The clips: those of a folder in the order of their RAVDESS names, those of a manifest in the
    /// order of its rows. Never empty.
    pub utterances: Vec<Utterance>,
    /// Recordings and rows that were skipped, and why.
    pub skipped: Vec<Skipped>,
    /// What was decided while a manifest was read, and may be wrong.
    pub notes: Vec<ManifestNote>,
    /// The number of clips that were left out because of their vocal channel.
    pub other_channel: usize,
    /// Those of RAVDESS's 1440 spoken takes that a scanned folder lacks. Empty for a manifest, and
    /// for a corpus of songs only.
    pub missing: Vec<RavdessName>,
}

impl Corpus {
    /// Open a corpus and leave out RAVDESS's songs: see [`Corpus::open_channels`].
    ///
    /// # Errors
    /// If nothing can be used: see [`CorpusError`].
    pub fn open(path: &Path) -> Result<Self, CorpusError> {
        Self::open_channels(path, VocalChannels::Speech)
    }

    /// Open a corpus: scan a folder for RAVDESS clips, or read a `.csv` file as a manifest. Clips
    /// of other vocal channels are left out and counted in [`Corpus::other_channel`].
    ///
    /// # Errors
    /// If nothing can be used: see [`CorpusError`]. Troubles with single clips are in
    /// [`Corpus::skipped`].
    pub fn open_channels(path: &Path, channels: VocalChannels) -> Result<Self, CorpusError> {
        let mut corpus = Self::open_all(path)?;
        let all = corpus.utterances.len();
        corpus.utterances.retain(|clip| channels.include(clip));
        corpus.other_channel = all - corpus.utterances.len();
        if corpus.utterances.is_empty() {
            return Err(CorpusError::OtherChannel {
                path: path.to_owned(),
                channels,
                left_out: all,
            });
        }
        if channels == VocalChannels::Song {
            corpus.missing.clear();
        }
        Ok(corpus)
    }

    fn open_all(path: &Path) -> Result<Self, CorpusError> {
        let is_csv = path
            .extension()
            .is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => Self::scan_ravdess(path),
            Ok(_) if is_csv => Self::from_manifest(path, &ColumnNames::default()),
            Ok(_) => Err(CorpusError::NotACorpus {
                path: path.to_owned(),
            }),
            Err(error) => Err(open_error(path, error)),
        }
    }

    /// Scan a folder and its subfolders for RAVDESS clips (`.wav`, `.flac`). Follow links. If two
    /// clips have the same name, keep the one whose path comes first.
    ///
    /// # Errors
    /// If the folder cannot be listed or contains no clip.
    pub fn scan_ravdess(folder: &Path) -> Result<Self, CorpusError> {
        let ravdess::Scan {
            utterances,
            skipped,
            missing,
        } = ravdess::scan(folder).map_err(|error| open_error(folder, error))?;
        if utterances.is_empty() {
            return Err(CorpusError::NoClips {
                path: folder.to_owned(),
                skipped,
            });
        }
        Ok(Self {
            root: folder.to_owned(),
            utterances,
            skipped,
            notes: Vec::new(),
            other_channel: 0,
            missing,
        })
    }

    /// Read a manifest: a CSV whose columns have known names, or those that `columns` names. Other
    /// columns are ignored. Paths are relative to the manifest's folder.
    ///
    /// # Errors
    /// If the columns are not clear or no row can be used. Rows that cannot be used are in
    /// [`Corpus::skipped`].
    pub fn from_manifest(csv: &Path, columns: &ColumnNames) -> Result<Self, CorpusError> {
        let text = fs::read(csv).map_err(|error| open_error(csv, error))?;
        let root = csv.parent().unwrap_or(Path::new("")).to_owned();
        let Manifest {
            utterances,
            skipped,
            notes,
        } = manifest::read(&text, csv, &root, columns).map_err(|reason| CorpusError::Manifest {
            path: csv.to_owned(),
            reason,
        })?;
        if utterances.is_empty() {
            return Err(CorpusError::NoClips {
                path: csv.to_owned(),
                skipped,
            });
        }
        Ok(Self {
            root,
            utterances,
            skipped,
            notes,
            other_channel: 0,
            missing: Vec::new(),
        })
    }

    /// Write the corpus as a manifest, with paths relative to the manifest's folder.
    /// [`Corpus::from_manifest`] reads the same utterances in the same order. An existing file is
    /// replaced.
    ///
    /// # Errors
    /// If the file cannot be written or a clip's path is not Unicode.
    pub fn write_manifest(&self, csv: &Path) -> Result<(), CorpusError> {
        manifest::write(&self.utterances, csv)
    }

    /// Count the clips of each emotion that occurs: RAVDESS's in its order, then the others by name.
    pub fn emotion_counts(&self) -> BTreeMap<Emotion, usize> {
        self.tally(|clip| clip.emotion)
    }

    /// Count the clips of each label, in the scheme's order, including labels without clips.
    pub fn label_counts(&self, scheme: &LabelScheme) -> Vec<(&'static str, usize)> {
        let labels = scheme.labels().iter().enumerate();
        labels
            .map(|(label, &name)| {
                (
                    name,
                    self.count(|clip| scheme.label_of(clip.emotion) == Some(label)),
                )
            })
            .collect()
    }

    /// Count the clips of each gender. `None` stands for clips without a known gender.
    pub fn gender_counts(&self) -> BTreeMap<Option<Gender>, usize> {
        self.tally(|clip| clip.gender)
    }

    /// Count the clips of each intensity. `None` stands for clips without a RAVDESS name.
    pub fn intensity_counts(&self) -> BTreeMap<Option<Intensity>, usize> {
        self.tally(|clip| clip.ravdess.map(|name| name.intensity()))
    }

    /// Count the clips of each speaker. `None` stands for clips without a known speaker.
    pub fn speaker_counts(&self) -> BTreeMap<Option<&str>, usize> {
        self.tally(|clip| clip.speaker.as_deref())
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
