//! MPEG audio of layers I to III without a container. symphonia decodes the frames.
//!
//! The frames are found here, because symphonia's reader ends a stream where its first length tag
//! says so, and files that were joined are longer.

use symphonia::core::audio::Channels;
use symphonia::core::codecs::audio::well_known::{CODEC_ID_MP1, CODEC_ID_MP2, CODEC_ID_MP3};
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder};
use symphonia::core::packet::Packet;
use symphonia::core::units::{Duration, Timestamp};

use super::codec;
use super::error::DecodeErrorKind;
use super::frames::{Frame, FrameHeader, Frames};
use super::mono_writer::MonoWriter;
use super::mpeg_tag::LengthTag;
use crate::recording::DecodeWarning;

/// The header of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    /// 0: MPEG 2.5, 2: MPEG 2, 3: MPEG 1.
    version: u8,
    /// I, II or III as 1, 2 or 3.
    layer: u8,
    sample_rate: u32,
    mono: bool,
    frame_len: usize,
}

/// Bit rates in kbit/s of MPEG 1 in layers I, II and III, and of MPEG 2 in layer I and in the
/// others.
const BIT_RATES: [[u32; 14]; 5] = [
    [
        32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448,
    ],
    [
        32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384,
    ],
    [
        32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320,
    ],
    [
        32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256,
    ],
    [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
];
const MPEG_1: u8 = 3;

impl FrameHeader for Header {
    const MAX_LEN: usize = 4;

    fn parse(bytes: &[u8]) -> Option<Self> {
        let [0xff, second, third, fourth, ..] = *bytes else {
            return None;
        };
        let (version, layer) = (second >> 3 & 3, 4 - (second >> 1 & 3));
        let (bit_rate, rate) = (usize::from(third >> 4), usize::from(third >> 2 & 3));
        // Reserved values, and a bit rate of any size, which hardly any program writes.
        if second & 0xe0 != 0xe0 || version == 1 || layer == 4 || rate == 3 {
            return None;
        }
        let row = match (version == MPEG_1, layer) {
            (true, layer) => usize::from(layer) - 1,
            (false, 1) => 3,
            (false, _) => 4,
        };
        let bits = 1000 * BIT_RATES[row].get(bit_rate.checked_sub(1)?)?;
        let divisor = match version {
            MPEG_1 => 1,
            2 => 2,
            _ => 4,
        };
        let sample_rate = [44_100, 48_000, 32_000][rate] / divisor;
        let padding = u32::from(third >> 1 & 1);
        let frame_len = match (layer, version == MPEG_1) {
            (1, _) => 4 * (12 * bits / sample_rate + padding),
            (3, false) => 72 * bits / sample_rate + padding,
            _ => 144 * bits / sample_rate + padding,
        };
        Some(Self {
            version,
            layer,
            sample_rate,
            mono: fourth >> 6 == 3,
            frame_len: frame_len as usize,
        })
    }

    fn frame_len(&self) -> usize {
        self.frame_len
    }

    fn same_stream(&self, other: &Self) -> bool {
        let kind = |it: &Self| (it.version, it.layer, it.sample_rate);
        kind(self) == kind(other)
    }
}

impl Header {
    fn format(&self) -> &'static str {
        ["MP1", "MP2", "MP3"][usize::from(self.layer) - 1]
    }

    /// Return the samples of each channel in a frame.
    fn samples(&self) -> u64 {
        match (self.layer, self.version) {
            (1, _) => 384,
            (3, version) if version != MPEG_1 => 576,
            _ => 1152,
        }
    }

    /// Return where a length tag is in the frame, if there is one: after the side information.
    fn tag_at(&self) -> usize {
        match (self.version == MPEG_1, self.mono) {
            (true, false) => 36,
            (true, true) | (false, false) => 21,
            (false, true) => 13,
        }
    }

    fn decoder(&self) -> Result<Box<dyn AudioDecoder>, DecodeErrorKind> {
        let codec = [CODEC_ID_MP1, CODEC_ID_MP2, CODEC_ID_MP3][usize::from(self.layer) - 1];
        let mut parameters = AudioCodecParameters::new();
        parameters
            .for_codec(codec)
            .with_sample_rate(self.sample_rate)
            .with_channels(Channels::Discrete(if self.mono { 1 } else { 2 }));
        codec::symphonia_decoder(self.format(), &parameters)
    }
}

/// Frames after an interruption that may refer to bytes that are missing.
const UNSETTLED: u32 = 32;

/// Frames between two times that the bytes are given back in counting.
const RELEASE_AFTER: u64 = 4096;

pub(super) fn decode(bytes: &[u8], mono: &mut MonoWriter<'_>) -> Result<(), DecodeErrorKind> {
    let Counted {
        first,
        first_tag,
        frames,
        skipped,
    } = count(bytes, mono)?;
    mono.name(first.format());
    let most = mono.options().max_frames(first.sample_rate);
    if frames * first.samples() > most.saturating_add(first.samples()) {
        return Err(mono.options().too_long());
    }
    if let Some(tag) = &first_tag {
        tag.check(first.format(), frames, first.samples())?;
        let (skip, length) = tag.trim(frames, first.samples());
        mono.begin(skip, length);
    }
    if skipped > 0 {
        mono.warn(DecodeWarning::Skipped { bytes: skipped });
    }

    let mut decoder = first.decoder()?;
    let mut current = first;
    let mut unsettled = 0;
    for frame in Frames::new(bytes).filter(|frame| tag(bytes, frame).is_none()) {
        let (header, data) = (frame.header, &bytes[frame.range]);
        if (header.layer, header.mono) != (current.layer, current.mono) {
            decoder = header.decoder()?;
            current = header;
        }
        unsettled = if frame.fresh {
            UNSETTLED
        } else {
            unsettled.saturating_sub(1)
        };
        let packet = Packet::new(0, Timestamp::ZERO, Duration::new(header.samples()), data);
        match decoder.decode(&packet) {
            Ok(decoded) => mono.append(&decoded)?,
            // What the frame refers to was lost, so it is silent.
            Err(_) if unsettled > 0 => {
                let silence = vec![0.0; header.samples() as usize];
                mono.append_interleaved(header.sample_rate, 1, &silence)?;
            }
            Err(error) => return Err(codec::from_symphonia(header.format(), error)),
        }
    }
    Ok(())
}

/// What a pass over the frames finds.
struct Counted {
    /// The header of the first frame of audio.
    first: Header,
    /// The tag of the first frame.
    first_tag: Option<LengthTag>,
    /// Frames of audio.
    frames: u64,
    /// Bytes that belong to no frame.
    skipped: u64,
}

fn count(bytes: &[u8], mono: &MonoWriter<'_>) -> Result<Counted, DecodeErrorKind> {
    let mut all = Frames::<Header>::new(bytes);
    let (mut first, mut first_tag) = (None, None);
    let (mut frames, mut seen) = (0, 0);
    for frame in all.by_ref() {
        let tag = tag(bytes, &frame);
        // A frame with a tag holds no audio. Files that were joined have several.
        if tag.is_none() {
            first.get_or_insert(frame.header);
            frames += 1;
        }
        if seen == 0 {
            first_tag = tag;
        }
        seen += 1;
        if seen % RELEASE_AFTER == 0 {
            mono.release();
        }
    }
    let nothing = || DecodeErrorKind::corrupt("MP3", "no frame of MPEG audio");
    Ok(Counted {
        first: first.ok_or_else(nothing)?,
        first_tag,
        frames,
        skipped: all.skipped,
    })
}

fn tag(bytes: &[u8], frame: &Frame<Header>) -> Option<LengthTag> {
    match frame.header.layer {
        3 => LengthTag::parse(&bytes[frame.range.clone()], frame.header.tag_at()),
        _ => None,
    }
}
