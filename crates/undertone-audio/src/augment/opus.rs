//! A voice note or a call over the internet.

use rusty_opus::{Application, Error, OpusDecoder, OpusEncoder};

use super::{AugmentError, check, check_rate, clip};
use crate::Resampler;

/// The rates that an encoder takes, in Hz.
const ENCODER_RATES: [u32; 5] = [8_000, 12_000, 16_000, 24_000, 48_000];
/// The rate that a decoder gives, in Hz.
const DECODER_RATE: u32 = 48_000;
/// Frames in a second.
const FRAMES: usize = 50;
/// Bytes of the longest packet.
const MAX_PACKET: usize = 1_500;

/// Encode the samples with Opus at `bits_per_second` (6000 to 256 000), as a voice note, and decode
/// them.
///
/// The encoder works on frames of 20 ms, with a variable bit rate and the settings for speech. Its
/// sample rate is the next one above `rate` that Opus has. The delay of the codec is taken off, and
/// peaks above full scale are clipped.
///
/// # Errors
/// When an argument is out of range, a sample is not finite, or the codec fails.
pub fn opus(samples: &[f32], rate: u32, bits_per_second: u32) -> Result<Vec<f32>, AugmentError> {
    let name = "Opus bit rate in bit/s";
    check(name, f64::from(bits_per_second), 6_000.0..=256_000.0)?;
    check_rate(rate)?;
    let clipped = clip(samples)?;
    let encoder_rate = ENCODER_RATES
        .into_iter()
        .find(|encoder_rate| *encoder_rate >= rate)
        .unwrap_or(DECODER_RATE);
    let input = Resampler::new(rate, encoder_rate)?.resample(&clipped);
    let decoded =
        code(input, encoder_rate, bits_per_second).map_err(|error| AugmentError::Codec {
            codec: "Opus",
            detail: error.to_string(),
        })?;
    let mut heard = Resampler::new(DECODER_RATE, rate)?.resample(&decoded);
    heard.resize(samples.len(), 0.0);
    Ok(heard)
}

/// Encode and decode, and return samples at [`DECODER_RATE`].
fn code(mut input: Vec<f32>, rate: u32, bits_per_second: u32) -> Result<Vec<f32>, Error> {
    let mut encoder = OpusEncoder::new(rate as i32, 1, Application::Voip)?;
    encoder.bitrate_bps = bits_per_second as i32;
    encoder.complexity = 10;
    let mut decoder = OpusDecoder::new(DECODER_RATE as i32, 1)?;

    let delay = delay(rate);
    let wanted = delay + input.len() * (DECODER_RATE / rate) as usize;
    let (encoder_frame, decoder_frame) = (rate as usize / FRAMES, DECODER_RATE as usize / FRAMES);
    let frames = wanted.div_ceil(decoder_frame);
    input.resize(frames * encoder_frame, 0.0);
    let mut output = vec![0.0; frames * decoder_frame];
    let mut packet = [0; MAX_PACKET];
    for (frame, decoded) in input
        .chunks_exact(encoder_frame)
        .zip(output.chunks_exact_mut(decoder_frame))
    {
        let len = encoder.encode(frame, encoder_frame, &mut packet)?;
        decoder.decode(&packet[..len], decoder_frame, decoded)?;
    }
    output.truncate(wanted);
    Ok(output.split_off(delay))
}

/// Return the delay of encoder and decoder together, in samples at [`DECODER_RATE`].
///
/// libopus looks 6.5 ms ahead. `rusty-opus` adds 28 samples where it divides the band between its
/// two coders, as it does at these rates. A test compares the alignment.
fn delay(rate: u32) -> usize {
    if rate >= 24_000 { 340 } else { 312 }
}
