//! WAV: the format of the samples, and where they are.
//!
//! Fields that decoding does not need may hold anything.

use symphonia::core::codecs::audio::well_known::{CODEC_ID_ADPCM_IMA_WAV, CODEC_ID_ADPCM_MS};

use super::adpcm::{self, Blocks};
use super::error::DecodeErrorKind;
use super::mono_writer::MonoWriter;
use super::options::check_rate;
use super::pcm::{self, Encoding, Endian, Layout};
use super::riff::{Chunk, Chunks, Kind};
use super::{gsm, mpeg};

const WAV: &str = "WAV";

pub(super) fn decode(
    kind: Kind,
    bytes: &[u8],
    mono: &mut MonoWriter<'_>,
) -> Result<(), DecodeErrorKind> {
    let mut format = None;
    let mut chunks = Chunks::new(kind, bytes);
    while let Some(chunk) = chunks.next() {
        match &chunk.id {
            b"fmt " if format.is_none() => {
                let content = chunk.content().unwrap_or(chunk.rest);
                format = Some(Format::parse(content, chunks.endian())?);
            }
            b"data" => {
                if is_empty(&chunk, &chunks) {
                    continue;
                }
                let (audio, warning) = match chunk.size {
                    0 => (chunk.rest, None),
                    _ => chunk.extent(),
                };
                let format = format.ok_or_else(|| {
                    DecodeErrorKind::corrupt(WAV, "data chunk before the fmt chunk")
                })?;
                format.decode(audio, mono)?;
                if let Some(warning) = warning {
                    mono.warn(warning);
                }
                return Ok(());
            }
            _ if chunk.content().is_none() => {
                let detail = "a chunk reaches beyond the end of the file";
                return Err(DecodeErrorKind::corrupt(WAV, detail));
            }
            _ => {}
        }
    }
    if format.is_some() && bytes.windows(4).any(|id| id == b"data") {
        return Err(DecodeErrorKind::NoSamples);
    }
    Err(DecodeErrorKind::corrupt(WAV, "no data chunk"))
}

/// Return whether a data chunk holds nothing. `following` are the chunks after it.
///
/// A program that writes to a pipe may leave a size of 0. Then audio follows, which is not
/// well-formed chunks.
fn is_empty(chunk: &Chunk<'_>, following: &Chunks<'_>) -> bool {
    chunk.size == 0 && (chunk.rest.is_empty() || following.are_well_formed())
}

/// The content of the fmt chunk.
#[derive(Debug, Clone, Copy)]
enum Format {
    Pcm(Layout),
    Adpcm(Blocks),
    /// GSM 6.10 in Microsoft's packing.
    Gsm {
        sample_rate: u32,
    },
    /// A whole MPEG stream.
    Mpeg,
}

const TAG_PCM: u16 = 1;
const TAG_ADPCM_MS: u16 = 2;
const TAG_FLOAT: u16 = 3;
const TAG_ALAW: u16 = 6;
const TAG_MULAW: u16 = 7;
const TAG_ADPCM_IMA: u16 = 0x11;
const TAG_GSM: u16 = 0x31;
const TAG_MPEG: u16 = 0x50;
const TAG_MP3: u16 = 0x55;
const TAG_EXTENSIBLE: u16 = 0xfffe;

impl Format {
    fn parse(fmt: &[u8], endian: Endian) -> Result<Self, DecodeErrorKind> {
        let field = |at: usize| -> Option<u16> {
            let pair = *fmt.get(at..)?.first_chunk()?;
            Some(match endian {
                Endian::Little => u16::from_le_bytes(pair),
                Endian::Big => u16::from_be_bytes(pair),
            })
        };
        let short = || DecodeErrorKind::corrupt(WAV, "fmt chunk too short");
        let (mut tag, channels) = (field(0).ok_or_else(short)?, field(2).ok_or_else(short)?);
        let rate = *fmt
            .get(4..)
            .and_then(|it| it.first_chunk())
            .ok_or_else(short)?;
        let rate = match endian {
            Endian::Little => u32::from_le_bytes(rate),
            Endian::Big => u32::from_be_bytes(rate),
        };
        let (block, bits) = (field(12).unwrap_or(0), field(14).unwrap_or(0));
        if tag == TAG_EXTENSIBLE {
            // The sub-format begins with the tag of the format that it stands for.
            tag = field(24).ok_or_else(short)?;
        }
        if tag == TAG_MPEG || tag == TAG_MP3 {
            return Ok(Self::Mpeg);
        }
        let sample_rate = check_rate(rate)?;
        if channels == 0 {
            return Err(DecodeErrorKind::corrupt(WAV, "no channels"));
        }
        let channels = usize::from(channels);
        match tag {
            TAG_ADPCM_MS | TAG_ADPCM_IMA => {
                let codec = match tag {
                    TAG_ADPCM_MS => CODEC_ID_ADPCM_MS,
                    _ => CODEC_ID_ADPCM_IMA_WAV,
                };
                let blocks = Blocks::new(codec, sample_rate, channels, usize::from(block))?;
                return Ok(Self::Adpcm(blocks));
            }
            TAG_GSM if channels == 1 => return Ok(Self::Gsm { sample_rate }),
            _ => {}
        }
        let width = sample_width(usize::from(block), channels, bits);
        let encoding = match (tag, width) {
            (TAG_ALAW, _) => Encoding::ALaw,
            (TAG_MULAW, _) => Encoding::MuLaw,
            (TAG_PCM, 1) => Encoding::U8,
            (TAG_PCM, 2) => Encoding::S16,
            (TAG_PCM, 3) => Encoding::S24,
            (TAG_PCM, 4) => Encoding::S32,
            (TAG_FLOAT, 4) => Encoding::F32,
            (TAG_FLOAT, 8) => Encoding::F64,
            _ => return Err(DecodeErrorKind::unsupported(WAV, codec_name(tag, bits))),
        };
        Ok(Self::Pcm(Layout {
            encoding,
            endian,
            channels,
            sample_rate,
        }))
    }

    fn decode(self, audio: &[u8], mono: &mut MonoWriter<'_>) -> Result<(), DecodeErrorKind> {
        match self {
            Self::Pcm(layout) => pcm::decode(layout, audio, mono),
            Self::Adpcm(blocks) => adpcm::decode(blocks, audio, mono),
            Self::Gsm { sample_rate } => gsm::decode(sample_rate, audio, mono),
            Self::Mpeg => mpeg::decode(audio, mono),
        }
    }
}

/// Return the number of bytes of a sample. The size of a frame is often wrong, so it matters only
/// where the number of bits is missing, and for 24 bits in 4 bytes. Samples with fewer bits than
/// their bytes hold are at the upper end.
fn sample_width(block: usize, channels: usize, bits: u16) -> usize {
    match (bits, block / channels) {
        (0, width) | (24, width @ 4) => width,
        _ => usize::from(bits).div_ceil(8),
    }
}

/// Return the name of a codec for people.
fn codec_name(tag: u16, bits: u16) -> String {
    let name = match tag {
        TAG_PCM => return format!("PCM of {bits} bits"),
        TAG_FLOAT => return format!("floating-point samples of {bits} bits"),
        TAG_GSM => "GSM 6.10 with several channels",
        0x10 => "OKI ADPCM",
        0x14 | 0x40 | 0x45 | 0x64 | 0x65 | 0x85 => "G.726 ADPCM",
        0x20 => "Yamaha ADPCM",
        0x22 => "TrueSpeech",
        0x28f => "G.722 ADPCM",
        0x42 => "G.723.1",
        0x83 | 0x133 => "G.729",
        0x61 => "Duck ADPCM",
        0x160..=0x163 => "Windows Media Audio",
        0xff | 0x1600 | 0x1610 | 0xa106 => "AAC",
        0x2000 => "AC-3",
        0x2001 => "DTS",
        0x566f | 0x674f..=0x6751 | 0x676f..=0x6771 => "Vorbis",
        0x704f => "Opus",
        0xa109 => "Speex",
        0xf1ac => "FLAC",
        0x57 | 0x7361 => "AMR",
        _ => return format!("the codec with the format tag {tag:#06x}"),
    };
    name.into()
}
