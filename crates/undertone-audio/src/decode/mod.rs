//! Bytes in, mono samples out.
//!
//! The format is recognized by content ([`sniff`]), never by a file's name. WAV has a reader of
//! its own ([`wav`]): symphonia's refuses headers that careless writers leave, such as
//! a RIFF size that disagrees with the data chunk's. So has FLAC ([`flac`]), for speed. All else is
//! symphonia's ([`compressed`]).

mod compressed;
mod error;
mod flac;
mod sniff;
mod wav;

use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
#[cfg(feature = "fs")]
use std::path::Path;

pub use error::{DecodeError, DecodeErrorKind};
use sniff::Format;

/// Mono audio at the rate it was recorded at.
#[derive(Debug, Clone, PartialEq)]
pub struct Recording {
    /// Mean of the channels; full scale is -1 to 1. Floating-point sources may exceed it.
    pub samples: Vec<f32>,
    /// Rate of the samples in Hz.
    pub sample_rate: u32,
    /// Channels that the source had.
    pub channels: usize,
}

impl Recording {
    /// Length in seconds.
    pub fn duration(&self) -> f64 {
        self.samples.len() as f64 / f64::from(self.sample_rate)
    }
}

/// The bytes of a file, in memory.
pub trait Content: AsRef<[u8]> + Send + Sync + 'static {}

impl<T: AsRef<[u8]> + Send + Sync + 'static> Content for T {}

/// What to accept.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DecodeOptions {
    /// Longer recordings are refused, in seconds.
    pub max_seconds: f64,
}

impl Default for DecodeOptions {
    /// Ten minutes.
    fn default() -> Self {
        Self { max_seconds: 600.0 }
    }
}

impl DecodeOptions {
    fn max_frames(&self, sample_rate: u32) -> u64 {
        (self.max_seconds * f64::from(sample_rate)) as u64
    }

    /// No format needs more: 192 kHz, 8 channels, 64 bits, and room for pictures in the tags.
    fn max_bytes(&self) -> u64 {
        (64 << 20_u64) + (self.max_seconds.max(0.0) * 192_000.0 * 64.0) as u64
    }

    fn too_long(&self) -> DecodeErrorKind {
        DecodeErrorKind::TooLong {
            max_seconds: self.max_seconds,
        }
    }
}

/// Decodes the file at `path` to mono.
///
/// # Errors
/// See [`DecodeErrorKind`]; the error names the file.
#[cfg(feature = "fs")]
pub fn decode_path(path: &Path, options: &DecodeOptions) -> Result<Recording, DecodeError> {
    let open = || -> Result<Recording, DecodeErrorKind> {
        let file = std::fs::File::open(path).map_err(io_error)?;
        let size = file.metadata().map_or(0, |metadata| metadata.len());
        read_and_decode(file, size, options)
    };
    open().map_err(|kind| DecodeError::from(kind).with_path(path))
}

/// Decodes everything that `reader` gives to mono.
///
/// # Errors
/// See [`DecodeErrorKind`].
pub fn decode_reader<R: Read>(
    reader: R,
    options: &DecodeOptions,
) -> Result<Recording, DecodeError> {
    Ok(read_and_decode(reader, 0, options)?)
}

/// Decodes the bytes of an audio file to mono.
///
/// A panic inside a third-party decoder becomes [`DecodeErrorKind::Corrupt`] (where the target
/// unwinds; the panic hook still runs).
///
/// # Errors
/// See [`DecodeErrorKind`].
///
/// ```
/// use undertone_audio::{DecodeErrorKind, DecodeOptions, decode_bytes};
/// let error = decode_bytes(b"once upon a time".to_vec(), &DecodeOptions::default()).unwrap_err();
/// assert!(matches!(error.kind(), DecodeErrorKind::NotAudio));
/// ```
pub fn decode_bytes(bytes: Vec<u8>, options: &DecodeOptions) -> Result<Recording, DecodeError> {
    decode_bytes_announced(bytes, options, |_| ())
}

/// The same of bytes however they are kept, for callers that have to find room for the samples first.
///
/// `announce` is told the most samples that the recording can have: once, as soon as the file says
/// how it is made, and before more than a packet of it is decoded. It may take its time.
///
/// # Errors
/// See [`DecodeErrorKind`].
pub fn decode_bytes_announced(
    bytes: impl Content,
    options: &DecodeOptions,
    mut announce: impl FnMut(u64),
) -> Result<Recording, DecodeError> {
    let format = sniff::format(bytes.as_ref()).ok_or(DecodeErrorKind::NotAudio)?;
    Ok(decode_format(format, bytes, options, &mut announce)?)
}

/// Reads the beginning, gives up if it isn't audio, and only then reads the rest.
///
/// `size_hint` is the file's real size (0 when unknown): one allocation instead of a growing one.
fn read_and_decode(
    mut reader: impl Read,
    size_hint: u64,
    options: &DecodeOptions,
) -> Result<Recording, DecodeErrorKind> {
    let limit = options.max_bytes();
    let mut bytes = Vec::with_capacity(size_hint.min(limit).min(16 << 20) as usize + 1);
    reader
        .by_ref()
        .take(sniff::HEAD_LEN)
        .read_to_end(&mut bytes)
        .map_err(io_error)?;
    let format = sniff::format(&bytes).ok_or(DecodeErrorKind::NotAudio)?;
    let rest = limit + 1 - bytes.len() as u64;
    reader
        .take(rest)
        .read_to_end(&mut bytes)
        .map_err(io_error)?;
    if bytes.len() as u64 > limit {
        return Err(options.too_long());
    }
    decode_format(format, bytes, options, &mut |_| ())
}

fn decode_format(
    format: Format,
    bytes: impl Content,
    options: &DecodeOptions,
    announce: &mut dyn FnMut(u64),
) -> Result<Recording, DecodeErrorKind> {
    let recording = match format {
        Format::Wav => wav::decode(bytes.as_ref(), options, announce)?,
        Format::Flac => flac::decode(bytes.as_ref(), options, announce)?,
        compressed => {
            let recording = catch_unwind(AssertUnwindSafe(|| {
                compressed::decode(compressed, bytes, options, announce)
            }))
            .unwrap_or_else(|_| {
                Err(DecodeErrorKind::corrupt(
                    format.name(),
                    "the decoder gave up",
                ))
            })?;
            check_finite(recording)?
        }
    };
    if recording.samples.is_empty() {
        return Err(DecodeErrorKind::NoSamples);
    }
    Ok(recording)
}

/// For formats whose samples aren't whole numbers.
fn check_finite(recording: Recording) -> Result<Recording, DecodeErrorKind> {
    match recording
        .samples
        .iter()
        .position(|sample| !sample.is_finite())
    {
        Some(index) => Err(DecodeErrorKind::NonFinite { index }),
        None => Ok(recording),
    }
}

fn check_rate(rate: u32) -> Result<u32, DecodeErrorKind> {
    if (4_000..=192_000).contains(&rate) {
        Ok(rate)
    } else {
        Err(DecodeErrorKind::SampleRateOutOfRange { rate })
    }
}

fn io_error(error: io::Error) -> DecodeErrorKind {
    match error.kind() {
        io::ErrorKind::NotFound => DecodeErrorKind::NotFound,
        _ => DecodeErrorKind::Io(error),
    }
}
