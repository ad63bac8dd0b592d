//! Which column of a table has which role.

use csv::StringRecord;

use crate::SegmentFault;
use crate::error::listed;

/// A column with a time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct TimeColumn {
    pub(super) position: usize,
    /// How many seconds a unit is.
    pub(super) unit: f64,
}

/// Where a segment ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum End {
    At(TimeColumn),
    After(TimeColumn),
}

/// The columns of a table.
#[derive(Debug, PartialEq)]
pub(super) struct Columns {
    pub(super) start: TimeColumn,
    pub(super) end: End,
    pub(super) text: Option<usize>,
    pub(super) speaker: Option<usize>,
    /// Whose name counts where the speaker is empty.
    pub(super) tier: Option<usize>,
    pub(super) channel: Option<usize>,
    pub(super) recording: Option<usize>,
    /// Columns that each hold the text of a tier, as ELAN can export them.
    pub(super) tiers: Vec<(usize, String)>,
}

const START: &[&str] = &[
    "start",
    "onset",
    "begin",
    "starttime",
    "begintime",
    "starts",
    "startsec",
    "tmin",
    "xmin",
    "from",
];
const END: &[&str] = &[
    "end", "offset", "stop", "endtime", "stoptime", "ends", "endsec", "tmax", "xmax", "finish",
    "to",
];
const DURATION: &[&str] = &["duration", "dur", "length"];
const TEXT: &[&str] = &[
    "text",
    "transcript",
    "transcription",
    "sentence",
    "utterance",
    "words",
    "annotation",
    "annotationvalue",
    "content",
    "label",
];
const SPEAKER: &[&str] = &[
    "speaker",
    "spk",
    "speakerid",
    "spkid",
    "participant",
    "voice",
];
const TIER: &[&str] = &["tier", "tiername", "tierid"];
const CHANNEL: &[&str] = &["channel", "chan", "channelid"];
const RECORDING: &[&str] = &[
    "file",
    "filename",
    "path",
    "recording",
    "audio",
    "wav",
    "uri",
    "audiofilepath",
    "audiofilename",
];

impl Columns {
    /// Return whether a row names the columns.
    pub(super) fn are_named_in(row: &StringRecord) -> bool {
        row.iter().any(|cell| {
            let name = Name::of(cell);
            START.contains(&name.word.as_str()) || END.contains(&name.word.as_str())
        })
    }

    /// Return the columns of a table without names: start, end and maybe text.
    pub(super) fn of_positions(columns: usize) -> Self {
        let [start, end] = [0, 1].map(|position| TimeColumn {
            position,
            unit: 1.0,
        });
        Self {
            start,
            end: End::At(end),
            text: (columns > 2).then_some(2),
            speaker: None,
            tier: None,
            channel: None,
            recording: None,
            tiers: Vec::new(),
        }
    }

    /// Find the columns by the names in the first row.
    pub(super) fn find(header: &StringRecord) -> Result<Self, SegmentFault> {
        let names: Vec<Name> = header.iter().map(Name::of).collect();
        let find = |words: &[&str]| {
            // The order of the words is an order of preference.
            words
                .iter()
                .find_map(|word| names.iter().position(|name| name.is(word)))
        };
        let time = |words: &[&str]| {
            find(words).map(|position| TimeColumn {
                position,
                unit: names[position].unit,
            })
        };
        let missing = |column| SegmentFault::MissingColumn {
            column,
            found: listed(header),
        };
        let duration = time(DURATION);
        // "offset" is the end beside an "onset", and the start beside a "duration".
        let offset = time(&["offset"]).filter(|_| duration.is_some());
        let (start, end) = match (time(START), time(END), duration, offset) {
            (None, _, Some(duration), Some(offset)) => (offset, End::After(duration)),
            (Some(start), Some(end), ..) => (start, End::At(end)),
            (Some(start), None, Some(duration), _) => (start, End::After(duration)),
            (Some(_), None, None, _) => return Err(missing("\"end\" or \"duration\"")),
            (None, ..) => return Err(missing("\"start\"")),
        };
        let mut columns = Self {
            start,
            end,
            text: find(TEXT),
            speaker: find(SPEAKER),
            tier: find(TIER),
            channel: find(CHANNEL),
            recording: find(RECORDING),
            tiers: Vec::new(),
        };
        if header.iter().any(|name| name.starts_with("Begin Time - ")) {
            columns.add_tiers(header, &names);
        }
        Ok(columns)
    }

    /// Add the columns with the texts of ELAN, which have no fixed names: one behind the column
    /// "Tier", or one for each tier.
    fn add_tiers(&mut self, header: &StringRecord, names: &[Name]) {
        let roles = [START, END, DURATION, SPEAKER, TIER];
        let known = |name: &Name| {
            name.is_frames
                || roles
                    .iter()
                    .any(|words| words.contains(&name.word.as_str()))
        };
        let mut others = (0..names.len()).filter(|&position| !known(&names[position]));
        match self.tier {
            Some(_) => self.text = self.text.or_else(|| others.next()),
            None => {
                self.tiers = others
                    .map(|position| (position, header[position].trim().to_owned()))
                    .collect();
                self.text = None;
            }
        }
    }
}

/// The name of a column, without case and separators.
struct Name {
    word: String,
    /// How many seconds a unit is.
    unit: f64,
    /// Whether it counts frames of a film, which say nothing without their rate.
    is_frames: bool,
}

impl Name {
    fn of(header: &str) -> Self {
        let lower = header.to_lowercase();
        let mut parts: Vec<&str> = lower
            .split(|char: char| !char.is_alphanumeric())
            .filter(|part| !part.is_empty())
            .collect();
        let mut unit = 1.0;
        let is_frames = parts.contains(&"ff") || parts.contains(&"frame");
        // "Begin Time - hh:mm:ss.ms" and "Begin Time - ss.msec" of ELAN.
        let pattern = parts.iter().position(|part| ["hh", "ss"].contains(part));
        if let Some(pattern) = pattern.filter(|&position| position > 0) {
            parts.truncate(pattern);
        } else if parts.len() > 1 {
            match parts[parts.len() - 1] {
                "ms" | "msec" | "millis" | "milliseconds" => {
                    unit = 1e-3;
                    parts.pop();
                }
                "s" | "sec" | "secs" | "seconds" => {
                    parts.pop();
                }
                _ => {}
            }
        }
        Self {
            word: parts.concat(),
            unit,
            is_frames,
        }
    }

    fn is(&self, word: &str) -> bool {
        !self.is_frames && self.word == word
    }
}
