//! Decoding: bytes in, mono samples out.
//!
//! The format is recognized from the content ([`sniff`]), never from the name of the file.
//!
//! WAV and AIFF have readers of their own ([`wav`], [`aiff`], [`riff`], [`pcm`]). symphonia's
//! readers refuse headers that careless programs write, such as a RIFF size of 0. FLAC is read by
//! `undertone-flac` ([`flac`]), which is about three times as fast as symphonia's decoder and
//! reports every damaged frame. Bare frames of MPEG audio and AAC are found by [`frames`], which
//! needs two consistent headers and reads files that were joined. [`gsm`] has no crate.
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
mod mono_writer;
mod mp4;
mod mpeg;
mod mpeg_tag;
mod ogg;
mod options;
mod opus;
mod pcm;
mod riff;
mod sink;
mod size_limit;
mod sniff;
mod wav;

use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
#[cfg(feature = "fs")]
use std::path::Path;

use crate::mono::Channels;
use crate::recording::{DecodeWarning, Recording};
pub use error::{DecodeError, DecodeErrorKind};
pub use extensions::{EXTENSIONS, is_recording_name};
pub(crate) use mono_writer::Decoded;
use mono_writer::MonoWriter;
pub use options::{Content, DecodeOptions};
pub(crate) use sink::SampleSink;
use sniff::Format;
#[cfg(feature = "fs")]
pub(crate) use sniff::HEAD_LEN;

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
    let encoded = Encoded {
        bytes: bytes.as_ref(),
        options,
        release: &|| (),
    };
    Ok(encoded.collect(Channels::Mix, &mut announce)?)
}

/// The bytes of a file, and how they are to be decoded.
#[derive(Clone, Copy)]
pub(crate) struct Encoded<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) options: &'a DecodeOptions,
    /// Called now and then, when the bytes that were read before are not needed for a while.
    pub(crate) release: &'a dyn Fn(),
}

impl Encoded<'_> {
    /// Decode all samples.
    pub(crate) fn collect(
        &self,
        channels: Channels,
        announce: &mut dyn FnMut(u64),
    ) -> Result<Recording, DecodeErrorKind> {
        let (decoded, samples) = self.run(channels, announce, Vec::new)?;
        Ok(Recording {
            samples,
            sample_rate: decoded.sample_rate,
            channels: decoded.channels,
            warnings: decoded.warnings,
        })
    }

    /// Decode to a new sink. Where the channels cancel each other in the mean, decode the first one
    /// to another new sink instead, and warn.
    pub(crate) fn run<S: SampleSink>(
        &self,
        channels: Channels,
        announce: &mut dyn FnMut(u64),
        new_sink: impl Fn() -> S,
    ) -> Result<(Decoded, S), DecodeErrorKind> {
        let mut sink = new_sink();
        let decoded = self.decode(channels, announce, &mut sink)?;
        if !decoded.canceled {
            return Ok((decoded, sink));
        }
        // Memory was announced for one recording.
        drop(sink);
        let mut sink = new_sink();
        let mut first = self.decode(Channels::One(0), &mut |_| (), &mut sink)?;
        first.warnings.push(DecodeWarning::ChannelsCancel);
        first.canceled = true;
        Ok((first, sink))
    }

    /// Decode to a sink, once. `announce` is called as in [`decode_bytes_announced`].
    pub(crate) fn decode(
        &self,
        channels: Channels,
        announce: &mut dyn FnMut(u64),
        sink: &mut dyn SampleSink,
    ) -> Result<Decoded, DecodeErrorKind> {
        let mut format = recognize(self.bytes)?;
        let tag = frames::id3_len(self.bytes);
        let bytes = self.bytes.get(tag..).unwrap_or_default();
        if tag as u64 >= sniff::HEAD_LEN {
            // The format could not be seen behind so long a tag.
            format = recognize(bytes)?;
        }
        let mut mono = MonoWriter::new(self.options, channels, announce, self.release, sink);
        mono.name(format.name());
        let result = catch_unwind(AssertUnwindSafe(|| decode_format(format, bytes, &mut mono)));
        match result {
            Ok(result) => result?,
            Err(panic) if mono.in_sink => resume_unwind(panic),
            Err(_) => {
                let detail = "the decoder gave up";
                return Err(DecodeErrorKind::corrupt(format.name(), detail));
            }
        }
        let decoded = mono.finish();
        match decoded.frames {
            0 => Err(DecodeErrorKind::NoSamples),
            _ => Ok(decoded),
        }
    }
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
    let limit = largest_file(&bytes, options)?;
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
    let encoded = Encoded {
        bytes: &bytes,
        options,
        release: &|| (),
    };
    encoded.collect(Channels::Mix, &mut |_| ())
}

/// Return the size of the largest file that begins with `head` and is not too long, or the reason
/// why nothing can be decoded.
pub(crate) fn largest_file(head: &[u8], options: &DecodeOptions) -> Result<u64, DecodeErrorKind> {
    Ok(size_limit::largest(recognize(head)?, head, options))
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
    mono: &mut MonoWriter<'_>,
) -> Result<(), DecodeErrorKind> {
    match format {
        Format::Wav(kind) => wav::decode(kind, bytes, mono),
        Format::Aiff => aiff::decode(bytes, mono),
        Format::Au => au::decode(bytes, mono),
        Format::Flac => {
            mono.trust();
            flac::decode(bytes, mono)
        }
        Format::Mpeg => mpeg::decode(bytes, mono),
        Format::Adts => adts::decode(bytes, mono),
        Format::Container(container) => container::decode(container, bytes, mono),
        Format::Unsupported(name) => Err(DecodeErrorKind::UnsupportedFormat { name }),
        Format::LfsPointer => Err(DecodeErrorKind::LfsPointer),
    }
}

pub(crate) fn io_error(error: io::Error) -> DecodeErrorKind {
    match error.kind() {
        io::ErrorKind::NotFound => DecodeErrorKind::NotFound,
        _ => DecodeErrorKind::Io(error),
    }
}
