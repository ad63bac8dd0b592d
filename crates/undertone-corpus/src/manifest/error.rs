//! The reasons why a manifest cannot be used at all.

use super::role::ColumnRole;

/// The reason why a manifest cannot be read. A row that cannot be used refuses nothing but itself
/// and is [`Skipped`](crate::Skipped).
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// The file is empty.
    #[error(
        "the manifest is empty; it needs a header such as path,emotion,speaker and a row per clip"
    )]
    Empty,
    /// There is a header without rows.
    #[error("the manifest has a header and no rows")]
    NoRows,
    /// The file is not a text.
    #[error("not a text; a manifest is a CSV in UTF-8, UTF-16 or Windows-1252 (Latin-1)")]
    NotText,
    /// No column has a role that is needed.
    #[error(
        "there is no column for the {role} (found: {found}); name it, as in --column {role}=NAME{}",
        match role {
            ColumnRole::Emotion => ", or name a column of numbers, as in --column value=NAME",
            _ => "",
        }
    )]
    MissingColumn {
        /// The role.
        role: ColumnRole,
        /// The columns that were found.
        found: String,
    },
    /// A column that was named is not there.
    #[error("there is no column \"{column}\" (found: {found})")]
    UnknownColumn {
        /// The column's name.
        column: String,
        /// The columns that were found.
        found: String,
    },
    /// Two columns have the same name.
    #[error("the column \"{column}\" occurs twice; rename one of them")]
    RepeatedColumn {
        /// The column's name.
        column: String,
    },
    /// Two columns can have one role.
    #[error(
        "the columns \"{}\" and \"{}\" both look like the {role}; choose one, as in \
         --column {role}={}", columns[0], columns[1], columns[0]
    )]
    TwoColumns {
        /// The role.
        role: ColumnRole,
        /// The columns' names.
        columns: [String; 2],
    },
    /// There is a column for the end of segments and none for their start.
    #[error(
        "the column \"{column}\" looks like the end of a segment, and no column is the start; name \
         it, as in --column start=NAME, or use no segments, with --column end="
    )]
    EndWithoutStart {
        /// The column's name.
        column: String,
    },
    /// There are too many different labels.
    #[error(
        "the column \"{column}\" has more than {most} different labels; if it is not the emotion, \
         choose another one, as in --column emotion=NAME"
    )]
    TooManyLabels {
        /// The column's name.
        column: String,
        /// The most that are read.
        most: usize,
    },
    /// There are too many quotation marks that do not close.
    #[error(
        "line {line}: more than {most} rows have a double quote that does not close; write a \
         quote inside a quoted field twice"
    )]
    OpenQuotes {
        /// The line of the last one.
        line: u64,
        /// The most that are skipped.
        most: usize,
    },
    /// The file is not a CSV.
    #[error("not a CSV file: {0}")]
    Csv(#[from] csv::Error),
}
