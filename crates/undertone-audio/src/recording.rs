//! A decoded recording.

/// Mono audio at the rate that it was recorded at.
#[derive(Debug, Clone, PartialEq)]
pub struct Recording {
    /// The mean of the channels. Full scale is -1 to 1; floating-point files may exceed it.
    pub samples: Vec<f32>,
    /// Sample rate in Hz.
    pub sample_rate: u32,
    /// Number of channels that the file has.
    pub channels: usize,
}

impl Recording {
    /// Return the length in seconds.
    pub fn duration(&self) -> f64 {
        self.samples.len() as f64 / f64::from(self.sample_rate)
    }
}
