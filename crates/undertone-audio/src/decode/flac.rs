//! FLAC, through `undertone-flac`.

use undertone_flac::{Decoder, FlacError};

use super::error::DecodeErrorKind;
use super::options::{DecodeOptions, check_rate};
use crate::mono::Mixer;
use crate::recording::Recording;

const FLAC: &str = "FLAC";

pub(super) fn decode(
    bytes: &[u8],
    options: &DecodeOptions,
    announce: &mut dyn FnMut(u64),
    mixer: &mut Mixer,
) -> Result<Recording, DecodeErrorKind> {
    let mut decoder = Decoder::new(bytes).map_err(from_flac)?;
    let info = *decoder.stream_info();
    let max_frames = options.max_frames(check_rate(info.sample_rate)?);
    let announced = info.total_samples.unwrap_or(0);
    if announced > max_frames {
        return Err(options.too_long());
    }
    announce(match info.total_samples {
        None => max_frames,
        // The last block may go beyond the announced length.
        Some(total) => max_frames.min(total + Decoder::MAX_BLOCK_SIZE as u64),
    });
    let scale = 1.0 / (1_u64 << (info.bits_per_sample - 1)) as f32;
    // A header may announce anything, so the file's size limits the allocation: a sample has at
    // least one bit in nearly every file.
    let mut samples = Vec::with_capacity(announced.min(8 * bytes.len() as u64) as usize);
    while let Some(block) = decoder.next_block().map_err(from_flac)? {
        if (samples.len() + block.samples_per_channel()) as u64 > max_frames {
            return Err(options.too_long());
        }
        let channels = block
            .channels()
            .map(|channel| channel.iter().map(|sample| *sample as f32 * scale));
        mixer.append_planes(&mut samples, channels);
    }
    Ok(Recording {
        samples,
        sample_rate: info.sample_rate,
        channels: info.channels,
        warnings: Vec::new(),
    })
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
