//! AIFF and AIFF-C. symphonia's reader refuses files whose sizes are wrong, as those of a program
//! that writes to a pipe.

use super::codec;
use super::error::DecodeErrorKind;
use super::mono_writer::MonoWriter;
use super::options::check_rate;
use super::pcm::{self, Encoding, Endian, Layout};
use super::riff::{Chunks, Kind};

const AIFF: &str = "AIFF";
/// Bytes of the sound chunk before the samples.
const OFFSETS_LEN: usize = 8;

pub(super) fn decode(bytes: &[u8], mono: &mut MonoWriter<'_>) -> Result<(), DecodeErrorKind> {
    // The chunks of AIFF are those of RIFF with the highest byte first.
    let chunks = Chunks::new(Kind::Rifx, bytes);
    let find = |id: &[u8; 4]| chunks.clone().find(|chunk| &chunk.id == id);
    let missing = |what| DecodeErrorKind::corrupt(AIFF, what);
    let common = find(b"COMM").ok_or_else(|| missing("no chunk with the format"))?;
    let layout = layout(common.content().unwrap_or(common.rest))?;
    let sound = find(b"SSND").ok_or_else(|| missing("no chunk with the sound"))?;
    let (content, warning) = sound.extent();
    let offset = content
        .first_chunk()
        .map_or(0, |offset| u32::from_be_bytes(*offset) as usize);
    let audio = OFFSETS_LEN
        .checked_add(offset)
        .and_then(|start| content.get(start..))
        .unwrap_or_default();
    pcm::decode(layout, audio, mono)?;
    if let Some(warning) = warning {
        mono.warn(warning);
    }
    Ok(())
}

/// Read the chunk with the format: the channels, the number of samples, the bits of a sample, the
/// rate, and in AIFF-C the codec.
fn layout(common: &[u8]) -> Result<Layout, DecodeErrorKind> {
    let fields = common
        .first_chunk::<18>()
        .ok_or_else(|| DecodeErrorKind::corrupt(AIFF, "the chunk with the format is cut"))?;
    let channels = u16::from_be_bytes([fields[0], fields[1]]);
    let bits = u16::from_be_bytes([fields[6], fields[7]]);
    let codec = common.get(18..).and_then(|it| it.first_chunk());
    let sample_rate = check_rate(extended(&fields[8..]))?;
    if channels == 0 {
        return Err(DecodeErrorKind::corrupt(AIFF, "no channels"));
    }
    let integer = match bits {
        1..=8 => Some(Encoding::S8),
        9..=16 => Some(Encoding::S16),
        17..=24 => Some(Encoding::S24),
        25..=32 => Some(Encoding::S32),
        _ => None,
    };
    let (encoding, endian) = match codec {
        None | Some(b"NONE" | b"none" | b"twos" | b"TWOS") => (integer, Endian::Big),
        Some(b"sowt" | b"SOWT") => (integer, Endian::Little),
        Some(b"raw " | b"RAW ") => (Some(Encoding::U8), Endian::Big),
        Some(b"in24" | b"IN24") => (Some(Encoding::S24), Endian::Big),
        Some(b"42ni" | b"42NI") => (Some(Encoding::S24), Endian::Little),
        Some(b"in32" | b"IN32") => (Some(Encoding::S32), Endian::Big),
        Some(b"23ni" | b"23NI") => (Some(Encoding::S32), Endian::Little),
        Some(b"fl32" | b"FL32") => (Some(Encoding::F32), Endian::Big),
        Some(b"fl64" | b"FL64") => (Some(Encoding::F64), Endian::Big),
        Some(b"alaw" | b"ALAW") => (Some(Encoding::ALaw), Endian::Big),
        Some(b"ulaw" | b"ULAW") => (Some(Encoding::MuLaw), Endian::Big),
        Some(other) => {
            let name = codec::name_of_letters(*other);
            return Err(DecodeErrorKind::unsupported(AIFF, name));
        }
    };
    let Some(encoding) = encoding else {
        let detail = format!("PCM of {bits} bits");
        return Err(DecodeErrorKind::unsupported(AIFF, detail));
    };
    Ok(Layout {
        encoding,
        endian,
        channels: usize::from(channels),
        sample_rate,
    })
}

/// Return a floating-point number of 80 bits, rounded to an integer. Others than 1 to 2³² become 0.
fn extended(bytes: &[u8]) -> u32 {
    let Some(&[high, low, a, b, c, d, e, f, g, h]) = bytes.first_chunk() else {
        return 0;
    };
    let exponent = i32::from(u16::from_be_bytes([high, low])) - 16_383;
    let mantissa = u64::from_be_bytes([a, b, c, d, e, f, g, h]);
    match exponent {
        0..=31 => {
            let half = 1_u128 << (62 - exponent);
            ((u128::from(mantissa) + half) >> (63 - exponent)) as u32
        }
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_read() {
        let rate = |head: [u8; 4]| extended(&[&head[..], &[0; 6]].concat());
        assert_eq!(rate([0x40, 0x0c, 0xfa, 0x00]), 16_000);
        assert_eq!(rate([0x40, 0x0d, 0xbe, 0xbc]), 24_414);
        assert_eq!(rate([0x40, 0x0e, 0xac, 0x44]), 44_100);
        assert_eq!(rate([0x7f, 0xff, 0, 0]), 0);
        assert_eq!(rate([0, 0, 0, 0]), 0);
    }
}
