//! The tag in the first frame of an MP3 file that states its length.

use super::error::DecodeErrorKind;

/// What a Xing, Info or VBRI tag says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LengthTag {
    /// Frames of audio.
    frames: Option<u64>,
    /// Samples that the encoder added at the start and at the end.
    added: Option<(u64, u64)>,
}

/// Samples that every decoder of layer III adds at the start.
const DECODER_DELAY: u64 = 529;
/// Frames that may be missing: programs disagree on counting the frame of the tag itself.
const SLACK: u64 = 2;
/// Where a VBRI tag is in its frame.
const VBRI_AT: usize = 36;

impl LengthTag {
    /// Return the tag of a frame. A Xing or Info tag begins at `tag_at`.
    pub(super) fn parse(frame: &[u8], tag_at: usize) -> Option<Self> {
        let number = |at: usize| -> Option<u64> {
            Some(u64::from(u32::from_be_bytes(
                *frame.get(at..)?.first_chunk()?,
            )))
        };
        if frame.get(VBRI_AT..VBRI_AT + 4) == Some(b"VBRI") {
            return Some(Self {
                frames: number(VBRI_AT + 14),
                added: None,
            });
        }
        if !matches!(frame.get(tag_at..tag_at + 4), Some(b"Xing" | b"Info")) {
            return None;
        }
        let flags = number(tag_at + 4)?;
        let mut at = tag_at + 8;
        let mut frames = None;
        for (bit, len) in [(1, 4), (2, 4), (4, 100), (8, 4)] {
            if flags & bit != 0 {
                if bit == 1 {
                    frames = number(at);
                }
                at += len;
            }
        }
        // LAME's extension begins with the name of the encoder.
        let added = frame
            .get(at..at + 24)
            .filter(|extension| extension[0].is_ascii_alphanumeric())
            .map(|extension| {
                let [a, b, c] = [21, 22, 23].map(|at| u64::from(extension[at]));
                (a << 4 | b >> 4, (b & 15) << 8 | c)
            })
            .filter(|added| *added != (0, 0));
        Some(Self { frames, added })
    }

    /// Refuse a file with fewer frames than the tag says.
    pub(super) fn check(
        &self,
        format: &'static str,
        found: u64,
        samples: u64,
    ) -> Result<(), DecodeErrorKind> {
        match self.frames {
            Some(promised) if promised > found + SLACK => {
                Err(DecodeErrorKind::HeaderPromisesMore {
                    format,
                    promised: promised * samples,
                    found: found * samples,
                    unit: "frames",
                })
            }
            _ => Ok(()),
        }
    }

    /// Return the samples to leave out at the start, and the number to keep, for `found` frames of
    /// `samples`. If there are more frames than the tag says, it counts only the first of several
    /// files that were joined, and all frames are kept.
    pub(super) fn trim(&self, found: u64, samples: u64) -> (u64, Option<u64>) {
        let Some((start, end)) = self.added else {
            return (0, None);
        };
        let of_this_file = self.frames.is_some_and(|frames| frames + 1 >= found);
        let length = (found * samples).saturating_sub(start + end);
        (start + DECODER_DELAY, of_this_file.then_some(length))
    }
}
