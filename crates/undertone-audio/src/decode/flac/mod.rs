//! FLAC (RFC 9639), read straight from memory.
//!
//! symphonia reads FLAC too, but decoding is most of the front end's time on FLAC corpora, and it
//! needs about a third more of it (`docs/audio.md`). Here both checksums of every frame and the
//! promised length are checked, and damage is an error rather than a gap.

mod bits;
mod crc;
mod frame;
mod subframe;

use super::{DecodeErrorKind, DecodeOptions, Recording, check_rate};
use frame::{Blocks, EndOfFrame};

const FLAC: &str = "FLAC";
const STREAM_INFO: u8 = 0;
const STREAM_INFO_LEN: usize = 34;

/// What the STREAMINFO block says.
#[derive(Debug, Clone, Copy)]
struct StreamInfo {
    sample_rate: u32,
    channels: usize,
    bits: u32,
    /// 0 where the encoder didn't know.
    frames: u64,
}

/// Decodes the stream that begins at `start`, behind a tag if there is one.
pub(super) fn decode(
    bytes: &[u8],
    start: usize,
    options: &DecodeOptions,
) -> Result<Recording, DecodeErrorKind> {
    let (info, mut position) = metadata(bytes, start + 4)?;
    let max_frames = options.max_frames(info.sample_rate);
    if info.frames > max_frames {
        return Err(options.too_long());
    }
    // Bounded by the file's size: the header alone may say anything.
    let mut samples = Vec::with_capacity(info.frames.min(2 * bytes.len() as u64) as usize);
    let mut blocks = Blocks::default();
    // Beyond the promised length there may be a tag.
    while position < bytes.len() && (info.frames == 0 || (samples.len() as u64) < info.frames) {
        position = match frame::decode(bytes, position, &info, &mut blocks) {
            Ok(end) => end,
            Err(EndOfFrame::Corrupt(rule)) => return Err(DecodeErrorKind::corrupt(FLAC, rule)),
            Err(EndOfFrame::Missing) => {
                return Err(DecodeErrorKind::corrupt(
                    FLAC,
                    "the file ends in the middle",
                ));
            }
        };
        if (samples.len() + blocks.len()) as u64 > max_frames {
            return Err(options.too_long());
        }
        blocks.append_mono(info.bits, &mut samples);
    }
    let found = samples.len() as u64;
    if info.frames > found {
        return Err(DecodeErrorKind::HeaderPromisesMore {
            format: FLAC,
            promised: info.frames,
            found,
            unit: "frames",
        });
    }
    Ok(Recording {
        samples,
        sample_rate: info.sample_rate,
        channels: info.channels,
    })
}

/// Reads the stream's parameters and skips all other metadata; gives the first frame's position.
fn metadata(bytes: &[u8], mut position: usize) -> Result<(StreamInfo, usize), DecodeErrorKind> {
    let ends = || DecodeErrorKind::corrupt(FLAC, "metadata reaches beyond the end of the file");
    let mut info = None;
    loop {
        let header = bytes.get(position..position + 4).ok_or_else(ends)?;
        let (last, kind) = (header[0] & 0x80 != 0, header[0] & 0x7f);
        let length =
            usize::from(header[1]) << 16 | usize::from(header[2]) << 8 | usize::from(header[3]);
        let block = bytes
            .get(position + 4..position + 4 + length)
            .ok_or_else(ends)?;
        position += 4 + length;
        if kind == STREAM_INFO && info.is_none() {
            info = Some(stream_info(block)?);
        }
        if last {
            let info = info.ok_or_else(|| DecodeErrorKind::corrupt(FLAC, "no STREAMINFO block"))?;
            return Ok((info, position));
        }
    }
}

fn stream_info(block: &[u8]) -> Result<StreamInfo, DecodeErrorKind> {
    let block: &[u8; STREAM_INFO_LEN] = block
        .try_into()
        .map_err(|_| DecodeErrorKind::corrupt(FLAC, "STREAMINFO block of a wrong length"))?;
    let packed = block[10..18]
        .iter()
        .fold(0_u64, |packed, byte| packed << 8 | u64::from(*byte));
    let bits = (packed >> 36 & 0x1f) as u32 + 1;
    if bits < 4 {
        return Err(DecodeErrorKind::corrupt(FLAC, "fewer than 4 bits a sample"));
    }
    Ok(StreamInfo {
        sample_rate: check_rate((packed >> 44) as u32)?,
        channels: (packed >> 41 & 7) as usize + 1,
        bits,
        frames: packed & 0xf_ffff_ffff,
    })
}
