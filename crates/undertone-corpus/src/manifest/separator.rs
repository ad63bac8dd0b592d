//! The character between the fields of a manifest.

use super::columns::known_column;

const CANDIDATES: [u8; 3] = [b',', b';', b'\t'];

/// Return the separator of `text` and the position of its header. Spreadsheets can name the
/// separator in a line `sep=;` of its own.
///
/// Of comma, semicolon and tab, the one that cuts the first line into the most known columns wins,
/// then the one that cuts it into the most fields.
pub(super) fn find(text: &str, chosen: impl Fn(&str) -> bool) -> (u8, usize) {
    let content = text.trim_start_matches(['\r', '\n']);
    let before = text.len() - content.len();
    let header = content.split(['\r', '\n']).next().unwrap_or_default();
    if let [b's', b'e', b'p', b'=', separator] = header.as_bytes()
        && CANDIDATES.contains(separator)
    {
        return (*separator, before + header.len());
    }
    let score = |separator: u8| {
        let mut fields = csv::ReaderBuilder::new();
        let fields = fields
            .delimiter(separator)
            .has_headers(false)
            .from_reader(header.as_bytes());
        let names = fields.into_records().next().and_then(Result::ok);
        let names = names.unwrap_or_default();
        let known = names
            .iter()
            .map(str::trim)
            .filter(|name| known_column(name) || chosen(name))
            .count();
        (known, names.len())
    };
    let mut best = CANDIDATES[0];
    for candidate in CANDIDATES {
        if score(candidate) > score(best) {
            best = candidate;
        }
    }
    (best, before)
}
