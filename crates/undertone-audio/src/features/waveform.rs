//! Samples as networks read them that take the waveform itself.

/// Shifts and scales samples in place to zero mean and unit (population) variance:
/// `(x - mean) / sqrt(variance + 1e-7)`, as `transformers.Wav2Vec2FeatureExtractor` does when
/// `do_normalize` is set. Silence becomes zeros.
///
/// ```
/// let mut samples = [1.0, 3.0];
/// undertone_audio::zero_mean_unit_variance(&mut samples);
/// assert_eq!(samples, [-0.99999995, 0.99999995]);
/// ```
pub fn zero_mean_unit_variance(samples: &mut [f32]) {
    let count = samples.len() as f64;
    let mean = samples.iter().map(|x| f64::from(*x)).sum::<f64>() / count;
    let variance = samples
        .iter()
        .map(|x| (f64::from(*x) - mean).powi(2))
        .sum::<f64>()
        / count;
    let scale = 1.0 / (variance + 1e-7).sqrt();
    for sample in samples {
        *sample = ((f64::from(*sample) - mean) * scale) as f32;
    }
}
