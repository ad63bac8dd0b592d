//! How long recordings and conversations are judged.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
#[command(next_help_heading = "Long recordings and conversations")]
pub(crate) struct SegmentsArgs {
    /// Judge segments of a recording: the utterances that voice activity finds (vad), parts as long
    /// as the model's window (fixed), or what a file names: a CSV or TSV, Audacity's labels, RTTM,
    /// SRT, VTT, a Praat TextGrid or ELAN's .eaf [default: vad for more than 30 s].
    #[arg(long, value_name = "vad|fixed|FILE")]
    pub(crate) segments: Option<SegmentsFrom>,
    /// The tier of the TextGrid or of ELAN's file.
    #[arg(long, value_name = "NAME", requires = "segments")]
    pub(crate) tier: Option<String>,
    /// Judge each channel alone, as in recordings of calls with a speaker on each.
    #[arg(long, conflicts_with_all = ["adapt", "adapt_by", "voice"])]
    pub(crate) by_channel: bool,
    /// Also tell which half seconds speak for the label and which against it, for recordings of up
    /// to 30 s.
    #[arg(
        long,
        conflicts_with_all = ["segments", "by_channel", "scheme", "adapt", "adapt_by", "voice"]
    )]
    pub(crate) why: bool,
}

/// Where segments come from.
#[derive(Debug, Clone)]
pub(crate) enum SegmentsFrom {
    /// Voice activity.
    Vad,
    /// The length of the model's window.
    Fixed,
    /// A file that names them.
    File(PathBuf),
}

impl From<OsString> for SegmentsFrom {
    fn from(text: OsString) -> Self {
        match text.to_str() {
            Some("vad") => Self::Vad,
            Some("fixed") => Self::Fixed,
            _ => Self::File(text.into()),
        }
    }
}

impl SegmentsArgs {
    /// Return the options that are given.
    pub(crate) fn given(&self) -> Vec<&'static str> {
        let given = [
            ("--segments", self.segments.is_some()),
            ("--by-channel", self.by_channel),
            ("--why", self.why),
        ];
        let given = given.into_iter().filter(|(_, given)| *given);
        given.map(|(name, _)| name).collect()
    }

    /// Return whether the segments are asked for.
    pub(crate) fn shown(&self) -> bool {
        self.segments.is_some() || self.by_channel
    }
}
