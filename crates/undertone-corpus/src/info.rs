//! What is known about each corpus that a [`Corpus`](crate::Corpus) was read from.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use crate::clip_key::ClipKey;
use crate::layouts::Stated;
use crate::{CodeBook, CorpusFormat, Emotion, OfficialCounts, Utterance, VocalChannels};

/// One corpus, and what it holds beside what its publishers state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorpusInfo {
    /// The name, as in [`Utterance::corpus`](crate::Utterance::corpus): of the code book, of the
    /// database, or of the folder or manifest.
    pub name: String,
    /// The folder or the manifest; of a published corpus in several parts, all its folders.
    pub paths: Vec<PathBuf>,
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
    /// The clips that `found` counts, if some may be counted again or together with other parts.
    counted: Vec<CountedClip>,
}

/// A clip as it was counted.
#[derive(Debug, Clone, PartialEq, Eq)]
struct CountedClip {
    /// What tells it from the other clips of a published corpus.
    key: Option<ClipKey>,
    emotion: Emotion,
    speaker: Option<String>,
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
    /// Count clips, given by their emotions and speakers.
    fn of<'a>(clips: impl Iterator<Item = (Emotion, Option<&'a str>)>) -> Self {
        let mut found = Self::default();
        let mut speakers = BTreeSet::new();
        for (emotion, speaker) in clips {
            found.clips += 1;
            *found.emotions.entry(emotion).or_insert(0) += 1;
            speakers.extend(speaker);
        }
        found.speakers = speakers.len();
        found
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
            paths: vec![path.to_owned()],
            format,
            language: book.map(|book| book.language.clone()).or(stated.language),
            license: book
                .map(|book| book.terms.license.clone())
                .or(stated.license),
            source: book.map(|book| book.source.clone()).or(stated.source),
            recordings,
            found: FoundCounts::default(),
            official: book.map(|book| book.official.clone()),
            counted: Vec::new(),
        }
    }

    /// Count the utterances of the corpus. RAVDESS's official counts are about its speech.
    pub(crate) fn count(&mut self, utterances: &[Utterance], channels: VocalChannels) {
        let clips = utterances.iter();
        self.found = FoundCounts::of(clips.map(|clip| (clip.emotion, clip.speaker.as_deref())));
        // Clips of a manifest without published corpora are never counted again.
        let is_published = |clip: &Utterance| ClipKey::of(clip).is_some();
        if self.book().is_some() || utterances.iter().any(is_published) {
            let counted = utterances.iter().map(|clip| CountedClip {
                key: ClipKey::of(clip),
                emotion: clip.emotion,
                speaker: clip.speaker.clone(),
            });
            self.counted = counted.collect();
        }
        let ravdess = utterances.iter().any(|clip| clip.ravdess.is_some());
        if ravdess && channels != VocalChannels::Speech {
            self.official = None;
        }
    }

    /// Do not count the clips that `earlier` counts.
    pub(crate) fn leave_out_clips_of(&mut self, earlier: &CorpusInfo) {
        let keys: HashSet<&ClipKey> = earlier
            .counted
            .iter()
            .filter_map(|clip| clip.key.as_ref())
            .collect();
        let is_new = |clip: &CountedClip| clip.key.as_ref().is_none_or(|key| !keys.contains(key));
        let before = self.counted.len();
        self.counted.retain(is_new);
        if self.counted.len() < before {
            self.count_again();
        }
    }

    /// Add another part of the same corpus, and count both together.
    pub(crate) fn merge(&mut self, mut part: CorpusInfo) {
        self.paths.append(&mut part.paths);
        self.recordings += part.recordings;
        self.counted.append(&mut part.counted);
        self.count_again();
        if part.official.is_none() {
            self.official = None;
        }
    }

    fn count_again(&mut self) {
        let counted = self.counted.iter();
        self.found = FoundCounts::of(counted.map(|clip| (clip.emotion, clip.speaker.as_deref())));
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
