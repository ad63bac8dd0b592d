//! Decoding: bytes in, mono samples out.
//!
//! The format is recognized from the content ([`sniff`]), never from the name of the file.
//!
//! WAV and AIFF have readers of their own ([`wav`], [`aiff`], [`riff`], [`pcm`]). symphonia's
//! readers refuse headers that careless programs write, such as a RIFF size of 0. FLAC is read by `undertone-flac` ([`flac`]),
//! which is two to three times as fast as symphonia's decoder and reports every damaged frame. Bare
//! frames of MPEG audio and AAC are found by [`frames`], which needs two consistent headers and
//! reads files that were joined. [`gsm`] has no crate.
//!
//! Everything else is read by symphonia ([`container`], [`codec`]), and Opus by `rusty-opus`
//! ([`opus`]).

mod adpcm;
mod adts;
mod aiff;
mod au;
mod caf;
mod codec;
mod container;
mod error;
mod extensions;
mod flac;
mod frames;
mod gsm;
mod matroska;
mod mono_buffer;
mod mp4;
mod mpeg;
mod mpeg_tag;
mod ogg;
mod options;
mod opus;
mod pcm;
mod riff;
mod size_limit;
mod sniff;
mod wav;

use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
#[cfg(feature = "fs")]
use std::path::Path;

use crate::mono::Mixer;
use crate::recording::{DecodeWarning, Recording};
pub use error::{DecodeError, DecodeErrorKind};
pub use extensions::{EXTENSIONS, is_recording_name};
use options::check_finite;
pub use options::{Content, DecodeOptions};
use sniff::Format;

/// Decode the file at `path` to mono.
///
/// # Errors
/// See [`DecodeErrorKind`]. The error names the file.
#[cfg(feature = "fs")]
pub fn decode_path(path: &Path, options: &DecodeOptions) -> Result<Recording, DecodeError> {
    let open = || -> Result<Recording, DecodeErrorKind> {
        let file = std::fs::File::open(path).map_err(io_error)?;
        let size = file.metadata().map_or(0, |metadata| metadata.len());
        read_and_decode(file, size, options)
    };
    open().map_err(|kind| DecodeError::from(kind).with_path(path))
}

/// Read everything from `reader` and decode it to mono.
///
/// # Errors
/// See [`DecodeErrorKind`].
pub fn decode_reader<R: Read>(
    reader: R,
    options: &DecodeOptions,
) -> Result<Recording, DecodeError> {
    Ok(read_and_decode(reader, 0, options)?)
}

/// Decode the bytes of an audio file to mono.
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

/// Decode the bytes of an audio file to mono, and announce the number of samples first.
///
/// This is for callers that must reserve memory for the samples. `announce` is called once, with
/// the largest number of samples that the recording can have. The call comes as soon as the header
/// is read, before more than one packet is decoded, and it may block.
///
/// # Errors
/// See [`DecodeErrorKind`].
pub fn decode_bytes_announced(
    bytes: impl Content,
    options: &DecodeOptions,
    mut announce: impl FnMut(u64),
) -> Result<Recording, DecodeError> {
    let format = recognize(bytes.as_ref())?;
    Ok(decode_format(
        format,
        bytes.as_ref(),
        options,
        &mut announce,
    )?)
}

/// Read the beginning, and read the rest only if it is audio.
///
/// `size_hint` is the size of the file, or 0 if it is unknown. It saves reallocations.
fn read_and_decode(
    mut reader: impl Read,
    size_hint: u64,
    options: &DecodeOptions,
) -> Result<Recording, DecodeErrorKind> {
    let mut bytes = Vec::with_capacity(size_hint.min(16 << 20) as usize + 1);
    reader
        .by_ref()
        .take(sniff::HEAD_LEN)
        .read_to_end(&mut bytes)
        .map_err(io_error)?;
    let format = recognize(&bytes)?;
    let limit = size_limit::largest(format, &bytes, options);
    if size_hint > limit {
        return Err(options.too_long());
    }
    let rest = limit.saturating_add(1) - bytes.len() as u64;
    reader
        .take(rest)
        .read_to_end(&mut bytes)
        .map_err(io_error)?;
    if bytes.len() as u64 > limit {
        return Err(options.too_long());
    }
    decode_format(format, &bytes, options, &mut |_| ())
}

/// Return the format of the bytes, or the reason why nothing can be decoded.
fn recognize(bytes: &[u8]) -> Result<Format, DecodeErrorKind> {
    if bytes.is_empty() {
        return Err(DecodeErrorKind::Empty);
    }
    let head = &bytes[..bytes.len().min(sniff::HEAD_LEN as usize)];
    match sniff::format(head) {
        None => Err(DecodeErrorKind::NotAudio),
        Some(Format::LfsPointer) => Err(DecodeErrorKind::LfsPointer),
        Some(Format::Unsupported(name)) => Err(DecodeErrorKind::UnsupportedFormat { name }),
        Some(format) => Ok(format),
    }
}

fn decode_format(
    format: Format,
    bytes: &[u8],
    options: &DecodeOptions,
    announce: &mut dyn FnMut(u64),
) -> Result<Recording, DecodeErrorKind> {
    let tag = frames::id3_len(bytes);
    let bytes = bytes.get(tag..).unwrap_or_default();
    let format = if tag as u64 >= sniff::HEAD_LEN {
        // The format could not be seen behind so long a tag.
        recognize(bytes)?
    } else {
        format
    };
    let mut mixer = Mixer::mean();
    let mut recording = decode_mixed(format, bytes, options, announce, &mut mixer)?;
    if mixer.canceled() {
        let mut first = Mixer::first();
        // Memory was announced for one recording.
        drop(recording);
        recording = decode_mixed(format, bytes, options, &mut |_| (), &mut first)?;
        recording.warnings.push(DecodeWarning::ChannelsCancel);
    }
    if recording.samples.is_empty() {
        return Err(DecodeErrorKind::NoSamples);
    }
    Ok(recording)
}

fn decode_mixed(
    format: Format,
    bytes: &[u8],
    options: &DecodeOptions,
    announce: &mut dyn FnMut(u64),
    mixer: &mut Mixer,
) -> Result<Recording, DecodeErrorKind> {
    let mut recording = catch_unwind(AssertUnwindSafe(|| match format {
        Format::Wav(kind) => wav::decode(kind, bytes, options, announce, mixer),
        Format::Aiff => aiff::decode(bytes, options, announce, mixer),
        Format::Au => au::decode(bytes, options, announce, mixer),
        Format::Flac => flac::decode(bytes, options, announce, mixer),
        Format::Mpeg => mpeg::decode(bytes, options, announce, mixer),
        Format::Adts => adts::decode(bytes, options, announce, mixer),
        Format::Container(container) => {
            container::decode(container, bytes, options, announce, mixer)
        }
        Format::Unsupported(name) => Err(DecodeErrorKind::UnsupportedFormat { name }),
        Format::LfsPointer => Err(DecodeErrorKind::LfsPointer),
    }))
    .unwrap_or_else(|_| {
        let detail = "the decoder gave up";
        Err(DecodeErrorKind::corrupt(format.name(), detail))
    })?;
    if !matches!(
        format,
        Format::Wav(_) | Format::Aiff | Format::Au | Format::Flac
    ) {
        recording.samples = check_finite(recording.samples)?;
    }
    Ok(recording)
}

pub(crate) fn io_error(error: io::Error) -> DecodeErrorKind {
    match error.kind() {
        io::ErrorKind::NotFound => DecodeErrorKind::NotFound,
        _ => DecodeErrorKind::Io(error),
    }
}
