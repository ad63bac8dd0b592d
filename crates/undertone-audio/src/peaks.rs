//! The outline of a waveform.

/// Return the lowest and the highest sample of each of `columns` equal parts, for a picture of the
/// waveform. Fewer samples than columns give one column for each sample.
///
/// ```
/// assert_eq!(undertone_audio::peaks(&[0.1, -0.2, 0.3, 0.4], 2), [(-0.2, 0.1), (0.3, 0.4)]);
/// ```
pub fn peaks(samples: &[f32], columns: usize) -> Vec<(f32, f32)> {
    let columns = columns.min(samples.len());
    (0..columns)
        .map(|column| {
            let start = |column: usize| column * samples.len() / columns;
            let part = &samples[start(column)..start(column + 1)];
            let lowest = part.iter().copied().fold(f32::INFINITY, f32::min);
            let highest = part.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            (lowest, highest)
        })
        .collect()
}
