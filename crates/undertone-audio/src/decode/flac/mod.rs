//! FLAC (RFC 9639), read straight from memory.
//!
//! symphonia reads FLAC too, but decoding is half of the front end's time on FLAC corpora even so,
//! and it needs three times as much (`docs/audio.md`). Here both checksums of every frame and the
//! promised length are checked, and damage is an error rather than a gap.

mod bits;
mod crc;
mod frame;
mod predict;
mod residual;
mod sample;
mod subframe;
mod transpose;

use super::{DecodeErrorKind, DecodeOptions, Recording, check_rate};
use frame::{EndOfFrame, Frame};
use sample::Sample;

const FLAC: &str = "FLAC";
const STREAM_INFO: u8 = 0;
const STREAM_INFO_LEN: usize = 34;
/// Most samples of one channel in a frame.
const LONGEST_FRAME: u64 = 65_536;

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
    announce: &mut dyn FnMut(u64),
) -> Result<Recording, DecodeErrorKind> {
    let (info, position) = metadata(bytes, start + 4)?;
    let max_frames = options.max_frames(info.sample_rate);
    if info.frames > max_frames {
        return Err(options.too_long());
    }
    // The last frame may go beyond a promised length.
    announce(match info.frames {
        0 => max_frames,
        promised => max_frames.min(promised + LONGEST_FRAME),
    });
    let samples = match info.bits {
        ..=31 => frames::<i32>(bytes, position, &info, options)?,
        _ => frames::<i64>(bytes, position, &info, options)?,
    };
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

/// Decodes all frames from `position` on to mono.
fn frames<S: Sample>(
    bytes: &[u8],
    mut position: usize,
    info: &StreamInfo,
    options: &DecodeOptions,
) -> Result<Vec<f32>, DecodeErrorKind> {
    let max_frames = options.max_frames(info.sample_rate);
    // Bounded by the file's size, since the header may say anything. A bit a sample is little.
    let mut samples = Vec::with_capacity(info.frames.min(8 * bytes.len() as u64) as usize);
    let mut found = 0;
    let mut group = Vec::new();
    group.resize_with((S::AT_ONCE / info.channels).max(1), Frame::<S>::default);
    // Beyond the promised length there may be a tag.
    let ended =
        |position, found| position >= bytes.len() || (info.frames > 0 && found >= info.frames);
    while !ended(position, found) {
        let mut filled = 0;
        while filled < group.len() && !ended(position, found) {
            let frame = &mut group[filled];
            position = frame
                .read(bytes, position, info)
                .map_err(|error| match error {
                    EndOfFrame::Corrupt(rule) => DecodeErrorKind::corrupt(FLAC, rule),
                    EndOfFrame::Missing => {
                        DecodeErrorKind::corrupt(FLAC, "the file ends in the middle")
                    }
                })?;
            found += frame.len() as u64;
            if found > max_frames {
                return Err(options.too_long());
            }
            filled += 1;
        }
        let group = &mut group[..filled];
        S::restore(
            group
                .iter_mut()
                .flat_map(|frame| &mut frame.channels)
                .collect(),
        );
        for frame in group {
            frame.append_mono(info.bits, &mut samples);
        }
    }
    Ok(samples)
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
