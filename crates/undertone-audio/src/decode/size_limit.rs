//! How large a file can be that holds no more than the longest recording that is accepted.
//!
//! A file is read into memory before it is decoded. Its first bytes say how many bytes a second of
//! it has, so a file that is too long is refused before it fills the memory.

use undertone_flac::{Decoder, FlacError};

use super::frames;
use super::options::DecodeOptions;
use super::riff::Kind;
use super::sniff::Format;

/// Pictures and texts beside the audio.
const TAGS: u64 = 64 << 20;
/// The most bytes of a second without compression: 192 kHz, 8 channels, 64 bits.
const MOST_PER_SECOND: u64 = 192_000 * 64;
/// The most bytes of a second in the other formats, which may hold uncompressed stereo.
const MOST_PER_SECOND_COMPRESSED: u64 = 1_536_000;
const WAV_HEADER_LEN: usize = 12;
const CHUNK_HEADER_LEN: usize = 8;

/// Return the size of the largest file of a format that begins with `head`.
pub(super) fn largest(format: Format, head: &[u8], options: &DecodeOptions) -> u64 {
    let per_second = match format {
        Format::Wav(Kind::Riff) => {
            wav_per_second(head).map_or(MOST_PER_SECOND, |it| it.min(MOST_PER_SECOND))
        }
        Format::Wav(_) | Format::Aiff | Format::Au => MOST_PER_SECOND,
        Format::Flac => flac_per_second(head),
        _ => MOST_PER_SECOND_COMPRESSED,
    };
    // Conversion saturates: no limit is too large.
    let audio = (options.max_seconds.max(0.0) * per_second as f64) as u64;
    TAGS.saturating_add(audio)
}

/// Return the bytes of a second of a WAV, or `None` if its `fmt ` chunk is not in `head`.
fn wav_per_second(head: &[u8]) -> Option<u64> {
    let mut position = WAV_HEADER_LEN;
    loop {
        let (header, rest) = head
            .get(position..)?
            .split_first_chunk::<CHUNK_HEADER_LEN>()?;
        let [i, d, e, n, a, b, c, f] = *header;
        let size = u32::from_le_bytes([a, b, c, f]) as usize;
        if [i, d, e, n] == *b"fmt " {
            let fields = rest.first_chunk::<16>()?;
            let u16_at = |at: usize| u64::from(u16::from_le_bytes([fields[at], fields[at + 1]]));
            let (channels, bits) = (u16_at(2), u16_at(14));
            let rate = u16_at(4) | u16_at(6) << 16;
            let announced = u16_at(8) | u16_at(10) << 16;
            return Some(announced.max(rate * channels * bits.div_ceil(8)));
        }
        position = position
            .checked_add(CHUNK_HEADER_LEN)?
            .checked_add(size)?
            .checked_add(size % 2)?;
    }
}

/// Return the bytes of a second of a FLAC without compression.
fn flac_per_second(head: &[u8]) -> u64 {
    let stream = head.get(frames::id3_len(head)..).unwrap_or_default();
    match Decoder::new(stream) {
        Ok(decoder) => {
            let info = decoder.stream_info();
            let width = u64::from(info.bits_per_sample.div_ceil(8));
            u64::from(info.sample_rate) * info.channels as u64 * width
        }
        // A tag or a picture may reach beyond the head.
        Err(FlacError::Truncated | FlacError::NotFlac) => MOST_PER_SECOND_COMPRESSED,
        // It will not be decoded.
        Err(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: DecodeOptions = DecodeOptions { max_seconds: 60.0 };

    /// Return a WAV header for `channels` of 16 bits.
    fn wav(rate: u32, channels: u16) -> Vec<u8> {
        let mut head = b"RIFF\0\0\0\0WAVEJUNK\x03\0\0\0abc\0fmt \x10\0\0\0\x01\0".to_vec();
        head.extend(channels.to_le_bytes());
        head.extend(rate.to_le_bytes());
        head.extend((rate * 2 * u32::from(channels)).to_le_bytes());
        head.extend((2 * channels).to_le_bytes());
        head.extend(b"\x10\0data\0\0\0\0");
        head
    }

    #[test]
    fn a_header_limits_the_size() {
        let audio = |head: &[u8]| largest(Format::Wav(Kind::Riff), head, &MINUTE) - TAGS;
        assert_eq!(audio(&wav(16_000, 1)), 60 * 32_000);
        assert_eq!(audio(&wav(48_000, 2)), 60 * 192_000);
        assert_eq!(audio(b"RIFF\0\0\0\0WAVEfmt "), 60 * MOST_PER_SECOND);
        assert_eq!(audio(&[&b"RIFF\0\0\0\0WAVEfmt "[..], &[0; 64]].concat()), 0);
    }

    #[test]
    fn an_endless_limit_does_not_overflow() {
        for max_seconds in [1e18, 1e300, f64::INFINITY] {
            let options = DecodeOptions { max_seconds };
            assert_eq!(
                largest(Format::Wav(Kind::Riff), &wav(16_000, 1), &options),
                u64::MAX
            );
        }
    }
}
