//! The shape every feature has.

/// Features over time: one row per band (or coefficient), one column per frame.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FeatureMatrix {
    /// Number of rows.
    pub bands: usize,
    /// Number of columns.
    pub frames: usize,
    /// Row-major `[bands][frames]`, as librosa returns it.
    pub values: Vec<f32>,
}

impl FeatureMatrix {
    /// A matrix of zeros.
    pub fn zeros(bands: usize, frames: usize) -> Self {
        Self {
            bands,
            frames,
            values: vec![0.0; bands * frames],
        }
    }

    /// One band over time.
    ///
    /// # Panics
    /// Where there is no such band.
    pub fn band(&self, band: usize) -> &[f32] {
        &self.values[band * self.frames..(band + 1) * self.frames]
    }

    /// One band over time, to write to.
    pub(crate) fn band_mut(&mut self, band: usize) -> &mut [f32] {
        &mut self.values[band * self.frames..(band + 1) * self.frames]
    }
}
