//! Reading only the speakers of a manifest, which then needs no labels.

use std::path::{Path, PathBuf};

use csv::StringRecord;

use super::columns::Columns;
use super::encoding::{Decoded, decode};
use super::error::ManifestError;
use super::files::Files;
use super::records::{Place, Records};
use super::role::ColumnNames;
use super::separator;

/// Read the recording and the speaker of each row that has both. Paths are relative to `root`.
pub(crate) fn speakers(
    bytes: &[u8],
    root: &Path,
    chosen: &ColumnNames,
) -> Result<Vec<(PathBuf, String)>, ManifestError> {
    let Decoded { text, .. } = decode(bytes).ok_or(ManifestError::NotText)?;
    let (separator, start) = separator::find(&text, |name| chosen.contain(name));
    let mut records = Records::new(&text, separator, start);
    let header = records.header()?;
    if header.iter().all(str::is_empty) {
        return Err(ManifestError::Empty);
    }
    let columns = Columns::find(&header, chosen)?;
    let speaker = columns.need_speaker(&header)?;
    let mut files = Files::default();
    let mut record = StringRecord::new();
    let mut rows = Vec::new();
    while let Some(Place { fields, .. }) = records.next(&mut record, header.len())? {
        let name = record.get(speaker.position).unwrap_or_default().trim();
        let path = record.get(columns.path.position).unwrap_or_default();
        if fields.is_ok() && !name.is_empty() && !path.trim().is_empty() {
            rows.push((files.find(root, Path::new(path)).path, name.to_owned()));
        }
    }
    match rows.is_empty() {
        true => Err(ManifestError::NoRows),
        false => Ok(rows),
    }
}
