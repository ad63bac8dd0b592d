//! Where answers go, and how they look.

use std::path::{Path, PathBuf};

use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};
use undertone_segments::SegmentFormat;

use super::output::Format;

/// The format of answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PredictFormat {
    /// Of recordings.
    Rows(Format),
    /// Of their segments, for the tools of the field.
    Segments(SegmentFormat),
}

impl ValueEnum for PredictFormat {
    fn value_variants<'a>() -> &'a [Self] {
        &[
            Self::Rows(Format::Table),
            Self::Rows(Format::Json),
            Self::Rows(Format::Csv),
            Self::Rows(Format::Parquet),
            Self::Segments(SegmentFormat::Srt),
            Self::Segments(SegmentFormat::Vtt),
            Self::Segments(SegmentFormat::TextGrid),
            Self::Segments(SegmentFormat::Audacity),
            Self::Segments(SegmentFormat::Rttm),
        ]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let format = match self {
            Self::Rows(format) => return format.to_possible_value(),
            Self::Segments(format) => format,
        };
        let help = match format {
            SegmentFormat::Srt => "Utterances as SubRip subtitles",
            SegmentFormat::Vtt => "Utterances as WebVTT subtitles",
            SegmentFormat::TextGrid => "Utterances as a TextGrid of Praat",
            SegmentFormat::Audacity => "Utterances as a label track of Audacity",
            SegmentFormat::Rttm => "Utterances as RTTM, as speaker diarization uses it",
        };
        Some(PossibleValue::new(format.id()).help(help))
    }
}

impl PredictFormat {
    /// Return the format that the ending of a file's name says. `.txt` is a table.
    fn of_name(path: &Path) -> Option<Self> {
        let rows = Format::of_name(path).map(Self::Rows);
        rows.or_else(|| SegmentFormat::of(path).map(Self::Segments))
    }
}

#[derive(Debug, Args)]
pub(crate) struct PredictOutputArgs {
    /// The format of the answers [default: what the ending of --out says, or a table].
    #[arg(long, value_name = "F", value_enum)]
    pub(crate) format: Option<PredictFormat>,
    /// Short for --format json.
    #[arg(long, conflicts_with = "format")]
    pub(crate) json: bool,
    /// Write the answers to a file. It appears under its name when all is done.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Replace the file if it exists.
    #[arg(long, requires = "out")]
    pub(crate) force: bool,
}

impl PredictOutputArgs {
    /// Return the format.
    pub(crate) fn format(&self) -> PredictFormat {
        let of_name = || self.out.as_deref().and_then(PredictFormat::of_name);
        let table = PredictFormat::Rows(Format::Table);
        match self.json {
            true => PredictFormat::Rows(Format::Json),
            false => self.format.or_else(of_name).unwrap_or(table),
        }
    }
}
