//! Reading a manifest.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use csv::StringRecord;

use crate::{
    Gender, InvalidEmotion, RavdessName, Skipped, UnknownGender, UnknownSubset, Utterance,
};

/// The reason why a manifest cannot be parsed. Lines count from 1, which is the header.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// The file is empty.
    #[error("the manifest is empty; it needs the header path,emotion,speaker and a row per clip")]
    Empty,
    /// There is a header without rows.
    #[error("the manifest has a header and no rows")]
    NoRows,
    /// A required column is missing.
    #[error(
        "there is no column \"{column}\" (found: {}); the first line must name the columns, \
         separated by commas: path,emotion,speaker and, if known, gender,split",
        found.join(", ")
    )]
    MissingColumn {
        /// The column's name.
        column: &'static str,
        /// The columns that were found.
        found: Vec<String>,
    },
    /// Two columns have the same name.
    #[error("the column \"{column}\" occurs twice")]
    RepeatedColumn {
        /// The column's name.
        column: &'static str,
    },
    /// A row has more or fewer fields than the header.
    #[error(
        "line {line}: {found} fields where the header has {expected}; \
         put a field that contains a comma in double quotes"
    )]
    Fields {
        /// The row's line.
        line: u64,
        /// The number of fields of the row.
        found: usize,
        /// The number of fields of the header.
        expected: usize,
    },
    /// A required field is empty.
    #[error("line {line}: the {column} is empty")]
    EmptyField {
        /// The row's line.
        line: u64,
        /// The field's column.
        column: &'static str,
    },
    /// An emotion outside the eight.
    #[error("line {line}: {reason}")]
    Emotion {
        /// The row's line.
        line: u64,
        /// The word and the known ones.
        reason: InvalidEmotion,
    },
    /// A word that is not a gender.
    #[error("line {line}: {reason}")]
    Gender {
        /// The row's line.
        line: u64,
        /// The word and the known ones.
        reason: UnknownGender,
    },
    /// A word that is not a set of a split.
    #[error("line {line}: {reason}")]
    Split {
        /// The row's line.
        line: u64,
        /// The word and the known ones.
        reason: UnknownSubset,
    },
    /// Two rows give one recording different labels.
    #[error("line {line}: {} is in line {first_line} too, with other values", path.display())]
    Contradiction {
        /// The later row's line.
        line: u64,
        /// The earlier row's line.
        first_line: u64,
        /// The recording.
        path: PathBuf,
    },
    /// Two rows give one speaker different genders.
    #[error("line {line}: speaker \"{speaker}\" is {gender} here and {other} in line {first_line}")]
    SpeakerGender {
        /// The later row's line.
        line: u64,
        /// The speaker.
        speaker: String,
        /// The gender in this row.
        gender: Gender,
        /// The gender in the earlier row.
        other: Gender,
        /// The earlier row's line.
        first_line: u64,
    },
    /// The file is not a CSV in UTF-8.
    #[error("not a CSV file in UTF-8: {0}")]
    Csv(csv::Error),
}

/// Read the manifest `text` of the file `csv`. Its paths are relative to `root`.
pub(crate) fn read(
    text: &[u8],
    csv: &Path,
    root: &Path,
) -> Result<(Vec<Utterance>, Vec<Skipped>), ManifestError> {
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text);
    let header = reader.headers().map_err(ManifestError::Csv)?.clone();
    let columns = Columns::find(&header)?;
    let mut rows = Rows::new(csv, root);
    let mut any_row = false;
    for record in reader.records() {
        let record = record.map_err(ManifestError::Csv)?;
        let line = record
            .position()
            .map_or(0, |position| line_of(text, position));
        if record.len() != header.len() {
            let (found, expected) = (record.len(), header.len());
            return Err(ManifestError::Fields {
                line,
                found,
                expected,
            });
        }
        any_row = true;
        rows.add(columns.utterance(&record, line)?, line)?;
    }
    if !any_row {
        return Err(ManifestError::NoRows);
    }
    Ok((rows.utterances, rows.skipped))
}

/// Return the line of the row at `position`, which the reader places before blank lines.
fn line_of(text: &[u8], position: &csv::Position) -> u64 {
    let rest = usize::try_from(position.byte())
        .ok()
        .and_then(|byte| text.get(byte..));
    let blank = rest
        .unwrap_or_default()
        .iter()
        .take_while(|byte| matches!(byte, b'\r' | b'\n'));
    position.line() + blank.filter(|&&byte| byte == b'\n').count() as u64
}

/// The position of each column.
struct Columns {
    path: usize,
    emotion: usize,
    speaker: usize,
    gender: Option<usize>,
    split: Option<usize>,
}

impl Columns {
    fn find(header: &StringRecord) -> Result<Self, ManifestError> {
        if header.iter().all(str::is_empty) {
            return Err(ManifestError::Empty);
        }
        let position = |column: &'static str| {
            let mut matches = header
                .iter()
                .enumerate()
                .filter(|(_, name)| name.eq_ignore_ascii_case(column))
                .map(|(position, _)| position);
            let first = matches.next();
            match matches.next() {
                Some(_) => Err(ManifestError::RepeatedColumn { column }),
                None => Ok(first),
            }
        };
        let required = |column: &'static str| {
            position(column)?.ok_or_else(|| ManifestError::MissingColumn {
                column,
                found: header.iter().map(str::to_owned).collect(),
            })
        };
        Ok(Self {
            path: required("path")?,
            emotion: required("emotion")?,
            speaker: required("speaker")?,
            gender: position("gender")?,
            split: position("split")?,
        })
    }

    /// Return the row's utterance, with its path as written.
    fn utterance(&self, record: &StringRecord, line: u64) -> Result<Utterance, ManifestError> {
        let required = |position: usize, column: &'static str| {
            let text = &record[position];
            if text.is_empty() {
                Err(ManifestError::EmptyField { line, column })
            } else {
                Ok(text)
            }
        };
        let emotion = required(self.emotion, "emotion")?
            .parse()
            .map_err(|reason| ManifestError::Emotion { line, reason })?;
        Ok(Utterance {
            speaker: Some(required(self.speaker, "speaker")?.to_owned()),
            gender: optional(record, self.gender)
                .map_err(|reason| ManifestError::Gender { line, reason })?,
            split: optional(record, self.split)
                .map_err(|reason| ManifestError::Split { line, reason })?,
            ..Utterance::new(required(self.path, "path")?, emotion)
        })
    }
}

/// Return the value of a field that can be absent or empty.
fn optional<T: FromStr>(
    record: &StringRecord,
    position: Option<usize>,
) -> Result<Option<T>, T::Err> {
    match position.map(|position| &record[position]) {
        None | Some("") => Ok(None),
        Some(text) => text.parse().map(Some),
    }
}

/// The rows that were read so far.
struct Rows<'a> {
    csv: &'a Path,
    root: &'a Path,
    utterances: Vec<Utterance>,
    skipped: Vec<Skipped>,
    /// The utterance and line of each recording, by its real path.
    recordings: HashMap<PathBuf, (usize, u64)>,
    /// The known gender of each speaker, with the line that gives it.
    genders: HashMap<String, (Gender, u64)>,
}

impl<'a> Rows<'a> {
    fn new(csv: &'a Path, root: &'a Path) -> Self {
        Self {
            csv,
            root,
            utterances: Vec::new(),
            skipped: Vec::new(),
            recordings: HashMap::new(),
            genders: HashMap::new(),
        }
    }

    fn add(&mut self, mut row: Utterance, line: u64) -> Result<(), ManifestError> {
        self.check_gender(&row, line)?;
        row.path = self.root.join(row.path);
        let real_path = match fs::canonicalize(&row.path) {
            Ok(real_path) if real_path.is_file() => real_path,
            _ => {
                let manifest = self.csv.to_owned();
                self.skipped.push(Skipped::MissingFile {
                    manifest,
                    line,
                    path: row.path,
                });
                return Ok(());
            }
        };
        recognize_ravdess(&mut row);
        if let Some(&(earlier, first_line)) = self.recordings.get(&real_path) {
            let earlier = &self.utterances[earlier];
            let same = (
                earlier.emotion,
                &earlier.speaker,
                earlier.gender,
                earlier.split,
            ) == (row.emotion, &row.speaker, row.gender, row.split);
            if !same {
                return Err(ManifestError::Contradiction {
                    line,
                    first_line,
                    path: row.path,
                });
            }
            let manifest = self.csv.to_owned();
            self.skipped.push(Skipped::DuplicateRow {
                manifest,
                line,
                first_line,
                path: row.path,
            });
            return Ok(());
        }
        self.recordings
            .insert(real_path, (self.utterances.len(), line));
        self.utterances.push(row);
        Ok(())
    }

    fn check_gender(&mut self, row: &Utterance, line: u64) -> Result<(), ManifestError> {
        let Some(gender) = row.gender else {
            return Ok(());
        };
        let speaker = row.speaker.clone().unwrap_or_default();
        match self.genders.get(&speaker) {
            Some(&(other, first_line)) if other != gender => Err(ManifestError::SpeakerGender {
                line,
                speaker,
                gender,
                other,
                first_line,
            }),
            Some(_) => Ok(()),
            None => {
                self.genders.insert(speaker, (gender, line));
                Ok(())
            }
        }
    }
}

/// Mark a row as a RAVDESS clip if its file name agrees with the row.
fn recognize_ravdess(row: &mut Utterance) {
    let file_name = row.path.file_name().unwrap_or_default().to_string_lossy();
    let Ok(name) = file_name.parse::<RavdessName>() else {
        return;
    };
    let agrees = name.emotion() == row.emotion
        && row.speaker_name().parse() == Ok(name.actor())
        && row.gender.is_none_or(|gender| gender == name.gender());
    if agrees {
        row.gender = Some(name.gender());
        row.corpus = "RAVDESS".to_owned();
        row.ravdess = Some(name);
    }
}
