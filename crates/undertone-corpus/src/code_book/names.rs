//! The names of a corpus's files, as a pattern.

use std::collections::BTreeMap;

use regex_lite::{Captures, Regex};
use serde::Deserialize;

use crate::{Emotion, Gender, Subset};

/// The groups of a pattern that are not a value.
const GROUPS: [&str; 5] = ["speaker", "emotion", "gender", "split", "text"];

/// The part `[names]` of a code book, as the file states it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NamesText {
    described_by: String,
    examples: Vec<String>,
    /// A regular expression for the end of the path without its extension. It begins after a `/`
    /// or at the beginning.
    pattern: String,
    emotions: BTreeMap<String, Emotion>,
    #[serde(default)]
    genders: BTreeMap<String, Gender>,
    #[serde(default)]
    splits: BTreeMap<String, Subset>,
    /// For the group of each value, the number of each code.
    #[serde(default)]
    values: BTreeMap<String, BTreeMap<String, f64>>,
    /// Codes of speakers who also have another one.
    #[serde(default)]
    speakers: BTreeMap<String, String>,
    #[serde(default)]
    female: Vec<String>,
    #[serde(default)]
    male: Vec<String>,
}

/// How the files of a corpus are named.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "NamesText")]
pub(super) struct Names {
    /// Where the names are described.
    pub(super) described_by: String,
    /// Names as the corpus has them, for error messages and tests.
    pub(super) examples: Vec<String>,
    pattern: Regex,
    /// All codes are in lower case.
    emotions: BTreeMap<String, Emotion>,
    genders: BTreeMap<String, Gender>,
    splits: BTreeMap<String, Subset>,
    values: BTreeMap<String, BTreeMap<String, f64>>,
    speakers: BTreeMap<String, String>,
    speaker_genders: BTreeMap<String, Gender>,
}

/// What the name of a file says.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct NamedClip {
    /// The part of the name that tells the clip from all others of the corpus, in lower case.
    pub(crate) key: String,
    pub(crate) emotion: Emotion,
    pub(crate) speaker: Option<String>,
    pub(crate) gender: Option<Gender>,
    pub(crate) split: Option<Subset>,
    pub(crate) values: BTreeMap<String, f64>,
}

impl Names {
    /// Return whether the corpus has such a name: a path with `/` and without the extension.
    pub(super) fn matches(&self, name: &str) -> bool {
        self.pattern.is_match(name)
    }

    /// Read the name of a file: its path with `/` and without the extension. Return `None` if the
    /// corpus has no such name.
    pub(super) fn read(&self, name: &str) -> Option<NamedClip> {
        let found = self.pattern.captures(name)?;
        let emotion = *self.emotions.get(&code(&found, "emotion")?)?;
        let speaker = found.name("speaker").map(|speaker| {
            let speaker = speaker.as_str();
            let other = self.speakers.get(speaker);
            other.map_or(speaker, String::as_str).to_owned()
        });
        let gender = speaker
            .as_ref()
            .and_then(|speaker| self.speaker_genders.get(&speaker.to_lowercase()))
            .or_else(|| self.genders.get(&code(&found, "gender")?))
            .copied();
        let split = code(&found, "split").and_then(|code| self.splits.get(&code).copied());
        let values = self
            .values
            .iter()
            .filter_map(|(value, numbers)| {
                let number = numbers.get(&code(&found, value)?)?;
                Some((value.clone(), *number))
            })
            .collect();
        Some(NamedClip {
            key: found[0].trim_start_matches('/').to_lowercase(),
            emotion,
            speaker,
            gender,
            split,
            values,
        })
    }
}

/// Return what a group matched, in lower case.
fn code(found: &Captures<'_>, group: &str) -> Option<String> {
    Some(found.name(group)?.as_str().to_lowercase())
}

/// The reason why `[names]` of a code book is not sound.
#[derive(Debug, thiserror::Error)]
pub(super) enum NamesError {
    #[error("the pattern is no regular expression: {0}")]
    Pattern(#[from] regex_lite::Error),
    #[error("the pattern has no group \"emotion\"")]
    NoEmotion,
    #[error("the pattern has an unknown group \"{0}\"")]
    UnknownGroup(String),
    #[error("the pattern has no group \"{0}\", which has a table")]
    NoGroup(String),
    #[error("the code \"{0}\" occurs twice")]
    RepeatedCode(String),
    #[error("a pattern needs an example")]
    NoExample,
}

impl TryFrom<NamesText> for Names {
    type Error = NamesError;

    fn try_from(text: NamesText) -> Result<Self, NamesError> {
        let pattern = Regex::new(&format!("(?:^|/)(?:{})$", text.pattern))?;
        let groups: Vec<&str> = pattern.capture_names().flatten().collect();
        if !groups.contains(&"emotion") {
            return Err(NamesError::NoEmotion);
        }
        if text.examples.is_empty() {
            return Err(NamesError::NoExample);
        }
        let values = text.values.keys().map(String::as_str);
        let used = values
            .chain((!text.genders.is_empty()).then_some("gender"))
            .chain((!text.splits.is_empty()).then_some("split"));
        for group in used {
            if !groups.contains(&group) {
                return Err(NamesError::NoGroup(group.to_owned()));
            }
        }
        let unknown = groups
            .iter()
            .find(|group| !GROUPS.contains(group) && !text.values.contains_key(**group));
        if let Some(group) = unknown {
            return Err(NamesError::UnknownGroup((*group).to_owned()));
        }
        let female = text.female.into_iter().map(|name| (name, Gender::Female));
        let male = text.male.into_iter().map(|name| (name, Gender::Male));
        Ok(Self {
            emotions: by_code(text.emotions)?,
            genders: by_code(text.genders)?,
            splits: by_code(text.splits)?,
            values: text
                .values
                .into_iter()
                .map(|(value, numbers)| Ok((value, by_code(numbers)?)))
                .collect::<Result<_, NamesError>>()?,
            speakers: text.speakers,
            speaker_genders: by_code(female.chain(male))?,
            described_by: text.described_by,
            examples: text.examples,
            pattern,
        })
    }
}

/// Put the codes into lower case.
fn by_code<T>(
    codes: impl IntoIterator<Item = (String, T)>,
) -> Result<BTreeMap<String, T>, NamesError> {
    let mut by_code = BTreeMap::new();
    for (code, meaning) in codes {
        let code = code.to_lowercase();
        if by_code.insert(code.clone(), meaning).is_some() {
            return Err(NamesError::RepeatedCode(code));
        }
    }
    Ok(by_code)
}
