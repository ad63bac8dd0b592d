//! A decoded recording.

use thiserror::Error;

/// Mono audio at the rate that it was recorded at.
#[derive(Debug, Clone, PartialEq)]
pub struct Recording {
    /// The mean of the channels. Full scale is -1 to 1; floating-point files may exceed it.
    pub samples: Vec<f32>,
    /// Sample rate in Hz.
    pub sample_rate: u32,
    /// Number of channels that the file has.
    pub channels: usize,
    /// What is odd about the file. People should be told.
    pub warnings: Vec<DecodeWarning>,
}

impl Recording {
    /// Return a recording of one channel.
    pub fn mono(samples: Vec<f32>, sample_rate: u32) -> Self {
        Self {
            samples,
            sample_rate,
            channels: 1,
            warnings: Vec::new(),
        }
    }

    /// Return the length in seconds.
    pub fn duration(&self) -> f64 {
        self.samples.len() as f64 / f64::from(self.sample_rate)
    }
}

/// Something odd about a file that was decoded nevertheless.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DecodeWarning {
    /// The file is shorter than its header says.
    #[error("looks cut: the header promises {promised} bytes of audio, the file holds {found}")]
    Cut {
        /// Bytes of audio that the header promises.
        promised: u64,
        /// Bytes of audio that the file holds.
        found: u64,
    },
    /// Bytes between the frames belong to no frame.
    #[error("{bytes} bytes between the frames are not audio and were left out")]
    Skipped {
        /// The number of bytes.
        bytes: u64,
    },
    /// The channels cancel each other, so only the first one was used.
    #[error("the channels cancel each other in the mean, so only the first one is used")]
    ChannelsCancel,
}
