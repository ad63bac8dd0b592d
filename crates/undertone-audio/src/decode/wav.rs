//! RIFF WAVE: integer PCM, floating point, and the two logarithmic telephone codecs.
//!
//! The reader uses only the sizes of the chunks. It ignores the size in the RIFF header, which many
//! programs leave wrong.

use super::error::DecodeErrorKind;
use super::options::{DecodeOptions, check_finite, check_rate};
use crate::Recording;
use crate::g711;
use crate::kernel::kernel;
use crate::mono::mean_of_interleaved;

const WAV: &str = "WAV";
const RIFF_HEADER_LEN: usize = 12;
const CHUNK_HEADER_LEN: usize = 8;

pub(super) fn decode(
    bytes: &[u8],
    options: &DecodeOptions,
    announce: &mut dyn FnMut(u64),
) -> Result<Recording, DecodeErrorKind> {
    let mut layout = None;
    let mut position = RIFF_HEADER_LEN;
    loop {
        let Some((id, size, body)) = chunk(bytes, position) else {
            return Err(DecodeErrorKind::corrupt(WAV, "no data chunk"));
        };
        if id == b"data" {
            let layout = layout
                .ok_or_else(|| DecodeErrorKind::corrupt(WAV, "data chunk before the fmt chunk"))?;
            return decode_data(layout, data(size, body)?, options, announce);
        }
        let content = body.get(..size as usize).ok_or_else(|| {
            DecodeErrorKind::corrupt(WAV, "a chunk reaches beyond the end of the file")
        })?;
        if id == b"fmt " {
            layout = Some(Layout::parse(content)?);
        }
        // Chunks begin at even positions.
        position += CHUNK_HEADER_LEN + content.len() + content.len() % 2;
    }
}

/// Return the id of the chunk at `position`, its announced size, and the rest of the file after its
/// header.
fn chunk(bytes: &[u8], position: usize) -> Option<(&[u8; 4], u32, &[u8])> {
    let (id, rest) = bytes.get(position..)?.split_first_chunk::<4>()?;
    let (size, body) = rest.split_first_chunk::<4>()?;
    Some((id, u32::from_le_bytes(*size), body))
}

/// Return the audio of a data chunk.
///
/// A program that writes to a pipe cannot go back to fill in the size. It leaves 0 (followed by
/// audio), 0xFFFFFFFF (ffmpeg, sox) or about 0x7FFFF000 (espeak-ng, arecord). Then the audio
/// continues to the end of the file. With any other size, the file must hold that many bytes.
fn data(size: u32, body: &[u8]) -> Result<&[u8], DecodeErrorKind> {
    let unknown = matches!(size, 0 | 0x7fff_0000..=0x7fff_ffff | 0xffff_0000..=0xffff_ffff);
    match body.get(..size as usize) {
        Some(_) if size == 0 => Ok(body),
        Some(audio) => Ok(audio),
        None if unknown => Ok(body),
        None => Err(DecodeErrorKind::HeaderPromisesMore {
            format: WAV,
            promised: u64::from(size),
            found: body.len() as u64,
            unit: "bytes",
        }),
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Encoding {
    U8,
    S16,
    S24,
    S32,
    F32,
    F64,
    ALaw,
    MuLaw,
}

impl Encoding {
    fn width(self) -> usize {
        match self {
            Self::U8 | Self::ALaw | Self::MuLaw => 1,
            Self::S16 => 2,
            Self::S24 => 3,
            Self::S32 | Self::F32 => 4,
            Self::F64 => 8,
        }
    }
}

/// The content of the fmt chunk.
#[derive(Debug, Clone, Copy)]
struct Layout {
    encoding: Encoding,
    channels: usize,
    sample_rate: u32,
}

const TAG_PCM: u16 = 1;
const TAG_FLOAT: u16 = 3;
const TAG_ALAW: u16 = 6;
const TAG_MULAW: u16 = 7;
const TAG_EXTENSIBLE: u16 = 0xfffe;
/// The end of every sub-format of WAVE_FORMAT_EXTENSIBLE that represents a format tag.
const TAG_GUID_SUFFIX: [u8; 14] = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71];

impl Layout {
    fn parse(fmt: &[u8]) -> Result<Self, DecodeErrorKind> {
        let short = || DecodeErrorKind::corrupt(WAV, "fmt chunk too short");
        let field = |at: usize| -> Result<u16, DecodeErrorKind> {
            let pair = fmt.get(at..at + 2).ok_or_else(short)?;
            Ok(u16::from_le_bytes([pair[0], pair[1]]))
        };
        let (mut tag, channels, bits) = (field(0)?, field(2)?, field(14)?);
        let (rate, block_align) = (
            u32::from(field(6)?) << 16 | u32::from(field(4)?),
            field(12)?,
        );
        if tag == TAG_EXTENSIBLE {
            let guid = fmt.get(24..40).ok_or_else(short)?;
            if guid[2..] != TAG_GUID_SUFFIX {
                return Err(DecodeErrorKind::unsupported(WAV, "extensible sub-format"));
            }
            tag = u16::from_le_bytes([guid[0], guid[1]]);
        }
        let encoding = match (tag, bits) {
            (TAG_PCM, 8) => Encoding::U8,
            (TAG_PCM, 16) => Encoding::S16,
            (TAG_PCM, 24) => Encoding::S24,
            (TAG_PCM, 32) => Encoding::S32,
            (TAG_FLOAT, 32) => Encoding::F32,
            (TAG_FLOAT, 64) => Encoding::F64,
            (TAG_ALAW, 8) => Encoding::ALaw,
            (TAG_MULAW, 8) => Encoding::MuLaw,
            _ => {
                let detail = format!("format tag {tag:#06x} with {bits} bits");
                return Err(DecodeErrorKind::unsupported(WAV, detail));
            }
        };
        if channels == 0 {
            return Err(DecodeErrorKind::corrupt(WAV, "no channels"));
        }
        if usize::from(block_align) != encoding.width() * usize::from(channels) {
            let detail =
                format!("{channels} channels of {bits} bits in frames of {block_align} bytes");
            return Err(DecodeErrorKind::corrupt(WAV, detail));
        }
        let sample_rate = check_rate(rate)?;
        Ok(Self {
            encoding,
            channels: usize::from(channels),
            sample_rate,
        })
    }
}

fn decode_data(
    layout: Layout,
    data: &[u8],
    options: &DecodeOptions,
    announce: &mut dyn FnMut(u64),
) -> Result<Recording, DecodeErrorKind> {
    let frame_len = layout.encoding.width() * layout.channels;
    // An incomplete last frame is dropped, as in other readers.
    let frames = data.len() / frame_len;
    if frames as u64 > options.max_frames(layout.sample_rate) {
        return Err(options.too_long());
    }
    announce(frames as u64);
    let data = &data[..frames * frame_len];
    let channels = layout.channels;
    let samples = match layout.encoding {
        Encoding::U8 => mono(data, channels, |[b]: [u8; 1]| {
            (f32::from(b) - 128.0) / 128.0
        }),
        Encoding::S16 if channels == 1 => mono_s16(data),
        Encoding::S16 => mono(data, channels, |b| {
            f32::from(i16::from_le_bytes(b)) / 32_768.0
        }),
        Encoding::S24 => mono(data, channels, |[a, b, c]: [u8; 3]| {
            i32::from_le_bytes([0, a, b, c]) as f32 / 2_147_483_648.0
        }),
        Encoding::S32 => mono(data, channels, |b| {
            i32::from_le_bytes(b) as f32 / 2_147_483_648.0
        }),
        Encoding::F32 => mono(data, channels, f32::from_le_bytes),
        Encoding::F64 => mono(data, channels, |b| f64::from_le_bytes(b) as f32),
        Encoding::ALaw => mono(data, channels, |[b]: [u8; 1]| g711::decode_alaw(b)),
        Encoding::MuLaw => mono(data, channels, |[b]: [u8; 1]| g711::decode_mulaw(b)),
    };
    let samples = match layout.encoding {
        Encoding::F32 | Encoding::F64 => check_finite(samples)?,
        _ => samples,
    };
    Ok(Recording {
        samples,
        sample_rate: layout.sample_rate,
        channels,
    })
}

/// Decode mono PCM of 16 bits, the format of nearly all speech corpora.
fn mono_s16(data: &[u8]) -> Vec<f32> {
    let mut samples = Vec::with_capacity(data.len() / 2);
    let mut converted = [0.0; 1024];
    for values in data.as_chunks::<2>().0.chunks(converted.len()) {
        let converted = &mut converted[..values.len()];
        convert_s16(values, converted);
        samples.extend_from_slice(converted);
    }
    samples
}

kernel! {
    fn convert_s16(values: &[[u8; 2]], samples: &mut [f32]) = convert_s16_plain;
}

#[inline(always)]
fn convert_s16_plain(values: &[[u8; 2]], samples: &mut [f32]) {
    for (sample, bytes) in samples.iter_mut().zip(values) {
        *sample = f32::from(i16::from_le_bytes(*bytes)) * (1.0 / 32_768.0);
    }
}

fn mono<const WIDTH: usize>(
    data: &[u8],
    channels: usize,
    sample: impl Fn([u8; WIDTH]) -> f32,
) -> Vec<f32> {
    mean_of_interleaved(data.as_chunks::<WIDTH>().0, channels, sample)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_compilations_agree() {
        let values: Vec<[u8; 2]> = (0..=u16::MAX).map(u16::to_le_bytes).collect();
        let (mut wide, mut plain) = (vec![0.0; values.len()], vec![0.0; values.len()]);
        convert_s16(&values, &mut wide);
        convert_s16_plain(&values, &mut plain);
        assert_eq!(wide, plain);
        assert_eq!(mono_s16(values.as_flattened()), plain);
    }
}
