//! A small music file.

use rusty_mp3::{Mp3Encoder, Mp3EncoderConfig};

use super::{AugmentError, check, check_rate, clip};
use crate::{DecodeOptions, Resampler, decode_bytes};

/// The rates of MPEG layer III in Hz.
const RATES: [u32; 9] = [
    8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000,
];

/// Encode the samples as an MP3 file of `kilobits_per_second` (8 to 320) with a constant bit rate,
/// and decode it.
///
/// The sample rate of the file is the next one above `rate` that MP3 has, and the bit rate the
/// nearest one that MP3 has at this sample rate. The delay of the codec is taken off, and peaks
/// above full scale are clipped.
///
/// # Errors
/// When an argument is out of range, a sample is not finite, or the codec fails.
pub fn mp3(samples: &[f32], rate: u32, kilobits_per_second: u32) -> Result<Vec<f32>, AugmentError> {
    let name = "MP3 bit rate in kbit/s";
    check(name, f64::from(kilobits_per_second), 8.0..=320.0)?;
    check_rate(rate)?;
    let clipped = clip(samples)?;
    if clipped.is_empty() {
        return Ok(clipped);
    }
    let file_rate = RATES
        .into_iter()
        .find(|file_rate| *file_rate >= rate)
        .unwrap_or(48_000);
    let input = Resampler::new(rate, file_rate)?.resample(&clipped);
    let file = encode(&input, file_rate, kilobits_per_second)?;
    let options = DecodeOptions {
        max_seconds: 60.0 + input.len() as f64 / f64::from(file_rate),
    };
    let decoded = decode_bytes(file, &options).map_err(failed)?;
    let mut heard = Resampler::new(file_rate, rate)?.resample(&decoded.samples);
    heard.resize(samples.len(), 0.0);
    Ok(heard)
}

fn encode(samples: &[f32], rate: u32, kilobits_per_second: u32) -> Result<Vec<u8>, AugmentError> {
    let mut encoder = Mp3Encoder::new(Mp3EncoderConfig {
        bitrate_kbps: kilobits_per_second,
        vbr_quality: None,
    });
    encoder.push_pcm_f32(samples, 1, rate).map_err(failed)?;
    encoder.finish();
    let mut file = Vec::new();
    // After `finish`, an error means that no packet is left.
    while let Ok(packet) = encoder.next_packet() {
        file.extend(packet);
    }
    Ok(file)
}

fn failed(error: impl std::fmt::Display) -> AugmentError {
    AugmentError::Codec {
        codec: "MP3",
        detail: error.to_string(),
    }
}
