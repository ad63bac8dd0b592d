//! GSM 6.10 full rate (ETSI EN 300 961) in Microsoft's packing, as call centers record it in WAV.
//!
//! No crate decodes it. The arithmetic of the standard is exact, so that all decoders agree to the
//! bit.

use super::error::DecodeErrorKind;
use super::mono_writer::MonoWriter;

/// Bytes of a block: two frames of 260 bits.
const BLOCK_LEN: usize = 65;
const FRAMES_IN_BLOCK: usize = 2;
/// Samples of a frame.
const FRAME: usize = 160;
/// Samples of each of the four parts of a frame.
const PART: usize = 40;
/// The longest distance of the long-term prediction.
const MAX_LAG: usize = 120;

pub(super) fn decode(
    sample_rate: u32,
    audio: &[u8],
    mono: &mut MonoWriter<'_>,
) -> Result<(), DecodeErrorKind> {
    let (blocks, _) = audio.as_chunks::<BLOCK_LEN>();
    let frames = (blocks.len() * FRAMES_IN_BLOCK * FRAME) as u64;
    if frames > mono.options().max_frames(sample_rate) {
        return Err(mono.options().too_long());
    }
    mono.open_with(sample_rate, frames, frames)?;
    let mut decoder = Decoder::new();
    for block in blocks {
        let mut bits = Bits {
            bytes: block,
            at: 0,
        };
        for _ in 0..FRAMES_IN_BLOCK {
            let decoded = decoder.frame(&mut bits);
            let samples = decoded.map(|value| f32::from(value) / 32_768.0);
            mono.append_interleaved(sample_rate, 1, &samples)?;
        }
    }
    Ok(())
}

/// Reads numbers from the lowest bit on.
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn take(&mut self, count: usize) -> i16 {
        let mut value = 0;
        for bit in 0..count {
            let byte = self.bytes[self.at / 8];
            value |= i16::from(byte >> (self.at % 8) & 1) << bit;
            self.at += 1;
        }
        value
    }
}

// Tables 5.1 to 5.4 of the standard.
const LAR_BITS: [usize; 8] = [6, 6, 5, 5, 4, 4, 3, 3];
const LAR_LEAST: [i16; 8] = [-32, -32, -16, -16, -8, -8, -4, -4];
const LAR_OFFSET: [i16; 8] = [0, 0, 2048, -2560, 94, -1792, -341, -1144];
const LAR_INVERSE: [i16; 8] = [13107, 13107, 13107, 13107, 19223, 17476, 31454, 29708];
const LTP_GAIN: [i16; 4] = [3277, 11469, 21299, 32767];
const RPE_FACTOR: [i16; 8] = [18431, 20479, 22527, 24575, 26623, 28671, 30719, 32767];

/// Multiply numbers of 15 fractional bits and round.
fn multiply(a: i16, b: i16) -> i16 {
    let product = (i32::from(a) * i32::from(b) + 16_384) >> 15;
    product.min(i32::from(i16::MAX)) as i16
}

struct Decoder {
    /// The last [`MAX_LAG`] samples of the excitation, and those of the current part.
    excitation: [i16; MAX_LAG + PART],
    lag: usize,
    last_lar: [i16; 8],
    lattice: [i16; 9],
    deemphasis: i16,
}

impl Decoder {
    fn new() -> Self {
        Self {
            excitation: [0; MAX_LAG + PART],
            lag: PART,
            last_lar: [0; 8],
            lattice: [0; 9],
            deemphasis: 0,
        }
    }

    fn frame(&mut self, bits: &mut Bits<'_>) -> [i16; FRAME] {
        let mut lar = [0; 8];
        for (index, value) in lar.iter_mut().enumerate() {
            let coded = bits.take(LAR_BITS[index]) + LAR_LEAST[index];
            let scaled = (coded << 10).saturating_sub(LAR_OFFSET[index] << 1);
            let half = multiply(LAR_INVERSE[index], scaled);
            *value = half.saturating_add(half);
        }
        let mut excitation = [0; FRAME];
        for part in excitation.chunks_exact_mut(PART) {
            self.part(bits, part);
        }
        let mut output = excitation;
        self.synthesize(&lar, &mut output);
        self.last_lar = lar;
        for sample in &mut output {
            self.deemphasis = sample.saturating_add(multiply(self.deemphasis, 28180));
            *sample = self.deemphasis.saturating_add(self.deemphasis) & !7;
        }
        output
    }

    /// Decode the excitation of a part: pulses, and what came `lag` samples before.
    fn part(&mut self, bits: &mut Bits<'_>, output: &mut [i16]) {
        let lag = bits.take(7) as usize;
        let gain = LTP_GAIN[bits.take(2) as usize];
        let grid = bits.take(2) as usize;
        let level = bits.take(6);
        let pulses = pulses(level, bits);
        if (PART..=MAX_LAG).contains(&lag) {
            self.lag = lag;
        }
        for (n, sample) in output.iter_mut().enumerate() {
            let pulse = n
                .checked_sub(grid)
                .filter(|at| at % 3 == 0)
                .and_then(|at| pulses.get(at / 3))
                .copied()
                .unwrap_or(0);
            let before = self.excitation[MAX_LAG + n - self.lag];
            *sample = pulse.saturating_add(multiply(gain, before));
            self.excitation[MAX_LAG + n] = *sample;
        }
        self.excitation.copy_within(PART.., 0);
    }

    /// Filter the excitation by the lattice that the logarithmic area ratios describe. They change
    /// gradually at the start of a frame.
    fn synthesize(&mut self, lar: &[i16; 8], samples: &mut [i16; FRAME]) {
        // The lengths of the parts, and how many quarters of the old ratios remain in each.
        let mut rest = &mut samples[..];
        for (len, quarters) in [(13, 3), (14, 2), (13, 1), (120, 0)] {
            let (part, after) = rest.split_at_mut(len);
            rest = after;
            let mut reflection = [0; 8];
            for (index, value) in reflection.iter_mut().enumerate() {
                *value = reflection_coefficient(mix(self.last_lar[index], lar[index], quarters));
            }
            for sample in part {
                let mut value = *sample;
                for index in (0..8).rev() {
                    let coefficient = reflection[index];
                    value = value.saturating_sub(multiply(coefficient, self.lattice[index]));
                    self.lattice[index + 1] =
                        self.lattice[index].saturating_add(multiply(coefficient, value));
                }
                self.lattice[0] = value;
                *sample = value;
            }
        }
    }
}

/// Decode the 13 pulses of a part.
fn pulses(level: i16, bits: &mut Bits<'_>) -> [i16; 13] {
    let mut exponent = if level > 15 { (level >> 3) - 1 } else { 0 };
    let mut mantissa = level - (exponent << 3);
    if mantissa == 0 {
        (exponent, mantissa) = (-4, 7);
    } else {
        while mantissa <= 7 {
            mantissa = mantissa << 1 | 1;
            exponent -= 1;
        }
        mantissa -= 8;
    }
    let factor = RPE_FACTOR[mantissa as usize];
    let shift = 6 - exponent;
    let rounding = if shift > 0 { 1 << (shift - 1) } else { 0 };
    std::array::from_fn(|_| {
        let coded = ((bits.take(3) << 1) - 7) << 12;
        multiply(factor, coded).saturating_add(rounding) >> shift
    })
}

/// Mix ratios of which `quarters` quarters are the old one, with the rounding of the standard.
fn mix(old: i16, new: i16, quarters: u32) -> i16 {
    match quarters {
        3 => (old >> 2).saturating_add(new >> 2).saturating_add(old >> 1),
        2 => (old >> 1).saturating_add(new >> 1),
        1 => (old >> 2).saturating_add(new >> 2).saturating_add(new >> 1),
        _ => new,
    }
}

fn reflection_coefficient(lar: i16) -> i16 {
    let magnitude = lar.saturating_abs();
    let coefficient = match magnitude {
        ..=11_058 => magnitude << 1,
        11_059..=20_069 => magnitude + 11_059,
        _ => (magnitude >> 2).saturating_add(26_112),
    };
    if lar < 0 { -coefficient } else { coefficient }
}
