//! Which column has which role.

use csv::StringRecord;

use super::error::ManifestError;
use super::role::{ColumnNames, ColumnRole, VALUES, plain};

/// What stands before the name of a number in a header, for numbers with names of their own.
pub(super) const VALUE_PREFIX: &str = "value:";

/// The most characters of a header to show in an error.
const SHOWN: usize = 200;

/// A column of the manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) position: usize,
    /// The name as the header has it.
    pub(super) name: String,
}

/// A column of numbers.
#[derive(Debug)]
pub(super) struct ValueColumn {
    /// The name of the numbers, for instance `arousal`.
    pub(super) value: String,
    pub(super) column: Column,
    /// Whether it was found by an alias, so that it may turn out to hold other things.
    pub(super) guessed: bool,
}

/// The column of each role.
#[derive(Debug)]
pub(super) struct Columns {
    pub(super) path: Column,
    pub(super) emotion: Option<Column>,
    pub(super) speaker: Option<Column>,
    pub(super) gender: Option<Column>,
    pub(super) split: Option<Column>,
    pub(super) start: Option<Column>,
    pub(super) end: Option<Column>,
    pub(super) corpus: Option<Column>,
    pub(super) values: Vec<ValueColumn>,
}

impl Columns {
    pub(super) fn find(header: &StringRecord, chosen: &ColumnNames) -> Result<Self, ManifestError> {
        let header = Header {
            names: header,
            chosen,
        };
        let start = header.column(&ColumnRole::Start)?;
        let end = header.column(&ColumnRole::End)?;
        if let (None, Some(end)) = (&start, &end) {
            let column = end.name.clone();
            return Err(ManifestError::EndWithoutStart { column });
        }
        Ok(Self {
            path: header
                .column(&ColumnRole::Path)?
                .ok_or_else(|| header.missing(ColumnRole::Path))?,
            emotion: header.column(&ColumnRole::Emotion)?,
            speaker: header.column(&ColumnRole::Speaker)?,
            gender: header.column(&ColumnRole::Gender)?,
            split: header.column(&ColumnRole::Split)?,
            start,
            end,
            corpus: header.column(&ColumnRole::Corpus)?,
            values: header.values()?,
        })
    }

    /// Return whether the labels are the letters of MSP-Podcast.
    pub(super) fn msp_letters(&self) -> bool {
        self.emotion
            .as_ref()
            .is_some_and(|column| plain(&column.name) == "emoclass")
    }

    /// Check that there are labels or numbers.
    pub(super) fn check_labels(&self, header: &StringRecord) -> Result<(), ManifestError> {
        if self.emotion.is_some() || !self.values.is_empty() {
            return Ok(());
        }
        Err(ManifestError::MissingColumn {
            role: ColumnRole::Emotion,
            found: found(header),
        })
    }

    /// Return the column of the speaker.
    pub(super) fn need_speaker(&self, header: &StringRecord) -> Result<&Column, ManifestError> {
        let speaker = self.speaker.as_ref();
        speaker.ok_or_else(|| ManifestError::MissingColumn {
            role: ColumnRole::Speaker,
            found: found(header),
        })
    }
}

/// Return whether a column of this name is found without being chosen.
pub(crate) fn known_column(name: &str) -> bool {
    let name = plain(name);
    let words = ColumnRole::WORDS.iter().map(ColumnRole::aliases);
    let values = VALUES.iter().map(|(_, aliases)| *aliases);
    name.starts_with(VALUE_PREFIX)
        || words
            .chain(values)
            .any(|aliases| aliases.contains(&name.as_str()))
}

/// Return whether a column of this name is read: it is chosen, or it is found for a role for which
/// no column is chosen.
pub(crate) fn is_used_column(name: &str, chosen: &ColumnNames) -> bool {
    let plain_name = plain(name);
    let found_for = |role: &ColumnRole| {
        role.aliases().contains(&plain_name.as_str()) && chosen.of(role).is_none()
    };
    let values = VALUES
        .iter()
        .map(|(value, _)| ColumnRole::Value((*value).to_owned()));
    chosen.contain(name)
        || plain_name.starts_with(VALUE_PREFIX)
        || ColumnRole::WORDS
            .into_iter()
            .chain(values)
            .any(|role| found_for(&role))
}

/// Return whether a column of this name is found as the label or as a number.
pub(crate) fn is_target_column(name: &str) -> bool {
    let name = plain(name);
    let values = VALUES.iter().map(|(_, aliases)| *aliases);
    name.starts_with(VALUE_PREFIX)
        || values
            .chain([ColumnRole::Emotion.aliases()])
            .any(|aliases| aliases.contains(&name.as_str()))
}

struct Header<'a> {
    names: &'a StringRecord,
    chosen: &'a ColumnNames,
}

impl Header<'_> {
    /// Return the column of a role: the chosen one, else the one with one of the role's names.
    fn column(&self, role: &ColumnRole) -> Result<Option<Column>, ManifestError> {
        match self.chosen.of(role) {
            Some(None) => Ok(None),
            Some(Some(name)) => self.named(name).map(Some),
            None => self.guessed(role),
        }
    }

    fn named(&self, column: &str) -> Result<Column, ManifestError> {
        let exact = self.columns(|name| name == column);
        let similar = self.columns(|name| plain(name) == plain(column));
        match (&exact[..], &similar[..]) {
            ([only], _) | ([], [only]) => Ok(only.clone()),
            ([], []) => Err(ManifestError::UnknownColumn {
                column: column.to_owned(),
                found: found(self.names),
            }),
            _ => Err(ManifestError::RepeatedColumn {
                column: column.to_owned(),
            }),
        }
    }

    fn guessed(&self, role: &ColumnRole) -> Result<Option<Column>, ManifestError> {
        let candidates = self.columns(|name| {
            role.aliases().contains(&plain(name).as_str()) && !self.chosen.contain(name)
        });
        match &candidates[..] {
            [] => Ok(None),
            [only] => Ok(Some(only.clone())),
            [first, second, ..] if first.name == second.name => {
                Err(ManifestError::RepeatedColumn {
                    column: first.name.clone(),
                })
            }
            [first, second, ..] => Err(ManifestError::TwoColumns {
                role: role.clone(),
                columns: [first.name.clone(), second.name.clone()],
            }),
        }
    }

    /// Return the columns of numbers: those that were chosen, those with known names, and those
    /// whose name begins with [`VALUE_PREFIX`].
    fn values(&self) -> Result<Vec<ValueColumn>, ManifestError> {
        let known = VALUES
            .iter()
            .map(|(name, _)| ColumnRole::Value((*name).to_owned()));
        let chosen = self.chosen.roles().cloned();
        let mut roles: Vec<ColumnRole> = known.chain(chosen).collect();
        roles.retain(|role| matches!(role, ColumnRole::Value(_)));
        roles.sort_unstable();
        roles.dedup();
        let mut values: Vec<ValueColumn> = Vec::new();
        for role in roles {
            let guessed = self.chosen.of(&role).is_none();
            if let Some(column) = self.column(&role)? {
                values.push(ValueColumn {
                    value: role.name().to_owned(),
                    column,
                    guessed,
                });
            }
        }
        for column in self.columns(|name| name.starts_with(VALUE_PREFIX)) {
            let value = column.name[VALUE_PREFIX.len()..].to_owned();
            if values.iter().any(|other| other.value == value) {
                return Err(ManifestError::RepeatedColumn {
                    column: column.name,
                });
            }
            values.push(ValueColumn {
                value,
                column,
                guessed: false,
            });
        }
        Ok(values)
    }

    fn columns(&self, is_it: impl Fn(&str) -> bool) -> Vec<Column> {
        let names = self.names.iter().enumerate();
        names
            .filter(|(_, name)| !name.is_empty() && is_it(name))
            .map(|(position, name)| Column {
                position,
                name: name.to_owned(),
            })
            .collect()
    }

    fn missing(&self, role: ColumnRole) -> ManifestError {
        ManifestError::MissingColumn {
            role,
            found: found(self.names),
        }
    }
}

/// Return the names of a header for an error, cut if they are many.
fn found(header: &StringRecord) -> String {
    let names: Vec<&str> = header.iter().collect();
    let names = names.join(", ");
    match names.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{} …", &names[..end]),
        None => names,
    }
}
