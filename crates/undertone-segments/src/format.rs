//! The formats that are written.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use thiserror::Error;

/// A format in which segments are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SegmentFormat {
    /// SubRip subtitles.
    Srt,
    /// WebVTT subtitles.
    Vtt,
    /// A TextGrid of Praat, in its long text form.
    TextGrid,
    /// Audacity's label track.
    Audacity,
    /// Rich Transcription Time Marked, as speaker diarization uses it.
    Rttm,
}

/// A name that is no format.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0:?} is not a format of segments; choose srt, vtt, textgrid, audacity or rttm")]
pub struct UnknownSegmentFormat(String);

impl SegmentFormat {
    /// All formats.
    pub const ALL: [Self; 5] = [
        Self::Srt,
        Self::Vtt,
        Self::TextGrid,
        Self::Audacity,
        Self::Rttm,
    ];

    /// Return the name by which a user chooses the format.
    pub fn id(self) -> &'static str {
        match self {
            Self::Srt => "srt",
            Self::Vtt => "vtt",
            Self::TextGrid => "textgrid",
            Self::Audacity => "audacity",
            Self::Rttm => "rttm",
        }
    }

    /// Return the usual extension of a file name, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Srt => "srt",
            Self::Vtt => "vtt",
            Self::TextGrid => "TextGrid",
            Self::Audacity => "txt",
            Self::Rttm => "rttm",
        }
    }

    /// Return the format that the extension of a path names.
    pub fn of(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?;
        let mut formats = Self::ALL.into_iter();
        formats.find(|format| format.extension().eq_ignore_ascii_case(extension))
    }
}

impl fmt::Display for SegmentFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.id())
    }
}

impl FromStr for SegmentFormat {
    type Err = UnknownSegmentFormat;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let mut formats = Self::ALL.into_iter();
        formats
            .find(|format| format.id().eq_ignore_ascii_case(name))
            .ok_or_else(|| UnknownSegmentFormat(name.to_owned()))
    }
}
