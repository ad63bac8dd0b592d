//! One row of a manifest.

use std::collections::BTreeMap;

use csv::StringRecord;

use super::columns::{Column, Columns};
use super::number::{Decimals, number, seconds};
use crate::{Emotion, Gender, InvalidEmotion, Segment, Subset, UnknownSubset, Utterance};

/// The reason why a row of a manifest cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RowError {
    /// The row has more or fewer fields than the header.
    #[error(
        "{found} {} where the header has {expected}; put a field that contains the separator in \
         double quotes", if *found == 1 { "field" } else { "fields" }
    )]
    Fields {
        /// The number of fields of the row.
        found: usize,
        /// The number of fields of the header.
        expected: usize,
    },
    /// A double quote does not close within the row's fields.
    #[error("a double quote does not close; write a quote inside a quoted field twice")]
    OpenQuote,
    /// The path is empty.
    #[error("the path is empty")]
    NoPath,
    /// There is neither a label nor a number.
    #[error("there is no label and no number")]
    NoLabel,
    /// The label cannot be one.
    #[error(transparent)]
    Emotion(#[from] InvalidEmotion),
    /// A word that is not a set of a split.
    #[error("{0}, or use no column for it with --column split=")]
    Split(#[from] UnknownSubset),
    /// A text that is not a finite number.
    #[error("{text:?} in the column \"{column}\" is not a finite number")]
    Number {
        /// The column's name.
        column: String,
        /// The text.
        text: String,
    },
    /// A text that is not a time.
    #[error(
        "{text:?} in the column \"{column}\" is not a time; write seconds, or as in 00:00:01.500 or \
         0 days 00:00:01.500000"
    )]
    Time {
        /// The column's name.
        column: String,
        /// The text.
        text: String,
    },
    /// A segment without length.
    #[error(
        "the segment from {start:?} to {end:?} has no length; the end must lie after the start"
    )]
    Segment {
        /// The start as written.
        start: String,
        /// The end as written.
        end: String,
    },
}

/// Words that say that a field is empty.
const NOT_STATED: [&str; 12] = [
    "", "nan", "NaN", "NaT", "NA", "N/A", "n/a", "<NA>", "None", "NULL", "null", "none",
];

/// How to read a row.
pub(super) struct RowReader<'a> {
    columns: &'a Columns,
    decimals: Decimals,
    msp_letters: bool,
    /// Parsed labels by their words, as few words are in many rows.
    emotions: BTreeMap<String, Emotion>,
}

/// A row, with the path of its recording as written.
pub(super) struct Row {
    pub(super) utterance: Utterance,
    /// The word in the column of genders, if it is none.
    pub(super) unknown_gender: Option<String>,
}

impl<'a> RowReader<'a> {
    pub(super) fn new(columns: &'a Columns, decimals: Decimals) -> Self {
        Self {
            columns,
            decimals,
            msp_letters: columns.msp_letters(),
            emotions: BTreeMap::new(),
        }
    }

    /// Return the number of different labels so far.
    pub(super) fn labels(&self) -> usize {
        self.emotions.len()
    }

    /// Return the row's utterance.
    pub(super) fn row(&mut self, record: &StringRecord) -> Result<Row, RowError> {
        let columns = self.columns;
        let path = &record[columns.path.position];
        if path.trim().is_empty() {
            return Err(RowError::NoPath);
        }
        let emotion = self.emotion(field(record, &columns.emotion))?;
        let values = self.values(record)?;
        if emotion.is_unlabeled() && values.is_empty() {
            return Err(RowError::NoLabel);
        }
        let gender = stated(record, &columns.gender).map(str::parse::<Gender>);
        let (gender, unknown_gender) = match gender {
            None => (None, None),
            Some(Ok(gender)) => (Some(gender), None),
            Some(Err(unknown)) if unknown.0.eq_ignore_ascii_case("unknown") => (None, None),
            Some(Err(unknown)) => (None, Some(unknown.0)),
        };
        let split = stated(record, &columns.split).map(str::parse::<Subset>);
        let speaker = stated(record, &columns.speaker);
        let speaker = speaker.filter(|name| !name.eq_ignore_ascii_case("unknown"));
        let mut utterance = Utterance {
            segment: self.segment(record)?,
            values,
            speaker: speaker.map(str::to_owned),
            gender,
            split: split.transpose()?,
            ..Utterance::new(path, emotion)
        };
        if let Some(corpus) = stated(record, &columns.corpus) {
            utterance.corpus = corpus.to_owned();
        }
        Ok(Row {
            utterance,
            unknown_gender,
        })
    }

    fn emotion(&mut self, word: &str) -> Result<Emotion, RowError> {
        if let Some(&known) = self.emotions.get(word) {
            return Ok(known);
        }
        let emotion = match msp_emotion(word) {
            Some(name) if self.msp_letters => name.parse()?,
            _ => word.parse()?,
        };
        self.emotions.insert(word.to_owned(), emotion);
        Ok(emotion)
    }

    fn values(&self, record: &StringRecord) -> Result<BTreeMap<String, f64>, RowError> {
        let mut values = BTreeMap::new();
        for value in &self.columns.values {
            let text = record[value.column.position].trim();
            // A number that is not stated is left out, but one that was computed as NaN is wrong.
            if NOT_STATED.contains(&text) && !text.eq_ignore_ascii_case("nan") {
                continue;
            }
            let number = number(text, self.decimals).ok_or_else(|| RowError::Number {
                column: value.column.name.clone(),
                text: text.to_owned(),
            })?;
            values.insert(value.value.clone(), number);
        }
        Ok(values)
    }

    /// Return the segment, or `None` if it is the whole recording.
    fn segment(&self, record: &StringRecord) -> Result<Option<Segment>, RowError> {
        let time = |column: &Option<Column>| -> Result<Option<f64>, RowError> {
            let (Some(text), Some(column)) = (stated(record, column), column) else {
                return Ok(None);
            };
            let time = seconds(text, self.decimals).filter(|&time| time >= 0.0);
            time.map(Some).ok_or_else(|| RowError::Time {
                column: column.name.clone(),
                text: text.to_owned(),
            })
        };
        let (start, end) = (time(&self.columns.start)?, time(&self.columns.end)?);
        let start = start.unwrap_or(0.0);
        if start == 0.0 && end.is_none() {
            return Ok(None);
        }
        let segment = Segment::new(start, end).map_err(|_| RowError::Segment {
            start: field(record, &self.columns.start).to_owned(),
            end: field(record, &self.columns.end).to_owned(),
        })?;
        Ok(Some(segment))
    }
}

fn field<'r>(record: &'r StringRecord, column: &Option<Column>) -> &'r str {
    let column = column.as_ref();
    column.map_or("", |column| record[column.position].trim())
}

fn stated<'r>(record: &'r StringRecord, column: &Option<Column>) -> Option<&'r str> {
    Some(field(record, column)).filter(|text| !NOT_STATED.contains(text))
}

/// Return the name of the emotion that a letter of MSP-Podcast's `EmoClass` stands for.
fn msp_emotion(letter: &str) -> Option<&'static str> {
    Some(match letter {
        "A" => "angry",
        "H" => "happy",
        "S" => "sad",
        "U" => "surprised",
        "F" => "fearful",
        "D" => "disgust",
        "C" => "contempt",
        "N" => "neutral",
        "O" => "other",
        "X" => "undecided",
        _ => return None,
    })
}
