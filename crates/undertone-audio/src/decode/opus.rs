//! Opus, through `rusty-opus`.
//!
//! docs/audio.md says why this decoder was chosen.

use rusty_opus::{Error, OpusDecoder};

use super::error::DecodeErrorKind;
use super::mono_writer::MonoWriter;

/// Samples of the longest packet: 120 ms.
const MAX_FRAMES: usize = 5_760;

/// Decodes the packets of one stream.
pub(super) struct OpusStream {
    format: &'static str,
    channels: usize,
    pre_skip: u64,
    gain: f32,
    decoder: OpusDecoder,
    output: Vec<f32>,
}

impl OpusStream {
    /// The rate that Opus is decoded at, in Hz. Every stream may be decoded at it.
    pub(super) const RATE: u32 = 48_000;

    /// Begin a stream with the identification header that its container holds.
    pub(super) fn new(
        format: &'static str,
        head: &[u8],
        big_endian: bool,
    ) -> Result<Self, DecodeErrorKind> {
        // RFC 7845, section 5.1.
        let Some(
            &[
                channels,
                skip_low,
                skip_high,
                _,
                _,
                _,
                _,
                gain_low,
                gain_high,
                family,
            ],
        ) = head
            .strip_prefix(b"OpusHead")
            .and_then(|head| head.get(1..11))
            .and_then(|fields| fields.first_chunk())
        else {
            return Err(DecodeErrorKind::corrupt(format, "no header of Opus"));
        };
        let channels = usize::from(channels);
        let mut pre_skip = u16::from_le_bytes([skip_low, skip_high]);
        let mut gain = i16::from_le_bytes([gain_low, gain_high]);
        // In MP4, numbers have their highest byte first, and symphonia copies them.
        if big_endian {
            (pre_skip, gain) = (pre_skip.swap_bytes(), gain.swap_bytes());
        }
        // The surround decoder of the crate misreads what ffmpeg writes.
        if family != 0 {
            let detail = format!("Opus with {channels} channels");
            return Err(DecodeErrorKind::unsupported(format, detail));
        }
        let mut stream = Self::without_header(format, channels, u32::from(pre_skip))?;
        stream.gain = 10_f32.powf(f32::from(gain) / (20.0 * 256.0));
        Ok(stream)
    }

    /// Begin a stream of one or two channels whose container has no identification header.
    pub(super) fn without_header(
        format: &'static str,
        channels: usize,
        pre_skip: u32,
    ) -> Result<Self, DecodeErrorKind> {
        Ok(Self {
            format,
            channels,
            pre_skip: u64::from(pre_skip),
            gain: 1.0,
            decoder: OpusDecoder::new(Self::RATE as i32, channels)
                .map_err(|error| corrupt(format, error))?,
            output: vec![0.0; MAX_FRAMES * channels],
        })
    }

    /// Return the number of samples at the start that are not part of the recording.
    pub(super) fn pre_skip(&self) -> u64 {
        self.pre_skip
    }

    /// Decode a packet, without `trim_end` samples at its end.
    pub(super) fn decode(
        &mut self,
        packet: &[u8],
        trim_end: u64,
        mono: &mut MonoWriter<'_>,
    ) -> Result<(), DecodeErrorKind> {
        if packet.is_empty() {
            return Ok(());
        }
        let frames = self
            .decoder
            .decode(packet, MAX_FRAMES, &mut self.output)
            .map_err(|error| corrupt(self.format, error))?;
        let frames = frames.saturating_sub(usize::try_from(trim_end).unwrap_or(usize::MAX));
        let samples = &mut self.output[..frames * self.channels];
        // Damaged packets can give samples thousands of times as large as full scale.
        for sample in &mut *samples {
            *sample = (*sample * self.gain).clamp(-1.0, 1.0);
        }
        mono.append_interleaved(Self::RATE, self.channels, samples)
    }
}

fn corrupt(format: &'static str, error: Error) -> DecodeErrorKind {
    DecodeErrorKind::corrupt(format, format!("Opus: {error}"))
}
