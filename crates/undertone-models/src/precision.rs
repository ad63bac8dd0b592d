//! The precision of a network's weights in inference.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// The precision with which the layers of an encoder compute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Precision {
    /// 32-bit floats.
    #[default]
    F32,
    /// 8-bit integers: a scale for each output of a layer and for each step of a clip.
    Int8,
}

/// A precision that cannot be used.
#[derive(Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum PrecisionError {
    /// An unknown name.
    #[error("unknown precision `{0}`: expected f32 or int8")]
    Unknown(String),
    /// The network has no form of 8-bit integers.
    #[error(
        "no int8: only models with an encoder (Whisper, wav2vec 2.0, HuBERT, data2vec) have it, \
         on a CPU with AVX2"
    )]
    NoInt8,
}

impl fmt::Display for Precision {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::F32 => "f32",
            Self::Int8 => "int8",
        })
    }
}

impl FromStr for Precision {
    type Err = PrecisionError;

    fn from_str(name: &str) -> Result<Self, PrecisionError> {
        match name {
            "f32" => Ok(Self::F32),
            "int8" => Ok(Self::Int8),
            _ => Err(PrecisionError::Unknown(name.to_owned())),
        }
    }
}
