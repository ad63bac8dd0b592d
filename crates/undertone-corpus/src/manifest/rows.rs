//! The rows of a manifest together: repeated rows, contradictions, files.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use super::files::{File, Files};
use super::note::NoteSubject;
use super::row::{Row, RowError};
use crate::{Gender, RavdessName, Segment, Skipped, Utterance};

/// The rows that were read so far.
pub(super) struct Rows<'a> {
    manifest: &'a Path,
    root: &'a Path,
    pub(super) utterances: Vec<Utterance>,
    pub(super) skipped: Vec<Skipped>,
    files: Files,
    /// The utterance and the line of each segment of a file.
    segments: HashMap<(usize, Option<Segment>), (usize, u64)>,
    /// The known gender of each speaker, with the line that gives it.
    genders: HashMap<String, (Gender, u64)>,
    /// The corpus of each speaker's first row.
    corpora: HashMap<String, String>,
    unknown_gender: Option<NoteSubject>,
    other_gender: Option<NoteSubject>,
    shared_speakers: BTreeMap<String, [String; 2]>,
}

impl<'a> Rows<'a> {
    pub(super) fn new(manifest: &'a Path, root: &'a Path) -> Self {
        Self {
            manifest,
            root,
            utterances: Vec::new(),
            skipped: Vec::new(),
            files: Files::default(),
            segments: HashMap::new(),
            genders: HashMap::new(),
            corpora: HashMap::new(),
            unknown_gender: None,
            other_gender: None,
            shared_speakers: BTreeMap::new(),
        }
    }

    pub(super) fn skip(&mut self, line: u64, reason: RowError) {
        self.skipped.push(Skipped::Row {
            manifest: self.manifest.to_owned(),
            line,
            reason,
        });
    }

    /// Add a row. Skip it if its file is missing or an earlier row has the same segment of the same
    /// file. The earlier row is kept even if the two contradict each other.
    pub(super) fn add(&mut self, row: Row, line: u64) {
        let mut utterance = row.utterance;
        let File { path, number } = self.files.find(self.root, &utterance.path);
        utterance.path = path;
        let manifest = self.manifest.to_owned();
        let Some(file) = number else {
            self.skipped.push(Skipped::MissingFile {
                manifest,
                line,
                path: utterance.path,
            });
            return;
        };
        recognize_ravdess(&mut utterance);
        if let Some(&(earlier, first_line)) = self.segments.get(&(file, utterance.segment)) {
            self.skipped
                .push(if says_the_same(&self.utterances[earlier], &utterance) {
                    Skipped::DuplicateRow {
                        manifest,
                        line,
                        first_line,
                        path: utterance.path,
                    }
                } else {
                    Skipped::ContradictingRow {
                        manifest,
                        line,
                        first_line,
                        path: utterance.path,
                    }
                });
            return;
        }
        self.check_speaker(&utterance, line);
        if let Some(word) = row.unknown_gender {
            match &mut self.unknown_gender {
                Some(NoteSubject::UnknownGender { rows, .. }) => *rows += 1,
                note => {
                    *note = Some(NoteSubject::UnknownGender {
                        word,
                        line,
                        rows: 1,
                    })
                }
            }
        }
        let place = (self.utterances.len(), line);
        self.segments.insert((file, utterance.segment), place);
        self.utterances.push(utterance);
    }

    /// Note a speaker with two genders or in two corpora.
    fn check_speaker(&mut self, utterance: &Utterance, line: u64) {
        let Some(speaker) = &utterance.speaker else {
            return;
        };
        match (utterance.gender, self.genders.get(speaker)) {
            (Some(gender), None) => {
                self.genders.insert(speaker.clone(), (gender, line));
            }
            (Some(gender), Some(&(other, first_line))) if other != gender => {
                match &mut self.other_gender {
                    Some(NoteSubject::SpeakerGender { rows, .. }) => *rows += 1,
                    note => {
                        *note = Some(NoteSubject::SpeakerGender {
                            rows: 1,
                            line,
                            speaker: speaker.clone(),
                            gender,
                            other,
                            first_line,
                            first_table: None,
                        });
                    }
                }
            }
            _ => {}
        }
        match self.corpora.get(speaker) {
            None => {
                self.corpora
                    .insert(speaker.clone(), utterance.corpus.clone());
            }
            Some(other) if *other != utterance.corpus => {
                if !self.shared_speakers.contains_key(speaker) {
                    let corpora = [other.clone(), utterance.corpus.clone()];
                    self.shared_speakers.insert(speaker.clone(), corpora);
                }
            }
            Some(_) => {}
        }
    }

    /// Return what should be known about the rows.
    pub(super) fn notes(&self) -> Vec<NoteSubject> {
        let shared = self
            .shared_speakers
            .iter()
            .next()
            .map(|(speaker, corpora)| NoteSubject::SharedSpeaker {
                speakers: self.shared_speakers.len(),
                speaker: speaker.clone(),
                corpora: corpora.clone(),
            });
        let notes = [&self.unknown_gender, &self.other_gender, &shared];
        notes.into_iter().flatten().cloned().collect()
    }
}

fn says_the_same(a: &Utterance, b: &Utterance) -> bool {
    (
        a.emotion, &a.values, &a.speaker, a.gender, a.split, &a.corpus,
    ) == (
        b.emotion, &b.values, &b.speaker, b.gender, b.split, &b.corpus,
    )
}

/// Mark a row as a RAVDESS clip if its file name agrees with the row.
fn recognize_ravdess(row: &mut Utterance) {
    let file_name = row.path.file_name().unwrap_or_default().to_string_lossy();
    let Ok(name) = file_name.parse::<RavdessName>() else {
        return;
    };
    let agrees = row.segment.is_none()
        && name.emotion() == row.emotion
        && row.speaker_name().parse() == Ok(name.actor())
        && row.gender.is_none_or(|gender| gender == name.gender());
    if agrees {
        row.gender = Some(name.gender());
        if row.corpus == Utterance::NO_CORPUS {
            row.corpus = "RAVDESS".to_owned();
        }
        row.ravdess = Some(name);
    }
}
