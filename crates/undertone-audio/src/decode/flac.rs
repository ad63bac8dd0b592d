//! FLAC, through `undertone-flac`.

use undertone_flac::{Decoder, FlacError};

use super::error::DecodeErrorKind;
use super::options::{DecodeOptions, check_rate};
use super::sniff;
use crate::Recording;
use crate::mono::append_mean_of_planes;

const FLAC: &str = "FLAC";

pub(super) fn decode(
    bytes: &[u8],
    options: &DecodeOptions,
    announce: &mut dyn FnMut(u64),
) -> Result<Recording, DecodeErrorKind> {
    let stream = bytes.get(sniff::id3_len(bytes)..).unwrap_or_default();
    let mut decoder = Decoder::new(stream).map_err(from_flac)?;
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
        append_mean_of_planes(&mut samples, channels);
    }
    Ok(Recording {
        samples,
        sample_rate: info.sample_rate,
        channels: info.channels,
    })
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
