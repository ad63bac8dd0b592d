//! Streams for the tests and the bench: a synthetic voice, encoded with flacenc.

use std::f64::consts::TAU;

use flacenc::bitsink::ByteSink;
use flacenc::component::BitRepr;
use flacenc::config;
use flacenc::error::Verify;
use flacenc::source::MemSource;

/// SplitMix64, for noise that is the same in every run.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// Return the next 64 random bits.
    pub(crate) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Return a random number below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.bits() % end as u64) as usize
    }
}

/// A voice that glides from 100 to 160 Hz: a pulse train and breath through three formants, loud
/// for half of every second. Full scale is -1 to 1.
pub(crate) fn voice(rate: u32, len: usize) -> Vec<f64> {
    let rate = f64::from(rate);
    let mut random = Random(1);
    let mut phase = 0.0;
    let mut signal: Vec<f64> = (0..len)
        .map(|n| {
            let seconds = n as f64 / rate;
            phase += (100.0 + 60.0 * (seconds / 3.0).fract()) / rate;
            let pulse = if phase >= 1.0 { 1.0 } else { 0.0 };
            phase %= 1.0;
            let breath = random.bits() as f64 / u64::MAX as f64 - 0.5;
            let loudness = if seconds.fract() < 0.5 { 1.0 } else { 0.003 };
            loudness * (pulse + 0.02 * breath)
        })
        .collect();
    for (formant, bandwidth) in [(700.0, 90.0), (1200.0, 110.0), (2600.0, 160.0)] {
        let radius = (-TAU / 2.0 * bandwidth / rate).exp();
        let feedback = 2.0 * radius * (TAU * formant / rate).cos();
        let (mut last, mut before) = (0.0, 0.0);
        for sample in &mut signal {
            *sample += feedback * last - radius * radius * before;
            (before, last) = (last, *sample);
        }
    }
    let peak = signal.iter().fold(0.0_f64, |peak, x| peak.max(x.abs()));
    signal.iter().map(|x| 0.5 * x / peak.max(1e-9)).collect()
}

/// The voice as interleaved integers. Every channel is a little softer and later than the one
/// before it.
pub(crate) fn interleaved(rate: u32, channels: usize, bits: usize, len: usize) -> Vec<i32> {
    let scale = (1_i64 << (bits - 1)) as f64;
    let voice = voice(rate, len);
    let sample = |n: usize, channel: usize| {
        let value = voice[n.saturating_sub(3 * channel)] / (1.0 + channel as f64);
        (value * scale) as i32
    };
    (0..len * channels)
        .map(|n| sample(n / channels, n % channels))
        .collect()
}

/// Encode interleaved integers.
pub(crate) fn encode(
    samples: &[i32],
    rate: u32,
    channels: usize,
    bits: usize,
    block_size: usize,
) -> Vec<u8> {
    let config = config::Encoder::default().into_verified().unwrap();
    let source = MemSource::from_samples(samples, channels, bits, rate as usize);
    let stream = flacenc::encode_with_fixed_block_size(&config, source, block_size).unwrap();
    let mut sink = ByteSink::new();
    stream.write(&mut sink).unwrap();
    sink.into_inner()
}
