//! Tables with a JSON object in each line.

use std::path::Path;

use serde_json::{Map, Value};

use super::table::TableError;

/// Return the objects of `bytes` as a CSV with the line of each object where it was: a header is
/// in front of the first one. A field that is a list or an object is left out.
pub(super) fn csv_of_json_lines(path: &Path, bytes: &[u8]) -> Result<Vec<u8>, TableError> {
    let layout = |line: usize, reason: String| TableError::Layout {
        path: path.to_owned(),
        reason: format!("line {line}: {reason}"),
    };
    let text = String::from_utf8_lossy(bytes);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let mut columns: Vec<String> = Vec::new();
    let mut objects: Vec<Map<String, Value>> = Vec::new();
    for (line, number) in text
        .lines()
        .zip(1..)
        .filter(|(line, _)| !line.trim().is_empty())
    {
        let object: Map<String, Value> = serde_json::from_str(line)
            .map_err(|error| layout(number, format!("not a JSON object: {error}")))?;
        for name in object.keys() {
            if !columns.contains(name) {
                columns.push(name.clone());
            }
        }
        objects.push(object);
    }
    let mut writer = csv::Writer::from_writer(Vec::new());
    let written = writer.write_record(&columns).and_then(|()| {
        objects.iter().try_for_each(|object| {
            writer.write_record(columns.iter().map(|name| text_of(object.get(name))))
        })
    });
    let csv = |reason| TableError::Csv {
        path: path.to_owned(),
        reason,
    };
    written.map_err(csv)?;
    writer
        .into_inner()
        .map_err(|error| layout(0, error.to_string()))
}

fn text_of(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(value @ (Value::Number(_) | Value::Bool(_))) => value.to_string(),
        _ => String::new(),
    }
}
