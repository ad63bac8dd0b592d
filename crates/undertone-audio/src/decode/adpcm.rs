//! ADPCM in WAV (Microsoft's and IMA's), through symphonia.

use symphonia::core::audio::Channels;
use symphonia::core::codecs::audio::well_known::CODEC_ID_ADPCM_MS;
use symphonia::core::codecs::audio::{AudioCodecId, AudioCodecParameters};
use symphonia::core::packet::Packet;
use symphonia::core::units::{Duration, Timestamp};

use super::codec;
use super::error::DecodeErrorKind;
use super::mono_writer::MonoWriter;

const FORMAT: &str = "WAV";

/// ADPCM of a known codec, in blocks of one size.
#[derive(Debug, Clone, Copy)]
pub(super) struct Blocks {
    codec: AudioCodecId,
    sample_rate: u32,
    channels: usize,
    /// Bytes of a block.
    len: usize,
}

impl Blocks {
    pub(super) fn new(
        codec: AudioCodecId,
        sample_rate: u32,
        channels: usize,
        len: usize,
    ) -> Result<Self, DecodeErrorKind> {
        if channels > 2 {
            let detail = format!("ADPCM with {channels} channels");
            return Err(DecodeErrorKind::unsupported(FORMAT, detail));
        }
        let blocks = Self {
            codec,
            sample_rate,
            channels,
            len,
        };
        if len <= blocks.header_len() {
            let detail = format!("ADPCM blocks of {len} bytes");
            return Err(DecodeErrorKind::corrupt(FORMAT, detail));
        }
        Ok(blocks)
    }

    fn header_len(&self) -> usize {
        let of_channel = if self.codec == CODEC_ID_ADPCM_MS {
            7
        } else {
            4
        };
        of_channel * self.channels
    }

    /// Return the samples of each channel in a block of `len` bytes, which begins with a header.
    fn frames(&self, len: usize) -> usize {
        let coded = 2 * len.saturating_sub(self.header_len()) / self.channels;
        // The header holds the first samples.
        let (in_header, group) = match self.codec {
            CODEC_ID_ADPCM_MS => (2, 1),
            _ => (1, 8),
        };
        in_header + coded / group * group
    }
}

pub(super) fn decode(
    blocks: Blocks,
    audio: &[u8],
    mono: &mut MonoWriter<'_>,
) -> Result<(), DecodeErrorKind> {
    // The last block may be shorter. The decoder takes the number of samples at its creation.
    let (whole, rest) = audio.split_at(audio.len() / blocks.len * blocks.len);
    for (part, len) in [(whole, blocks.len), (rest, rest.len())] {
        if len <= blocks.header_len() {
            continue;
        }
        let frames = blocks.frames(len) as u64;
        let mut parameters = AudioCodecParameters::new();
        parameters
            .for_codec(blocks.codec)
            .with_sample_rate(blocks.sample_rate)
            .with_channels(Channels::Discrete(blocks.channels as u16))
            .with_frames_per_block(frames)
            .with_max_frames_per_packet(frames);
        let mut decoder = codec::symphonia_decoder(FORMAT, &parameters)?;
        for block in part.chunks_exact(len) {
            let packet = Packet::new(0, Timestamp::ZERO, Duration::new(frames), block);
            let decoded = decoder
                .decode(&packet)
                .map_err(|error| codec::from_symphonia(FORMAT, error))?;
            mono.append(&decoded)?;
        }
    }
    Ok(())
}
