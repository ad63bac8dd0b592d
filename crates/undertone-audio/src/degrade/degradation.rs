//! The degradations and their parameters.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::augment::{
    AugmentError, NoiseColor, clip, gain, mp3, noise, opus, reverberation, telephone,
};

/// Something that a recording suffers on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Degradation {
    /// A telephone line: 300 to 3400 Hz, µ-law at 8 kHz.
    Telephone,
    /// A voice note: Opus at 24 kbit/s.
    Opus,
    /// A small music file: MP3 at 64 kbit/s.
    Mp3,
    /// Pink noise, 10 dB below the recording.
    PinkNoise,
    /// A room that reverberates for 0.5 s, with as much energy in the reverberation as in the
    /// direct sound.
    Room,
    /// Half the amplitude.
    HalfLevel,
    /// Twice the amplitude, clipped at full scale.
    DoubleLevel,
}

/// A factor of 2 on amplitudes, in dB.
const DOUBLE_DB: f64 = 6.020_599_913_279_624;

impl Degradation {
    /// Every degradation, in the order of a table.
    pub const ALL: [Self; 7] = [
        Self::Telephone,
        Self::Opus,
        Self::Mp3,
        Self::PinkNoise,
        Self::Room,
        Self::HalfLevel,
        Self::DoubleLevel,
    ];

    /// Return the name for arguments and columns, such as `opus-24k`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Telephone => "telephone",
            Self::Opus => "opus-24k",
            Self::Mp3 => "mp3-64k",
            Self::PinkNoise => "pink-noise-10db",
            Self::Room => "room",
            Self::HalfLevel => "half-level",
            Self::DoubleLevel => "double-level",
        }
    }

    /// Return a short description with the parameters.
    pub fn description(self) -> &'static str {
        match self {
            Self::Telephone => "telephone: 300 to 3400 Hz, µ-law at 8 kHz",
            Self::Opus => "Opus at 24 kbit/s",
            Self::Mp3 => "MP3 at 64 kbit/s",
            Self::PinkNoise => "pink noise, 10 dB below the speech",
            Self::Room => "room: 0.5 s of reverberation, as strong as the direct sound",
            Self::HalfLevel => "half the amplitude",
            Self::DoubleLevel => "twice the amplitude, clipped at full scale",
        }
    }

    /// Return a degraded copy of mono samples at `rate` (1000 to 192 000 Hz). It has the same rate
    /// and length, and is aligned with the original.
    ///
    /// `seed` gives the noise and the reverberation of the room. The others ignore it. The same
    /// arguments give the same samples on one machine. The codecs may round differently on
    /// processors with other vector instructions.
    ///
    /// # Errors
    /// When `rate` is out of range, a sample is not finite, or a codec fails.
    pub fn apply(self, samples: &[f32], rate: u32, seed: u64) -> Result<Vec<f32>, AugmentError> {
        match self {
            Self::Telephone => telephone(samples, rate, 300.0, 3_400.0),
            Self::Opus => opus(samples, rate, 24_000),
            Self::Mp3 => mp3(samples, rate, 64),
            Self::PinkNoise => noise(samples, 10.0, NoiseColor::Pink, seed),
            Self::Room => reverberation(samples, rate, 0.5, 0.0, seed),
            Self::HalfLevel => gain(samples, -DOUBLE_DB),
            Self::DoubleLevel => clip(&gain(samples, DOUBLE_DB)?),
        }
    }
}

impl fmt::Display for Degradation {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.pad(self.name())
    }
}

/// No degradation has this name.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("unknown degradation \"{name}\": choose one of {}", Degradation::ALL.map(Degradation::name).join(", "))]
pub struct UnknownDegradation {
    /// The name.
    pub name: String,
}

impl FromStr for Degradation {
    type Err = UnknownDegradation;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|degradation| degradation.name() == name)
            .ok_or_else(|| UnknownDegradation { name: name.into() })
    }
}
