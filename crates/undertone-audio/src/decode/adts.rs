//! AAC in ADTS frames, without a container. symphonia decodes the frames.

use symphonia::core::audio::Channels;
use symphonia::core::codecs::audio::AudioCodecParameters;
use symphonia::core::codecs::audio::well_known::CODEC_ID_AAC;
use symphonia::core::packet::Packet;
use symphonia::core::units::{Duration, Timestamp};

use super::codec;
use super::error::DecodeErrorKind;
use super::frames::{FrameHeader, Frames};
use super::mono_writer::MonoWriter;
use crate::recording::DecodeWarning;

const AAC: &str = "AAC";
/// Samples of each channel in a frame.
const SAMPLES: u64 = 1024;
/// Frames between two times that the bytes are given back in counting.
const RELEASE_AFTER: u64 = 4096;
const SAMPLE_RATES: [u32; 13] = [
    96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000,
    7_350,
];

/// The header of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    /// 0: Main, 1: LC, 2: SSR, 3: LTP.
    profile: u8,
    sample_rate: u32,
    channels: u8,
    len: usize,
    frame_len: usize,
    one_block: bool,
}

impl FrameHeader for Header {
    const MAX_LEN: usize = 7;

    fn parse(bytes: &[u8]) -> Option<Self> {
        let [0xff, second, third, fourth, fifth, sixth, seventh, ..] = *bytes else {
            return None;
        };
        // The version of MPEG and the checksum may be anything. The layer is 0.
        if second & 0xf6 != 0xf0 {
            return None;
        }
        let len = if second & 1 == 0 { 9 } else { 7 };
        let frame_len =
            usize::from(fourth & 3) << 11 | usize::from(fifth) << 3 | usize::from(sixth >> 5);
        let header = Self {
            profile: third >> 6,
            sample_rate: *SAMPLE_RATES.get(usize::from(third >> 2 & 15))?,
            channels: (third & 1) << 2 | fourth >> 6,
            len,
            frame_len,
            one_block: seventh & 3 == 0,
        };
        (frame_len > len).then_some(header)
    }

    fn frame_len(&self) -> usize {
        self.frame_len
    }

    fn same_stream(&self, other: &Self) -> bool {
        let kind = |it: &Self| (it.profile, it.sample_rate, it.channels);
        kind(self) == kind(other)
    }
}

pub(super) fn decode(bytes: &[u8], mono: &mut MonoWriter<'_>) -> Result<(), DecodeErrorKind> {
    let mut all = Frames::<Header>::new(bytes);
    let (mut first, mut frames) = (None, 0);
    for frame in all.by_ref() {
        first.get_or_insert(frame.header);
        frames += 1;
        if frames % RELEASE_AFTER == 0 {
            mono.release();
        }
    }
    let first = first.ok_or_else(|| DecodeErrorKind::corrupt(AAC, "no frame of AAC"))?;
    let most = mono.options().max_frames(first.sample_rate);
    if frames * SAMPLES > most.saturating_add(SAMPLES) {
        return Err(mono.options().too_long());
    }
    let refuse = |what: &str| Err(DecodeErrorKind::unsupported("ADTS", what));
    match (first.profile, first.channels) {
        (1, 1 | 2) => {}
        (0, _) => return refuse("AAC Main"),
        (2, _) => return refuse("AAC SSR"),
        (3, _) => return refuse("AAC LTP"),
        _ => return refuse("AAC with more than two channels"),
    }
    let mut parameters = AudioCodecParameters::new();
    parameters
        .for_codec(CODEC_ID_AAC)
        .with_sample_rate(first.sample_rate)
        .with_channels(Channels::Discrete(u16::from(first.channels)));
    let mut decoder = codec::symphonia_decoder(AAC, &parameters)?;
    mono.name(AAC);
    if all.skipped > 0 {
        mono.warn(DecodeWarning::Skipped { bytes: all.skipped });
    }
    for frame in Frames::<Header>::new(bytes) {
        if !frame.header.one_block {
            return refuse("AAC with several blocks in a frame");
        }
        if !frame.header.same_stream(&first) {
            return refuse("AAC whose rate or number of channels changes");
        }
        let data = &bytes[frame.range.start + frame.header.len..frame.range.end];
        let packet = Packet::new(0, Timestamp::ZERO, Duration::new(SAMPLES), data);
        let decoded = decoder
            .decode(&packet)
            .map_err(|error| codec::from_symphonia(AAC, error))?;
        mono.append(&decoded)?;
    }
    Ok(())
}
