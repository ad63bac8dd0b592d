//! Tables with a JSON object in each line.

use std::path::Path;
use std::rc::Rc;

use serde_json::{Map, Value};

use super::made_manifest::{MadeManifest, Place};
use super::table::TableError;

/// Return the objects of `bytes` as a manifest with a row for each. A field that is a list or an
/// object is left out.
pub(super) fn manifest_of_json_lines(
    path: &Path,
    bytes: &[u8],
) -> Result<MadeManifest, TableError> {
    let text = String::from_utf8_lossy(bytes);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let mut columns: Vec<String> = Vec::new();
    let mut objects: Vec<(u64, Map<String, Value>)> = Vec::new();
    for (line, number) in text
        .lines()
        .zip(1..)
        .filter(|(line, _)| !line.trim().is_empty())
    {
        let object: Map<String, Value> =
            serde_json::from_str(line).map_err(|error| TableError::Layout {
                path: path.to_owned(),
                reason: format!("line {number}: not a JSON object: {error}"),
            })?;
        for name in object.keys() {
            if !columns.contains(name) {
                columns.push(name.clone());
            }
        }
        objects.push((number, object));
    }
    let table: Rc<Path> = path.into();
    let mut made = MadeManifest::new(path, columns.iter().map(String::as_str))?;
    for (line, object) in objects {
        let fields: Vec<String> = columns
            .iter()
            .map(|name| text_of(object.get(name)))
            .collect();
        let table = Rc::clone(&table);
        made.push(fields.iter().map(String::as_str), Place { table, line })?;
    }
    Ok(made)
}

fn text_of(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(value @ (Value::Number(_) | Value::Bool(_))) => value.to_string(),
        _ => String::new(),
    }
}
