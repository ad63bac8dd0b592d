//! What a column of a manifest states, and the names that published corpora use for it.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// What a column states.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ColumnRole {
    /// The recording.
    Path,
    /// The label.
    Emotion,
    /// The speaker.
    Speaker,
    /// The speaker's gender.
    Gender,
    /// The set of a split.
    Split,
    /// The start of the segment.
    Start,
    /// The end of the segment.
    End,
    /// The corpus that the clip belongs to.
    Corpus,
    /// A number with this name, for instance `arousal`.
    Value(String),
}

/// The numbers that are found without being named, with the names of their columns.
pub(super) const VALUES: [(&str, &[&str]); 4] = [
    ("arousal", &["arousal", "emoact", "activation"]),
    ("valence", &["valence", "emoval"]),
    ("dominance", &["dominance", "emodom"]),
    ("intensity", &["intensity"]),
];

impl ColumnRole {
    /// The roles other than numbers.
    pub(super) const WORDS: [ColumnRole; 8] = [
        ColumnRole::Path,
        ColumnRole::Emotion,
        ColumnRole::Speaker,
        ColumnRole::Gender,
        ColumnRole::Split,
        ColumnRole::Start,
        ColumnRole::End,
        ColumnRole::Corpus,
    ];

    /// Return the name, as in `--column path=file`.
    pub fn name(&self) -> &str {
        match self {
            ColumnRole::Path => "path",
            ColumnRole::Emotion => "emotion",
            ColumnRole::Speaker => "speaker",
            ColumnRole::Gender => "gender",
            ColumnRole::Split => "split",
            ColumnRole::Start => "start",
            ColumnRole::End => "end",
            ColumnRole::Corpus => "corpus",
            ColumnRole::Value(name) => name,
        }
    }

    /// Return the column names that are found without being chosen, as [`plain`] gives them.
    pub(super) fn aliases(&self) -> &'static [&'static str] {
        match self {
            ColumnRole::Path => &[
                "path",
                "file",
                "file_name",
                "filename",
                "file_path",
                "filepath",
                "audio",
                "wav",
            ],
            ColumnRole::Emotion => &["emotion", "label", "emoclass", "class", "emotion_label"],
            ColumnRole::Speaker => &["speaker", "speaker_id", "spkrid", "spk", "actor"],
            ColumnRole::Gender => &["gender", "sex"],
            ColumnRole::Split => &["split", "split_set", "subset", "set", "partition"],
            ColumnRole::Start => &["start", "start_time", "onset"],
            ColumnRole::End => &["end", "end_time", "offset"],
            ColumnRole::Corpus => &["corpus", "dataset", "database"],
            ColumnRole::Value(name) => VALUES
                .iter()
                .find(|(known, _)| known == name)
                .map_or(&[], |(_, aliases)| aliases),
        }
    }
}

impl fmt::Display for ColumnRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Return a column's name in lower case, with `_` for blanks and hyphens.
pub(super) fn plain(name: &str) -> String {
    name.trim().to_lowercase().replace([' ', '-'], "_")
}

/// The name of the column that has a role. [`FromStr`] reads `path=file`, `value=pleasure` for a
/// number under the column's own name, and `split=` for no column at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnName {
    /// What the column states.
    pub role: ColumnRole,
    /// The column's name; `None` if no column has the role.
    pub column: Option<String>,
}

impl FromStr for ColumnName {
    type Err = ColumnNameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (role, column) = text
            .split_once('=')
            .map(|(role, column)| (role.trim(), column.trim()))
            .ok_or_else(|| ColumnNameError::NotAChoice(text.to_owned()))?;
        let value = VALUES.iter().any(|(name, _)| *name == role);
        let role = match ColumnRole::WORDS
            .into_iter()
            .find(|known| known.name() == role)
        {
            Some(known) => known,
            None if value => ColumnRole::Value(role.to_owned()),
            None if role == "value" && !column.is_empty() => ColumnRole::Value(column.to_owned()),
            None if role == "value" => return Err(ColumnNameError::NotAChoice(text.to_owned())),
            None => return Err(ColumnNameError::UnknownRole(role.to_owned())),
        };
        let column = (!column.is_empty()).then(|| column.to_owned());
        Ok(Self { role, column })
    }
}

/// The columns that were named, in place of those that are found by their names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ColumnNames(BTreeMap<ColumnRole, Option<String>>);

impl ColumnNames {
    /// Collect the names.
    ///
    /// # Errors
    /// If two different columns are named for one role.
    pub fn new(names: impl IntoIterator<Item = ColumnName>) -> Result<Self, ColumnNameError> {
        let mut chosen = BTreeMap::new();
        for ColumnName { role, column } in names {
            match chosen.get(&role) {
                Some(other) if *other != column => return Err(ColumnNameError::Twice(role)),
                _ => chosen.insert(role, column),
            };
        }
        Ok(Self(chosen))
    }

    /// Return the choice for a role: `None` if there is none, `Some(None)` for no column.
    pub(crate) fn of(&self, role: &ColumnRole) -> Option<Option<&str>> {
        self.0.get(role).map(Option::as_deref)
    }

    /// Return the roles that were named.
    pub(crate) fn roles(&self) -> impl Iterator<Item = &ColumnRole> {
        self.0.keys()
    }

    /// Return whether a column of this name was named for a role.
    pub(crate) fn contain(&self, name: &str) -> bool {
        self.0
            .values()
            .flatten()
            .any(|column| plain(column) == plain(name))
    }
}

/// A text that names no column of a manifest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ColumnNameError {
    /// A text that is not of the form `path=file`.
    #[error("\"{0}\" names no column; write ROLE=COLUMN, for instance path=file")]
    NotAChoice(String),
    /// A word that is no role.
    #[error(
        "no column has the role \"{0}\"; roles are path, emotion, speaker, gender, split, start, \
         end, corpus, arousal, valence, dominance, intensity, and value for any other number"
    )]
    UnknownRole(String),
    /// Two columns for one role.
    #[error("two columns are named for the role \"{0}\"; name one")]
    Twice(ColumnRole),
}
