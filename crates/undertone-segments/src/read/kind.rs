//! Which program's format a file has.

use std::path::Path;

/// A family of formats that one reader reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    WebVtt,
    Srt,
    TextGrid,
    Elan,
    Rttm,
    /// CSV, TSV, Audacity's labels and ELAN's tab-delimited export.
    Table,
}

impl Kind {
    /// Return the format of a text: by its beginning, else by the extension of its name.
    pub(super) fn of(path: &Path, text: &str) -> Self {
        let start = text.trim_start();
        let has = |beginning: &str| start.starts_with(beginning);
        if has("WEBVTT") {
            return Self::WebVtt;
        }
        if has("File type = \"ooTextFile") || has("\"ooTextFile") {
            return Self::TextGrid;
        }
        if has("<?xml") || has("<ANNOTATION_DOCUMENT") || has("<!--") {
            return Self::Elan;
        }
        if has("SPEAKER ") || has("SPEAKER\t") || has("SPKR-INFO") || has(";;") {
            return Self::Rttm;
        }
        if start.lines().take(3).any(|line| line.contains(" --> ")) {
            return Self::Srt;
        }
        let extension = path.extension().and_then(|extension| extension.to_str());
        match extension.map(str::to_ascii_lowercase).as_deref() {
            Some("vtt") => Self::WebVtt,
            Some("srt") => Self::Srt,
            Some("textgrid") => Self::TextGrid,
            Some("eaf") => Self::Elan,
            Some("rttm") => Self::Rttm,
            _ => Self::Table,
        }
    }
}
