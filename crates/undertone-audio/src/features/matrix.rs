//! The matrix that all features come in.

/// Features over time: one row for each band (or coefficient), one column for each frame.
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
    /// Make a matrix of zeros.
    pub fn zeros(bands: usize, frames: usize) -> Self {
        Self {
            bands,
            frames,
            values: vec![0.0; bands * frames],
        }
    }

    /// Return one band over time.
    ///
    /// # Panics
    /// If there is no such band.
    pub fn band(&self, band: usize) -> &[f32] {
        &self.values[band * self.frames..(band + 1) * self.frames]
    }

    /// Return one band over time, for writing.
    pub(crate) fn band_mut(&mut self, band: usize) -> &mut [f32] {
        &mut self.values[band * self.frames..(band + 1) * self.frames]
    }
}
