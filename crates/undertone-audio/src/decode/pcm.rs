//! Samples that are stored one by one: integers, floating point, and the codecs of telephones.

use super::error::DecodeErrorKind;
use super::mono_writer::MonoWriter;
use crate::g711;
use crate::kernel::kernel;
use crate::mono::Mixer;

/// Values that are decoded together, of all channels: they stay in the first cache.
const BLOCK: usize = 1 << 12;

/// How one sample is stored.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Encoding {
    U8,
    S8,
    S16,
    S24,
    S32,
    F32,
    F64,
    ALaw,
    MuLaw,
}

impl Encoding {
    /// Return the number of bytes of a sample.
    pub(super) fn width(self) -> usize {
        match self {
            Self::U8 | Self::S8 | Self::ALaw | Self::MuLaw => 1,
            Self::S16 => 2,
            Self::S24 => 3,
            Self::S32 | Self::F32 => 4,
            Self::F64 => 8,
        }
    }
}

/// The order of the bytes of a number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Endian {
    Little,
    Big,
}

/// How the samples of a recording are stored.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layout {
    pub(super) encoding: Encoding,
    pub(super) endian: Endian,
    /// At least 1.
    pub(super) channels: usize,
    /// In Hz, checked.
    pub(super) sample_rate: u32,
}

/// Decode all of `data`. An incomplete last frame is dropped, as in other readers.
pub(super) fn decode(
    layout: Layout,
    data: &[u8],
    mono: &mut MonoWriter<'_>,
) -> Result<(), DecodeErrorKind> {
    let Layout {
        channels,
        sample_rate,
        ..
    } = layout;
    let frame_len = layout.encoding.width() * channels;
    let frames = (data.len() / frame_len) as u64;
    if frames > mono.options().max_frames(sample_rate) {
        return Err(mono.options().too_long());
    }
    if !matches!(layout.encoding, Encoding::F32 | Encoding::F64) {
        mono.trust();
    }
    mono.open_with(sample_rate, frames, frames)?;
    let block_len = (BLOCK / channels).max(1) * frame_len;
    let data = &data[..frames as usize * frame_len];
    for part in data.chunks(block_len) {
        mono.write(channels, part.len() / frame_len, |mixer, block, range| {
            let part = &part[range.start * frame_len..range.end * frame_len];
            mix(layout, part, mixer, block);
        })?;
    }
    Ok(())
}

fn mix(layout: Layout, data: &[u8], mixer: &mut Mixer, mono: &mut Vec<f32>) {
    let (channels, endian) = (layout.channels, layout.endian);
    let out = (mixer, mono);
    match layout.encoding {
        Encoding::U8 => values(data, channels, out, |[b]: [u8; 1]| {
            (f32::from(b) - 128.0) / 128.0
        }),
        Encoding::S8 => values(data, channels, out, |b| {
            f32::from(i8::from_le_bytes(b)) / 128.0
        }),
        Encoding::S16 if channels == 1 && endian == Endian::Little => {
            append_s16(out.1, data.as_chunks().0);
        }
        Encoding::S16 => values(data, channels, out, |b| {
            f32::from(i16::from_le_bytes(little(b, endian))) / 32_768.0
        }),
        Encoding::S24 => values(data, channels, out, |b: [u8; 3]| {
            let [a, b, c] = little(b, endian);
            i32::from_le_bytes([0, a, b, c]) as f32 / 2_147_483_648.0
        }),
        Encoding::S32 => values(data, channels, out, |b| {
            i32::from_le_bytes(little(b, endian)) as f32 / 2_147_483_648.0
        }),
        Encoding::F32 => values(data, channels, out, |b| {
            f32::from_le_bytes(little(b, endian))
        }),
        Encoding::F64 => values(data, channels, out, |b| {
            f64::from_le_bytes(little(b, endian)) as f32
        }),
        Encoding::ALaw => values(data, channels, out, |[b]: [u8; 1]| g711::decode_alaw(b)),
        Encoding::MuLaw => values(data, channels, out, |[b]: [u8; 1]| g711::decode_mulaw(b)),
    }
}

/// Return the bytes with the lowest first.
fn little<const WIDTH: usize>(mut bytes: [u8; WIDTH], endian: Endian) -> [u8; WIDTH] {
    if endian == Endian::Big {
        bytes.reverse();
    }
    bytes
}

fn values<const WIDTH: usize>(
    data: &[u8],
    channels: usize,
    (mixer, mono): (&mut Mixer, &mut Vec<f32>),
    sample: impl Fn([u8; WIDTH]) -> f32,
) {
    mixer.append_interleaved(mono, data.as_chunks::<WIDTH>().0, channels, sample);
}

kernel! {
    /// Append mono PCM of 16 bits, the format of nearly all speech corpora.
    fn append_s16(mono: &mut Vec<f32>, values: &[[u8; 2]]) = append_s16_plain;
}

#[inline(always)]
fn append_s16_plain(mono: &mut Vec<f32>, values: &[[u8; 2]]) {
    let sample = |bytes: &[u8; 2]| f32::from(i16::from_le_bytes(*bytes)) * (1.0 / 32_768.0);
    mono.extend(values.iter().map(sample));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_compilations_agree() {
        let values: Vec<[u8; 2]> = (0..=u16::MAX).map(u16::to_le_bytes).collect();
        let (mut wide, mut plain) = (vec![0.5], vec![0.5]);
        append_s16(&mut wide, &values);
        append_s16_plain(&mut plain, &values);
        assert_eq!(wide, plain);
        assert_eq!((plain.len(), plain[1 + 0x8000]), (0x1_0001, -1.0));
    }
}
