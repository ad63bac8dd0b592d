//! The two logarithmic codecs of telephones, ITU-T G.711.

/// Decode a sample of ITU-T G.711 A-law.
pub(crate) fn decode_alaw(byte: u8) -> f32 {
    let byte = byte ^ 0x55;
    let (exponent, mantissa) = (byte >> 4 & 7, i32::from(byte & 15));
    let magnitude = match exponent {
        0 => (mantissa << 4) + 8,
        _ => ((mantissa << 4) + 0x108) << (exponent - 1),
    };
    let value = if byte & 0x80 != 0 {
        magnitude
    } else {
        -magnitude
    };
    value as f32 / 32_768.0
}

/// Decode a sample of ITU-T G.711 µ-law.
pub(crate) fn decode_mulaw(byte: u8) -> f32 {
    let byte = !byte;
    let (exponent, mantissa) = (byte >> 4 & 7, i32::from(byte & 15));
    let magnitude = (((mantissa << 3) + 0x84) << exponent) - 0x84;
    let value = if byte & 0x80 != 0 {
        -magnitude
    } else {
        magnitude
    };
    value as f32 / 32_768.0
}

/// Encode a sample as ITU-T G.711 µ-law. Samples beyond full scale are clipped.
#[cfg(feature = "degrade")]
pub(crate) fn encode_mulaw(sample: f32) -> u8 {
    const BIAS: i32 = 0x84;
    const CLIP: i32 = 0x7f7b;
    let value = (sample * 32_768.0) as i32;
    let magnitude = value.saturating_abs().min(CLIP) + BIAS;
    // The position of the highest bit, from bit 7 on.
    let exponent = 24 - magnitude.leading_zeros();
    let mantissa = magnitude >> (exponent + 3) & 15;
    let sign = if value < 0 { 0x80 } else { 0 };
    !(sign | (exponent as u8) << 4 | mantissa as u8)
}

#[cfg(all(test, feature = "degrade"))]
mod tests {
    use super::*;

    #[test]
    fn every_code_encodes_back_to_itself() {
        for code in 0..=u8::MAX {
            // 0x7f is the negative zero.
            let expected = if code == 0x7f { 0xff } else { code };
            assert_eq!(encode_mulaw(decode_mulaw(code)), expected, "{code:#x}");
        }
    }

    #[test]
    fn a_sample_differs_by_at_most_half_a_step() {
        for value in (-32_768..32_768_i32).step_by(7) {
            let sample = value as f32 / 32_768.0;
            let error = (decode_mulaw(encode_mulaw(sample)) - sample).abs();
            // The steps of a segment grow with the level. Of the 16 bits, 14 are used.
            let half_a_step = (value.abs() + 132) as f32 / 32.0 + 4.0;
            let clipped = (value.abs() as f32 - 32_124.0).max(0.0);
            let most = half_a_step.max(clipped) / 32_768.0;
            assert!(error <= most, "{value}: {error} {most}");
        }
    }
}
