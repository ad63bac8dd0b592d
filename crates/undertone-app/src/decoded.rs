//! A recording that is read as a whole.

use bytes::Bytes;
use undertone_audio::{DecodeOptions, Recording, Warning, decode_bytes_announced};

use crate::problem::{Kind, Problem};
use crate::visualization::Visualization;

/// The shortest recording that is accepted, in seconds.
const SHORTEST_SECONDS: f64 = 0.1;

/// A decoded recording and what the decoder noticed about it.
#[derive(Debug)]
pub(crate) struct Decoded {
    pub(crate) recording: Recording,
    pub(crate) warnings: Vec<Warning>,
    pub(crate) visualization: Option<Visualization>,
}

/// Decode a recording and check it. `draw` adds its visualization. `announce` hears how many
/// samples there will be, before they take memory.
pub(crate) fn decode(
    bytes: Bytes,
    draw: bool,
    options: &DecodeOptions,
    announce: impl FnMut(u64),
) -> Result<Decoded, Problem> {
    if bytes.is_empty() {
        return Err(Problem::new(Kind::TooShort, "the file is empty"));
    }
    checked(decode_bytes_announced(bytes, options, announce)?, draw)
}

/// Check a recording. `draw` adds its visualization.
pub(crate) fn checked(recording: Recording, draw: bool) -> Result<Decoded, Problem> {
    if recording.duration() < SHORTEST_SECONDS {
        let detail = format!("the recording is shorter than {SHORTEST_SECONDS} s");
        return Err(Problem::new(Kind::TooShort, detail));
    }
    Ok(Decoded {
        warnings: Warning::of(&recording),
        visualization: draw.then(|| Visualization::of(&recording)).flatten(),
        recording,
    })
}
