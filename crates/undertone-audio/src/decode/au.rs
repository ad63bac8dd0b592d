//! Sun's and NeXT's audio files (AU, SND).

use super::error::DecodeErrorKind;
use super::mono_writer::MonoWriter;
use super::options::check_rate;
use super::pcm::{self, Encoding, Endian, Layout};
use crate::recording::DecodeWarning;

const AU: &str = "AU";
/// The size that programs write when they do not know it.
const UNKNOWN: u32 = u32::MAX;
/// The size of the header without its annotation, in bytes.
const HEADER_LEN: u32 = 24;
/// The most channels of a recording, as many as a WAV file can have.
const MOST_CHANNELS: u32 = 65_535;

pub(super) fn decode(bytes: &[u8], mono: &mut MonoWriter<'_>) -> Result<(), DecodeErrorKind> {
    let (numbers, _) = bytes.as_chunks::<4>();
    let [_, offset, size, encoding, rate, channels, ..] = *numbers else {
        return Err(DecodeErrorKind::corrupt(AU, "the header is cut"));
    };
    let [offset, size, encoding, rate, channels] =
        [offset, size, encoding, rate, channels].map(u32::from_be_bytes);
    let name = |name: &str| Err(DecodeErrorKind::unsupported(AU, name));
    let encoding = match encoding {
        1 => Encoding::MuLaw,
        2 => Encoding::S8,
        3 => Encoding::S16,
        4 => Encoding::S24,
        5 => Encoding::S32,
        6 => Encoding::F32,
        7 => Encoding::F64,
        23 | 25 | 26 => return name("G.721 or G.723 ADPCM"),
        24 => return name("G.722"),
        27 => Encoding::ALaw,
        other => return name(&format!("the encoding {other}")),
    };
    if !(1..=MOST_CHANNELS).contains(&channels) {
        let detail = format!("{channels} channels");
        return Err(DecodeErrorKind::corrupt(AU, detail));
    }
    if offset < HEADER_LEN {
        return Err(DecodeErrorKind::corrupt(
            AU,
            "the sound begins in the header",
        ));
    }
    let layout = Layout {
        encoding,
        endian: Endian::Big,
        channels: channels as usize,
        sample_rate: check_rate(rate)?,
    };
    let rest = bytes.get(offset as usize..).unwrap_or_default();
    let audio = rest.get(..size as usize).unwrap_or(rest);
    pcm::decode(layout, audio, mono)?;
    if size != UNKNOWN && u64::from(size) > rest.len() as u64 {
        mono.warn(DecodeWarning::Cut {
            promised: u64::from(size),
            found: rest.len() as u64,
        });
    }
    Ok(())
}
