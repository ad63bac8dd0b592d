//! How a recording is divided, and which of its channels are heard.

use undertone_audio::{Channels, DecodeOptions, VoiceActivityConfig};

/// How a recording of any length is judged in segments.
#[derive(Debug, Clone, PartialEq)]
pub struct SegmentsConfig {
    /// How it is divided.
    pub division: Division,
    /// Which channels are heard.
    pub channels: Channels,
    /// What is accepted. The default has no limit of the length.
    pub options: DecodeOptions,
}

/// How a recording is divided into segments.
#[derive(Debug, Clone, PartialEq)]
pub enum Division {
    /// Utterances, as voice activity finds them. They are no longer than the model's window.
    Utterances(VoiceActivityConfig),
    /// Segments of the model's window one after another. The last one may be shorter.
    Fixed,
    /// The start and the end of each in seconds, in any order. They may overlap.
    Given(Vec<(f64, f64)>),
}

impl Default for SegmentsConfig {
    fn default() -> Self {
        Self {
            division: Division::Utterances(VoiceActivityConfig::default()),
            channels: Channels::Mix,
            options: DecodeOptions {
                max_seconds: f64::INFINITY,
            },
        }
    }
}
