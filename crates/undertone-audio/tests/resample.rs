//! The quality of the resampler, measured with sines: pass band, aliases, images, alignment.

use std::f64::consts::PI;

use undertone_audio::Resampler;

/// Sample rates of common recordings.
const RATES: [u32; 10] = [
    8_000, 11_025, 12_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000, 192_000,
];
const TARGET: u32 = 16_000;

fn sine(hz: f64, rate: u32, len: usize) -> Vec<f32> {
    (0..len)
        .map(|n| (2.0 * PI * hz * n as f64 / f64::from(rate)).sin() as f32)
        .collect()
}

/// Return the middle of the samples. At both ends, a tone that begins abruptly has no single
/// frequency.
fn middle(samples: &[f32]) -> &[f32] {
    &samples[samples.len() / 4..samples.len() * 3 / 4]
}

fn rms(samples: &[f32]) -> f64 {
    (samples.iter().map(|s| f64::from(*s).powi(2)).sum::<f64>() / samples.len() as f64).sqrt()
}

fn decibels(ratio: f64) -> f64 {
    20.0 * ratio.max(1e-20).log10()
}

#[test]
fn the_pass_band_is_flat_and_free_of_images() {
    for rate in RATES {
        let resampler = Resampler::new(rate, TARGET).unwrap();
        // Up to 7 kHz, or the same share of a lower source's band.
        let top = 7_000.0_f64.min(0.875 * f64::from(rate) / 2.0);
        for step in 1..=14 {
            let hz = top * f64::from(step) / 14.0;
            let output = resampler.resample(&sine(hz, rate, rate as usize / 2));
            let expected = sine(hz, TARGET, output.len());
            let gain = decibels(rms(middle(&output)) / rms(middle(&expected)));
            assert!(gain.abs() < 0.1, "{rate} Hz: {hz} Hz passes with {gain} dB");
            // The difference from the same tone at the same time: images, aliases, noise, delay.
            let scale = rms(middle(&output)) / rms(middle(&expected));
            let rest: Vec<f32> = middle(&output)
                .iter()
                .zip(middle(&expected))
                .map(|(a, b)| a - (f64::from(*b) * scale) as f32)
                .collect();
            let level = decibels(rms(&rest) / rms(middle(&expected)));
            assert!(
                level < -90.0,
                "{rate} Hz: {hz} Hz leaves {level} dB of something else"
            );
        }
    }
}

#[test]
fn tones_above_the_target_band_do_not_alias() {
    for rate in RATES.into_iter().filter(|rate| *rate > TARGET) {
        let resampler = Resampler::new(rate, TARGET).unwrap();
        let top = f64::from(rate) / 2.0;
        for step in 0..24 {
            let hz = 8_000.0 + (top - 8_000.0) * f64::from(step) / 24.0 + 10.0;
            let output = resampler.resample(&sine(hz, rate, rate as usize / 2));
            let level = decibels(rms(middle(&output)) * 2.0_f64.sqrt());
            assert!(level < -90.0, "{rate} Hz: {hz} Hz folds back at {level} dB");
        }
    }
}

#[test]
fn the_length_equals_that_of_librosa() {
    for rate in RATES.into_iter().chain([15_999, 16_000, 16_001, 44_099]) {
        let resampler = Resampler::new(rate, TARGET).unwrap();
        for len in [0_usize, 1, 2, 3, 160, 999, 20_001] {
            let expected = (len as f64 * f64::from(TARGET) / f64::from(rate)).ceil() as usize;
            assert_eq!(
                resampler.resample(&vec![0.1; len]).len(),
                expected,
                "{rate} Hz, {len}"
            );
        }
    }
}

#[test]
fn an_impulse_keeps_its_time() {
    for (from, to) in [
        (48_000, 16_000),
        (44_100, 16_000),
        (8_000, 16_000),
        (16_000, 48_000),
    ] {
        // One second in: a whole number of samples at either rate.
        let mut samples = vec![0.0; 2 * from as usize];
        samples[from as usize] = 1.0;
        let output = Resampler::new(from, to).unwrap().resample(&samples);
        let peak = (0..output.len()).max_by(|a, b| output[*a].total_cmp(&output[*b]));
        assert_eq!(peak, Some(to as usize), "{from} -> {to}");
    }
}

#[test]
fn rates_out_of_range_are_errors() {
    for (from, to) in [(0, 16_000), (16_000, 0), (768_001, 16_000)] {
        assert!(Resampler::new(from, to).is_err());
    }
}
