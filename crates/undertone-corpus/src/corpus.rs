//! A corpus: a set of labeled clips.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::layouts::{
    Clips, Stated, TableError, read_audformat, read_audio_folder, read_iemocap, read_meld,
    read_msp_podcast, read_named,
};
use crate::listing::Listing;
use crate::manifest::{self, Manifest};
use crate::naming::{has_names, is_named};
use crate::recognize::recognize;
use crate::unused_columns::unused_columns;
use crate::{
    CorpusError, CorpusFormat, CorpusInfo, CorpusNote, CorpusOptions, CorpusSource, Emotion,
    Gender, Intensity, LabelScheme, LeftOut, RavdessName, Skipped, TableLayout, Utterance,
    VocalChannels, ravdess,
};

/// A set of labeled clips, and a record of the ones that were skipped.
#[derive(Debug, Clone, PartialEq)]
pub struct Corpus {
    /// The folder, or the folder of the manifest. Of several corpora, the deepest folder that they
    /// have in common, which may be empty.
    pub root: PathBuf,
    /// The clips: those of a folder in the order of their names, those of a table in the order of
    /// its rows. Never empty.
    pub utterances: Vec<Utterance>,
    /// Recordings and rows that were skipped, and why.
    pub skipped: Vec<Skipped>,
    /// What was decided while the corpus was read, and may be wrong.
    pub notes: Vec<CorpusNote>,
    /// The clips that were left out as asked for.
    pub left_out: LeftOut,
    /// Those of RAVDESS's 1440 spoken takes that a folder lacks. Empty for a manifest, for another
    /// corpus, and for a corpus of songs only.
    pub missing: Vec<RavdessName>,
    /// What is known about each corpus that the clips come from.
    pub sources: Vec<CorpusInfo>,
}

impl Corpus {
    /// Make a corpus of utterances that are known already.
    pub fn new(root: impl Into<PathBuf>, utterances: Vec<Utterance>) -> Self {
        Self {
            root: root.into(),
            utterances,
            skipped: Vec::new(),
            notes: Vec::new(),
            left_out: LeftOut::default(),
            missing: Vec::new(),
            sources: Vec::new(),
        }
    }

    /// Open a corpus with the default options: see [`Corpus::open_with`].
    ///
    /// # Errors
    /// If nothing can be used: see [`CorpusError`].
    pub fn open(source: impl Into<CorpusSource>) -> Result<Self, CorpusError> {
        Self::open_with(&source.into(), &CorpusOptions::default())
    }

    /// Open a corpus: a folder with recordings, or a manifest. If the source does not say what a
    /// folder holds, recognize it by its tables or by the names of its files.
    ///
    /// # Errors
    /// If nothing can be used: see [`CorpusError`]. Troubles with single clips are in
    /// [`Corpus::skipped`].
    pub fn open_with(source: &CorpusSource, options: &CorpusOptions) -> Result<Self, CorpusError> {
        let mut corpus = Self::read(source, options)?;
        if corpus.utterances.is_empty() {
            return Err(CorpusError::NoClips {
                path: source.path.clone(),
                skipped: corpus.skipped,
            });
        }
        corpus.leave_out_channels(options.channels, &source.path)?;
        for info in &mut corpus.sources {
            info.count(&corpus.utterances, options.channels);
        }
        corpus.apply_labels(options, &source.path)?;
        Ok(corpus)
    }

    fn read(source: &CorpusSource, options: &CorpusOptions) -> Result<Self, CorpusError> {
        let path = &source.path;
        let metadata = fs::metadata(path).map_err(|error| CorpusError::of_opening(path, error))?;
        let is_table = path.extension().is_some_and(|extension| {
            ["csv", "tsv"]
                .iter()
                .any(|known| extension.eq_ignore_ascii_case(known))
        });
        match source.format {
            Some(CorpusFormat::Manifest) if metadata.is_dir() => {
                Err(CorpusError::NotAManifest { path: path.clone() })
            }
            Some(CorpusFormat::Manifest) => Self::read_manifest(path, options),
            None if !metadata.is_dir() && is_table => Self::read_manifest(path, options),
            _ if !metadata.is_dir() => Err(CorpusError::NotACorpus { path: path.clone() }),
            named => Self::read_folder(path, named, options),
        }
    }

    fn read_folder(
        folder: &Path,
        named: Option<CorpusFormat>,
        options: &CorpusOptions,
    ) -> Result<Self, CorpusError> {
        let listing =
            Listing::of(folder).map_err(|error| CorpusError::of_opening(folder, error))?;
        let format = match named {
            Some(format) => format,
            None => recognize(&listing)?,
        };
        let clips = read_format(&listing, format, options).map_err(|reason| {
            let path = folder.to_owned();
            match reason {
                TableError::Manifest(reason) => CorpusError::Manifest { path, reason },
                reason => CorpusError::Table(reason),
            }
        })?;
        if clips.utterances.is_empty() {
            return Err(nothing_of(&listing, format, clips));
        }
        let mut skipped = listing.skipped.clone();
        skipped.extend(clips.skipped);
        skipped.sort_by(|a, b| a.path().cmp(b.path()));
        let mut notes = clips.notes;
        notes.extend(unused_columns(&listing, format, &options.columns));
        notes.extend(few_names(&listing, format, clips.utterances.len()));
        let recordings = listing.recordings.len();
        Ok(Self {
            skipped,
            notes,
            missing: clips.missing,
            sources: vec![CorpusInfo::new(folder, format, clips.stated, recordings)],
            ..Self::new(listing.root, clips.utterances)
        })
    }

    fn read_manifest(csv: &Path, options: &CorpusOptions) -> Result<Self, CorpusError> {
        let text = fs::read(csv).map_err(|error| CorpusError::of_opening(csv, error))?;
        let root = csv.parent().unwrap_or(Path::new("")).to_owned();
        let Manifest {
            utterances,
            skipped,
            notes,
        } = manifest::read(&text, csv, &root, &options.columns).map_err(|reason| {
            CorpusError::Manifest {
                path: csv.to_owned(),
                reason,
            }
        })?;
        let recordings = utterances.len();
        let stated = Stated::default();
        Ok(Self {
            root,
            utterances,
            skipped,
            notes: notes.into_iter().map(CorpusNote::Manifest).collect(),
            left_out: LeftOut::default(),
            missing: Vec::new(),
            sources: vec![CorpusInfo::new(
                csv,
                CorpusFormat::Manifest,
                stated,
                recordings,
            )],
        })
    }

    fn leave_out_channels(
        &mut self,
        channels: VocalChannels,
        path: &Path,
    ) -> Result<(), CorpusError> {
        let all = self.utterances.len();
        self.utterances.retain(|clip| channels.include(clip));
        self.left_out.channel = all - self.utterances.len();
        if self.utterances.is_empty() {
            return Err(CorpusError::OtherChannel {
                path: path.to_owned(),
                channels,
                left_out: all,
            });
        }
        if channels == VocalChannels::Song {
            self.missing.clear();
        }
        Ok(())
    }

    /// Rename and leave out labels.
    fn apply_labels(&mut self, options: &CorpusOptions, path: &Path) -> Result<(), CorpusError> {
        let counts = self.emotion_counts();
        let unused = options
            .labels
            .labels()
            .filter(|label| !counts.contains_key(label));
        self.notes
            .extend(unused.map(|label| CorpusNote::UnusedLabel { label }));
        let left_out = &mut self.left_out.labels;
        self.utterances
            .retain_mut(|clip| match options.labels.apply(clip.emotion) {
                Some(emotion) => {
                    clip.emotion = emotion;
                    true
                }
                None => {
                    *left_out.entry(clip.emotion).or_insert(0) += 1;
                    false
                }
            });
        match self.utterances.is_empty() {
            true => Err(CorpusError::AllIgnored {
                path: path.to_owned(),
                labels: self.left_out.labels.keys().copied().collect(),
            }),
            false => Ok(()),
        }
    }

    /// Write the corpus as a manifest, with paths relative to the manifest's folder.
    /// [`Corpus::open`] reads the same utterances in the same order. An existing file is
    /// replaced.
    ///
    /// # Errors
    /// If the file cannot be written or a clip's path is not Unicode.
    pub fn write_manifest(&self, csv: &Path) -> Result<(), CorpusError> {
        manifest::write(&self.utterances, csv)
    }

    /// Count the clips of each emotion that occurs: RAVDESS's in its order, then the others by
    /// name.
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

/// Read a folder as the format says.
fn read_format(
    listing: &Listing,
    format: CorpusFormat,
    options: &CorpusOptions,
) -> Result<Clips, TableError> {
    match format {
        CorpusFormat::AudioFolder => read_audio_folder(listing, &options.columns),
        CorpusFormat::Audformat => read_audformat(listing, &options.columns),
        CorpusFormat::Manifest => Ok(Clips::default()),
        CorpusFormat::Book(book) => match book.layout() {
            None => Ok(read_named(listing, book)),
            Some(TableLayout::Ravdess) => Ok(ravdess::scan(listing)),
            Some(TableLayout::Iemocap) => read_iemocap(listing, book),
            Some(TableLayout::Meld) => read_meld(listing, book, &options.columns),
            Some(TableLayout::MspPodcast) => read_msp_podcast(listing, book, &options.columns),
        },
    }
}

/// Return why a folder has no clip of the corpus that it was read as.
fn nothing_of(listing: &Listing, format: CorpusFormat, clips: Clips) -> CorpusError {
    let path = listing.root.clone();
    match (format, recognize(listing)) {
        (CorpusFormat::Book(named), Ok(found)) if found != format => CorpusError::OtherCorpus {
            path,
            named: named.id.clone(),
            found: found.id(),
        },
        (CorpusFormat::Book(book), _) if !listing.recordings.is_empty() => CorpusError::NoNames {
            path,
            corpus: book.name.clone(),
            recordings: listing.recordings.len(),
            described_by: book.described_by().to_owned(),
        },
        _ => CorpusError::NoClips {
            path,
            skipped: clips.skipped,
        },
    }
}

/// Return a note if many recordings have no name of the corpus.
fn few_names(listing: &Listing, format: CorpusFormat, clips: usize) -> Option<CorpusNote> {
    let book = format.book().filter(|book| has_names(book))?;
    let named = listing
        .recordings
        .iter()
        .filter(|path| is_named(listing, path, book));
    let (named, recordings) = (named.count(), listing.recordings.len());
    (named * 10 < recordings * 9).then(|| CorpusNote::FewNames {
        path: listing.root.clone(),
        corpus: book.name.clone(),
        clips,
        recordings,
    })
}
