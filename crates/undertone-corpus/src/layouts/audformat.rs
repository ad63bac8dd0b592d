//! audformat: a header `db.yaml`, and a table `db.NAME.csv` for each of its tables.
//!
//! Format: <https://audeering.github.io/audformat/data-format.html>.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::rc::Rc;
use std::str::FromStr;

use serde::Deserialize;

use super::clips::{Clips, Stated};
use super::made_manifest::{MadeManifest, Place};
use super::table::{Table, TableError, read_bytes};
use crate::listing::Listing;
use crate::{ColumnNames, CorpusNote, Emotion, Gender, Subset, TableField, Utterance, manifest};

/// The file that makes a folder an audformat database.
const AUDFORMAT_HEADER: &str = "db.yaml";

/// The part of `db.yaml` that matters here.
#[derive(Debug, Deserialize)]
struct Header {
    name: Option<String>,
    source: Option<String>,
    license: Option<String>,
    #[serde(default)]
    languages: Vec<String>,
    #[serde(default)]
    schemes: BTreeMap<String, Scheme>,
    #[serde(default)]
    tables: BTreeMap<String, TableHeader>,
    #[serde(default)]
    splits: BTreeMap<String, Split>,
}

#[derive(Debug, Deserialize)]
struct Scheme {
    labels: Option<yaml_serde::Value>,
}

#[derive(Debug, Deserialize)]
struct TableHeader {
    split_id: Option<String>,
    #[serde(default)]
    columns: BTreeMap<String, Option<ColumnHeader>>,
}

#[derive(Debug, Default, Deserialize)]
struct ColumnHeader {
    scheme_id: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Split {
    #[serde(rename = "type")]
    kind: Option<String>,
}

/// A row of a table: the file, the start and the end, empty for a whole file.
type Index = [String; 3];

/// The columns of an index.
const INDEX: [&str; 3] = ["file", "start", "end"];

/// Read an audformat database. The tables that have a label or a number of their own are the rows,
/// the other tables add what they know about the same files, and the scheme of the speakers adds
/// the gender.
pub(crate) fn read_audformat(
    listing: &Listing,
    columns: &ColumnNames,
) -> Result<Clips, TableError> {
    let path = listing.root.join(AUDFORMAT_HEADER);
    let header: Header =
        yaml_serde::from_slice(&read_bytes(&path)?).map_err(|error| TableError::Layout {
            path: path.clone(),
            reason: format!("not a header of audformat: {error}"),
        })?;
    let joined = Joined::read(listing, &header, columns)?;
    let made = joined.manifest(&header, listing)?;
    let read = made.read(&listing.root, columns)?;
    let mut notes = joined.notes(&path);
    notes.extend(read.notes.into_iter().map(CorpusNote::Manifest));
    let mut clips = Clips {
        utterances: read.utterances,
        skipped: read.skipped,
        notes,
        ..Clips::default()
    };
    let name = header
        .name
        .unwrap_or_else(|| listing.root_name().to_owned());
    for utterance in &mut clips.utterances {
        if utterance.corpus == Utterance::NO_CORPUS {
            utterance.corpus.clone_from(&name);
        }
    }
    clips.stated = Stated {
        name: Some(name),
        license: header.license,
        source: header.source,
        language: (!header.languages.is_empty()).then(|| header.languages.join(", ")),
    };
    Ok(clips)
}

/// The tables of a database, joined by file and segment.
#[derive(Default)]
struct Joined {
    /// The rows in the order of the tables, with the place that makes each a row.
    rows: Vec<(Index, Place)>,
    /// The names of the columns, in the order of the tables.
    columns: Vec<String>,
    /// What is known about each index. A whole file has an index without start and end.
    known: HashMap<Index, Known>,
    /// The tables that are not stored as CSV.
    unread: Vec<String>,
    /// For each column, the number of fields that another table or column contradicts, with the
    /// first of them.
    contradictions: BTreeMap<String, (usize, Contradiction)>,
}

#[derive(Default)]
struct Known {
    is_row: bool,
    /// The field of each column.
    fields: BTreeMap<String, Field>,
}

/// A field, and where it stands.
struct Field {
    text: String,
    /// The name of the column in its table.
    column: Rc<str>,
    place: Place,
}

/// Two fields about one file that say different things.
struct Contradiction {
    file: String,
    fields: [TableField; 2],
}

impl Field {
    fn as_noted(&self) -> TableField {
        TableField {
            table: self.place.table.to_path_buf(),
            line: self.place.line,
            column: self.column.to_string(),
            text: self.text.clone(),
        }
    }
}

impl Joined {
    fn read(listing: &Listing, header: &Header, chosen: &ColumnNames) -> Result<Self, TableError> {
        let mut joined = Self::default();
        for (name, table_header) in &header.tables {
            let path = listing.root.join(format!("db.{name}.csv"));
            if !path.is_file() {
                joined.unread.push(name.clone());
                continue;
            }
            joined.add(&Table::read(&path)?, table_header, header, chosen)?;
        }
        if let Some(yaml_serde::Value::String(speakers)) = speaker_labels(header)
            && !header.tables.contains_key(speakers)
            && !listing.root.join(format!("db.{speakers}.csv")).is_file()
        {
            joined.unread.push(speakers.clone());
        }
        if joined.rows.is_empty() {
            let unread = match joined.unread.is_empty() {
                true => String::new(),
                false => format!(
                    "; these tables are not stored as CSV and were not read: {} (save the database \
                     with storage_format=\"csv\")",
                    joined.unread.join(", ")
                ),
            };
            return Err(TableError::Layout {
                path: listing.root.join(AUDFORMAT_HEADER),
                reason: format!(
                    "no table has a column for the emotion (found: {}){unread}; name it, as in \
                     --column emotion=NAME",
                    joined.columns.join(", ")
                ),
            });
        }
        Ok(joined)
    }

    fn add(
        &mut self,
        table: &Table,
        table_header: &TableHeader,
        header: &Header,
        chosen: &ColumnNames,
    ) -> Result<(), TableError> {
        let file = table.column(INDEX[0])?;
        let position = |name: &str| table.columns().iter().position(|column| column == name);
        let (start, end) = (position(INDEX[1]), position(INDEX[2]));
        let names: Vec<Option<String>> = table
            .columns()
            .iter()
            .map(|column| {
                let of_scheme = table_header.columns.get(column);
                let of_scheme = of_scheme.and_then(|column| column.as_ref()?.scheme_id.as_deref());
                // A column has the name of its scheme where that says more than its own.
                let name = match of_scheme {
                    Some(scheme) if !chosen.contain(column) && manifest::known_column(scheme) => {
                        scheme
                    }
                    _ => column,
                };
                (!INDEX.contains(&column.as_str())).then(|| name.to_owned())
            })
            .collect();
        let has_labels = names
            .iter()
            .flatten()
            .any(|name| chosen.contain(name) || manifest::is_target_column(name));
        for name in names.iter().flatten() {
            if !self.columns.contains(name) {
                self.columns.push(name.clone());
            }
        }
        let columns: Vec<Rc<str>> = table
            .columns()
            .iter()
            .map(|column| column.as_str().into())
            .collect();
        let split_id: Rc<str> = "split_id".into();
        let split = table_header.split_id.as_ref().map(|id| {
            let split = header.splits.get(id).and_then(|split| split.kind.as_ref());
            split.unwrap_or(id).clone()
        });
        let table_path: Rc<Path> = table.path.as_path().into();
        for row in table.rows() {
            let time = |position: Option<usize>| {
                let text = position.map_or("", |position| row.field(position));
                // "Not a time" is the end of the file.
                (if text == "NaT" { "" } else { text }).to_owned()
            };
            let index = [row.field(file).to_owned(), time(start), time(end)];
            let place = Place {
                table: Rc::clone(&table_path),
                line: row.line,
            };
            let field = |text: &str, column: &Rc<str>| Field {
                text: text.to_owned(),
                column: Rc::clone(column),
                place: place.clone(),
            };
            for (position, name) in names.iter().enumerate() {
                let text = row.field(position);
                if let (Some(name), false) = (name, text.is_empty()) {
                    self.state(&index, name, field(text, &columns[position]), chosen);
                }
            }
            if let Some(split) = &split {
                self.state(&index, SPLIT, field(split, &split_id), chosen);
            }
            let known = self.known.entry(index.clone()).or_default();
            if has_labels && !known.is_row {
                known.is_row = true;
                self.rows.push((index, place));
            }
        }
        Ok(())
    }

    /// Remember what a column states about an index, unless another field already does. Count the
    /// ones that say something else.
    fn state(&mut self, index: &Index, name: &str, field: Field, chosen: &ColumnNames) {
        let known = self.known.entry(index.clone()).or_default();
        let Some(first) = known.fields.get(name) else {
            known.fields.insert(name.to_owned(), field);
            return;
        };
        if !manifest::is_used_column(name, chosen) || mean_the_same(&first.text, &field.text) {
            return;
        }
        let (count, _) = self
            .contradictions
            .entry(name.to_owned())
            .or_insert_with(|| {
                let contradiction = Contradiction {
                    file: index[0].clone(),
                    fields: [first.as_noted(), field.as_noted()],
                };
                (0, contradiction)
            });
        *count += 1;
    }

    /// Return what should be known about the tables.
    fn notes(&self, path: &Path) -> Vec<CorpusNote> {
        let unread = (!self.unread.is_empty()).then(|| CorpusNote::UnreadTables {
            path: path.to_owned(),
            tables: self.unread.clone(),
        });
        let contradictions = self.contradictions.iter().map(|(column, (count, first))| {
            CorpusNote::ContradictingTables {
                column: column.clone(),
                count: *count,
                file: first.file.clone(),
                fields: Box::new(first.fields.clone()),
            }
        });
        unread.into_iter().chain(contradictions).collect()
    }

    /// Return all rows as one manifest.
    fn manifest(&self, header: &Header, listing: &Listing) -> Result<MadeManifest, TableError> {
        let genders = genders(header, listing)?;
        let mut columns: Vec<&str> = self.columns.iter().map(String::as_str).collect();
        for extra in [SPLIT, GENDER] {
            if !columns.contains(&extra) {
                columns.push(extra);
            }
        }
        let path = listing.root.join(AUDFORMAT_HEADER);
        let all_columns = INDEX.iter().chain(&columns).copied();
        let mut made = MadeManifest::new(&path, all_columns)?;
        for (index, place) in &self.rows {
            let own = self.known.get(index);
            let file = self
                .known
                .get(&[index[0].clone(), String::new(), String::new()]);
            let known = |column: &str| {
                let known = [own, file].into_iter().flatten();
                let mut fields = known.filter_map(|known| known.fields.get(column));
                fields.next().map(|field| field.text.as_str())
            };
            let field = |column: &&'_ str| match known(column) {
                Some(text) => text,
                None if *column == GENDER => {
                    let gender = known("speaker").and_then(|speaker| genders.get(speaker));
                    gender.map_or("", String::as_str)
                }
                None => "",
            };
            let index = index.iter().map(String::as_str);
            made.push(index.chain(columns.iter().map(field)), place.clone())?;
        }
        Ok(made)
    }
}

/// Return whether two fields state the same number, label, set or gender, or have the same text.
fn mean_the_same(a: &str, b: &str) -> bool {
    fn equal<T: FromStr + PartialEq>(a: &str, b: &str) -> bool {
        matches!((a.parse::<T>(), b.parse::<T>()), (Ok(a), Ok(b)) if a == b)
    }
    a == b
        || equal::<f64>(a, b)
        || equal::<Emotion>(a, b)
        || equal::<Subset>(a, b)
        || equal::<Gender>(a, b)
}

const SPLIT: &str = "split";
const GENDER: &str = "gender";

/// Return the gender of each speaker: from the labels of the scheme `speaker`, or from the table
/// that these refer to.
fn genders(header: &Header, listing: &Listing) -> Result<BTreeMap<String, String>, TableError> {
    let mut genders = BTreeMap::new();
    match speaker_labels(header) {
        Some(yaml_serde::Value::Mapping(speakers)) => {
            for (speaker, about) in speakers {
                let gender = about.get(GENDER).and_then(yaml_serde::Value::as_str);
                if let (Some(speaker), Some(gender)) = (scalar(speaker), gender) {
                    genders.insert(speaker, gender.to_owned());
                }
            }
        }
        Some(yaml_serde::Value::String(table)) => {
            let path = listing.root.join(format!("db.{table}.csv"));
            if path.is_file() {
                let table = Table::read(&path)?;
                let gender = table.columns().iter().position(|column| column == GENDER);
                for row in table.rows() {
                    if let Some(gender) = gender {
                        // The index, which is the speaker, is the first column.
                        genders.insert(row.field(0).to_owned(), row.field(gender).to_owned());
                    }
                }
            }
        }
        _ => {}
    }
    Ok(genders)
}

/// Return the labels of the scheme `speaker`: a mapping, or the name of a table.
fn speaker_labels(header: &Header) -> Option<&yaml_serde::Value> {
    header.schemes.get("speaker")?.labels.as_ref()
}

fn scalar(value: &yaml_serde::Value) -> Option<String> {
    match value {
        yaml_serde::Value::String(text) => Some(text.clone()),
        yaml_serde::Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Return whether a folder is an audformat database.
pub(crate) fn is_audformat(root: &Path) -> bool {
    root.join(AUDFORMAT_HEADER).is_file()
}
