//! FLAC, through `undertone-flac`.

use undertone_flac::{Decoder, FlacError};

use super::error::DecodeErrorKind;
use super::mono_writer::MonoWriter;
use super::options::check_rate;

const FLAC: &str = "FLAC";

pub(super) fn decode(bytes: &[u8], mono: &mut MonoWriter<'_>) -> Result<(), DecodeErrorKind> {
    let mut decoder = Decoder::new(bytes).map_err(from_flac)?;
    let info = *decoder.stream_info();
    let announced = info.total_samples.unwrap_or(0);
    if announced > mono.options().max_frames(check_rate(info.sample_rate)?) {
        return Err(mono.options().too_long());
    }
    let most = match info.total_samples {
        None => u64::MAX,
        // The last block may go beyond the announced length.
        Some(total) => total + Decoder::MAX_BLOCK_SIZE as u64,
    };
    // A header may announce anything, so the file's size limits the allocation: a sample has at
    // least one bit in nearly every file.
    mono.open_with(
        info.sample_rate,
        most,
        announced.min(8 * bytes.len() as u64),
    )?;
    let scale = 1.0 / (1_u64 << (info.bits_per_sample - 1)) as f32;
    while let Some(block) = decoder.next_block().map_err(from_flac)? {
        let frames = block.samples_per_channel();
        mono.write(info.channels, frames, |mixer, mono, range| {
            let channels = block.channels().map(|channel| {
                let wanted = channel[range.clone()].iter();
                wanted.map(|sample| *sample as f32 * scale)
            });
            mixer.append_planes(mono, channels);
        })?;
    }
    Ok(())
}

/// Length of the block with the properties of the stream.
const STREAM_INFO_LEN: usize = 34;

/// Return the start of a FLAC file, up to the first frame, from what other containers store of it:
/// the block with the properties of the stream, alone or after its signature.
pub(super) fn file_header(stored: &[u8]) -> Option<Vec<u8>> {
    let block = match stored.strip_prefix(b"fLaC") {
        Some(blocks) => blocks.get(4..)?,
        None => stored,
    };
    // The block is the last one before the frames.
    let mut header = b"fLaC\x80\0\0".to_vec();
    header.push(STREAM_INFO_LEN as u8);
    header.extend(block.get(..STREAM_INFO_LEN)?);
    Some(header)
}

/// Return the sample rate that a file states which [`file_header`] begins.
pub(super) fn sample_rate(file: &[u8]) -> Option<u32> {
    let [a, b, c] = *file.get(18..)?.first_chunk()?;
    Some(u32::from_be_bytes([0, a, b, c]) >> 4)
}

fn from_flac(error: FlacError) -> DecodeErrorKind {
    match error {
        FlacError::MissingSamples { announced, found } => DecodeErrorKind::HeaderPromisesMore {
            format: FLAC,
            promised: announced,
            found,
            unit: "frames",
        },
        other => DecodeErrorKind::corrupt(FLAC, other.to_string()),
    }
}
