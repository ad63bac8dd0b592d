//! What is known about each corpus that a [`Corpus`](crate::Corpus) was read from.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::layouts::Stated;
use crate::{CodeBook, CorpusFormat, Emotion, OfficialCounts, Utterance, VocalChannels};

/// One corpus, and what it holds beside what its publishers state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorpusInfo {
    /// The name, as in [`Utterance::corpus`](crate::Utterance::corpus): of the code book, of the
    /// database, or of the folder or manifest.
    pub name: String,
    /// The folder or the manifest.
    pub path: PathBuf,
    /// What it was read as.
    pub format: CorpusFormat,
    /// The language in words, if it is stated.
    pub language: Option<String>,
    /// The license in words, if it is stated.
    pub license: Option<String>,
    /// Where the corpus is published, if it is stated.
    pub source: Option<String>,
    /// The number of recordings in the folder; of a manifest, the number of its usable rows.
    pub recordings: usize,
    /// What was found, before labels were mapped or ignored.
    pub found: FoundCounts,
    /// What the publishers state. `None` if they state nothing, or nothing about this part.
    pub official: Option<OfficialCounts>,
}

/// The counts of a corpus.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FoundCounts {
    /// The number of clips.
    pub clips: usize,
    /// The number of speakers that are named.
    pub speakers: usize,
    /// The number of clips of each emotion.
    pub emotions: BTreeMap<Emotion, usize>,
}

impl FoundCounts {
    /// Count utterances.
    pub fn of(utterances: &[Utterance]) -> Self {
        let speakers: BTreeSet<&str> = utterances
            .iter()
            .filter_map(|clip| clip.speaker.as_deref())
            .collect();
        let mut emotions = BTreeMap::new();
        for clip in utterances {
            *emotions.entry(clip.emotion).or_insert(0) += 1;
        }
        Self {
            clips: utterances.len(),
            speakers: speakers.len(),
            emotions,
        }
    }
}

/// A count that is not the official one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountDifference {
    /// What is counted: `clips`, `speakers` or the name of an emotion.
    pub what: &'static str,
    /// The number that was found.
    pub found: usize,
    /// The number that the publishers state.
    pub official: usize,
}

impl CorpusInfo {
    /// Return what is known before anything is counted.
    pub(crate) fn new(
        path: &Path,
        format: CorpusFormat,
        stated: Stated,
        recordings: usize,
    ) -> Self {
        let book = format.book();
        let file_name = path.file_stem().unwrap_or(path.as_os_str());
        let name = book.map(|book| book.name.clone()).or(stated.name);
        Self {
            name: name.unwrap_or_else(|| file_name.to_string_lossy().into_owned()),
            path: path.to_owned(),
            format,
            language: book.map(|book| book.language.clone()).or(stated.language),
            license: book
                .map(|book| book.terms.license.clone())
                .or(stated.license),
            source: book.map(|book| book.source.clone()).or(stated.source),
            recordings,
            found: FoundCounts::default(),
            official: book.map(|book| book.official.clone()),
        }
    }

    /// Count the utterances of the corpus. RAVDESS's official counts are about its speech.
    pub(crate) fn count(&mut self, utterances: &[Utterance], channels: VocalChannels) {
        self.found = FoundCounts::of(utterances);
        let ravdess = utterances.iter().any(|clip| clip.ravdess.is_some());
        if ravdess && channels != VocalChannels::Speech {
            self.official = None;
        }
    }

    /// Return the code book of the corpus, if it has one.
    pub fn book(&self) -> Option<&'static CodeBook> {
        self.format.book()
    }

    /// Return the counts that are not the official ones: of clips, of each emotion, of speakers.
    pub fn differences(&self) -> Vec<CountDifference> {
        let Some(official) = &self.official else {
            return Vec::new();
        };
        let found = &self.found;
        let mut counts = Vec::new();
        counts.extend(official.clips.map(|clips| ("clips", found.clips, clips)));
        if !official.emotions.is_empty() {
            let emotions: BTreeSet<&Emotion> = official
                .emotions
                .keys()
                .chain(found.emotions.keys())
                .collect();
            let count = |of: &BTreeMap<Emotion, usize>, emotion| of.get(emotion).copied();
            counts.extend(emotions.into_iter().map(|emotion| {
                let found = count(&found.emotions, emotion).unwrap_or(0);
                let official = count(&official.emotions, emotion).unwrap_or(0);
                (emotion.name(), found, official)
            }));
        }
        counts.extend(
            official
                .speakers
                .map(|all| ("speakers", found.speakers, all)),
        );
        counts.retain(|(_, found, official)| found != official);
        counts
            .into_iter()
            .map(|(what, found, official)| CountDifference {
                what,
                found,
                official,
            })
            .collect()
    }
}
