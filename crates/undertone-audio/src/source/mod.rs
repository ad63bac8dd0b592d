//! Recordings of any length, in bounded memory.

mod bytes;
mod sinks;

use std::fmt;
#[cfg(feature = "fs")]
use std::fs::File;
#[cfg(feature = "fs")]
use std::io::Read;
use std::ops::ControlFlow;
#[cfg(feature = "fs")]
use std::path::Path;
use std::path::PathBuf;

use crate::decode::{Content, DecodeError, DecodeErrorKind, DecodeOptions, Decoded, Encoded};
#[cfg(feature = "fs")]
use crate::decode::{HEAD_LEN, io_error, largest_file};
use crate::mono::Channels;
use crate::recording::{DecodeWarning, Recording};
use crate::resample::Resampler;
use crate::voice_activity::{Utterance, VoiceActivity, VoiceActivityConfig};
use crate::warning::{Levels, Warning};
use bytes::SourceBytes;
use sinks::{Listener, Resampled};

/// A recording that is not decoded yet: a file, a stream that was read, or bytes.
///
/// It can be decoded again and again, as a whole or in blocks. In blocks it needs little memory,
/// however long it lasts: the bytes of a large file are mapped into memory and given back as
/// decoding goes on. A file of FLAC inside of Ogg, Matroska or MP4 is the exception: a copy of its
/// compressed bytes is kept. So is a CAF file that does not state its size.
pub struct Source {
    bytes: SourceBytes,
    path: Option<PathBuf>,
}

/// What a pass over all samples of a recording finds.
#[derive(Debug, Clone, PartialEq)]
pub struct Scan {
    /// In Hz.
    pub sample_rate: u32,
    /// Number of channels that the file has.
    pub channels: usize,
    /// Samples of one channel.
    pub samples: u64,
    /// Which channels were heard: [`Channels::One`] if that was asked for, or if the channels
    /// cancel each other in the mean.
    pub heard: Channels,
    /// What is odd about the file.
    pub decode_warnings: Vec<DecodeWarning>,
    /// What [`Warning::of`] says about the recording.
    pub warnings: Vec<Warning>,
    /// The largest magnitude.
    pub largest: f32,
}

impl Scan {
    /// Return the length in seconds.
    pub fn seconds(&self) -> f64 {
        self.samples as f64 / f64::from(self.sample_rate)
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let bytes = self.bytes.as_slice().len();
        write!(f, "Source({:?}, {bytes} bytes)", self.path)
    }
}

impl Source {
    /// Take the bytes of a file in memory.
    pub fn from_bytes(bytes: impl Content) -> Self {
        Self {
            bytes: SourceBytes::Memory(Box::new(bytes)),
            path: None,
        }
    }

    /// Open a file. Up to 16 MiB are read into memory. A larger file is mapped: if another program
    /// shortens it while it is decoded, the system ends this process with a signal (SIGBUS).
    ///
    /// # Errors
    /// If it cannot be read, is not audio, or is larger than the longest recording that the options
    /// accept. The error names the file.
    #[cfg(feature = "fs")]
    pub fn open(path: &Path, options: &DecodeOptions) -> Result<Self, DecodeError> {
        let open = || -> Result<SourceBytes, DecodeErrorKind> {
            let mut file = File::open(path).map_err(io_error)?;
            let metadata = file.metadata().map_err(io_error)?;
            let size = metadata.len();
            if !metadata.is_file() || size < SourceBytes::IN_MEMORY {
                return Self::spool(file, options);
            }
            let mut head = Vec::new();
            let begin = file.by_ref().take(HEAD_LEN).read_to_end(&mut head);
            begin.map_err(io_error)?;
            match size > largest_file(&head, options)? {
                true => Err(options.too_long()),
                false => SourceBytes::map(&file).map_err(io_error),
            }
        };
        let bytes = open().map_err(|kind| DecodeError::from(kind).with_path(path))?;
        Ok(Self {
            bytes,
            path: Some(path.to_owned()),
        })
    }

    /// Read everything from a reader. What is larger than 16 MiB goes to a temporary file without a
    /// name.
    ///
    /// # Errors
    /// As [`Source::open`].
    #[cfg(feature = "fs")]
    pub fn read(reader: impl Read, options: &DecodeOptions) -> Result<Self, DecodeError> {
        Ok(Self {
            bytes: Self::spool(reader, options)?,
            path: None,
        })
    }

    #[cfg(feature = "fs")]
    fn spool(
        mut reader: impl Read,
        options: &DecodeOptions,
    ) -> Result<SourceBytes, DecodeErrorKind> {
        let mut head = Vec::new();
        let begin = reader.by_ref().take(HEAD_LEN).read_to_end(&mut head);
        begin.map_err(io_error)?;
        let limit = largest_file(&head, options)?;
        let rest = limit.saturating_add(1) - head.len() as u64;
        let bytes = SourceBytes::spool(head, reader.take(rest)).map_err(io_error)?;
        match bytes.as_slice().len() as u64 > limit {
            true => Err(options.too_long()),
            false => Ok(bytes),
        }
    }

    /// Decode all samples, as [`decode_path`](crate::decode_path) does.
    ///
    /// # Errors
    /// See [`DecodeErrorKind`].
    pub fn decode(
        &self,
        channels: Channels,
        options: &DecodeOptions,
    ) -> Result<Recording, DecodeError> {
        let decoded = self
            .encoded(options, &|| self.bytes.release())
            .collect(channels, &mut |_| ());
        decoded.map_err(|kind| self.error(kind))
    }

    /// The longest recording in seconds that programs read as a whole, if not asked otherwise.
    pub const SHORT_SECONDS: f64 = 30.0;

    /// Decode a recording of at most `seconds`. Return `None` for a longer one, of which no more
    /// than that is decoded.
    ///
    /// # Errors
    /// See [`DecodeErrorKind`].
    pub fn decode_if_short(
        &self,
        seconds: f64,
        channels: Channels,
        options: &DecodeOptions,
    ) -> Result<Option<Recording>, DecodeError> {
        let max_seconds = options.max_seconds.min(seconds);
        let short = DecodeOptions { max_seconds };
        match self.decode(channels, &short) {
            Ok(recording) => Ok(Some(recording)),
            Err(error) if matches!(error.kind(), DecodeErrorKind::TooLong { .. }) => {
                match options.max_seconds > seconds {
                    true => Ok(None),
                    false => Err(error),
                }
            }
            Err(error) => Err(error),
        }
    }

    /// Measure a recording in one pass, or in two if its channels cancel each other. `progress`
    /// receives the number of seconds that were heard, now and then, and may stop the pass.
    ///
    /// # Errors
    /// See [`DecodeErrorKind`]; [`DecodeErrorKind::Stopped`] if `progress` stops it.
    pub fn scan(
        &self,
        channels: Channels,
        options: &DecodeOptions,
        progress: &dyn Fn(f64) -> ControlFlow<()>,
    ) -> Result<Scan, DecodeError> {
        let (scan, _) = self.listen(channels, options, None, progress)?;
        Ok(scan)
    }

    /// Measure a recording, and find its utterances in the same pass.
    ///
    /// # Errors
    /// As [`Source::scan`].
    pub fn find_utterances(
        &self,
        channels: Channels,
        options: &DecodeOptions,
        config: &VoiceActivityConfig,
        progress: &dyn Fn(f64) -> ControlFlow<()>,
    ) -> Result<(Scan, Vec<Utterance>), DecodeError> {
        self.listen(channels, options, Some(config), progress)
    }

    fn listen(
        &self,
        channels: Channels,
        options: &DecodeOptions,
        config: Option<&VoiceActivityConfig>,
        progress: &dyn Fn(f64) -> ControlFlow<()>,
    ) -> Result<(Scan, Vec<Utterance>), DecodeError> {
        let new_sink = || Listener::new(config.map(VoiceActivity::new), progress);
        let release = || self.bytes.release();
        let encoded = self.encoded(options, &release);
        let run = encoded.run(channels, &mut |_| (), new_sink);
        let (decoded, listener) = run.map_err(|kind| self.error(kind))?;
        let (levels, utterances) = listener.finish();
        Ok((scan(channels, decoded, &levels), utterances))
    }

    /// Decode in blocks of mono samples at `rate` in Hz. The samples are those that
    /// [`Resampler::resample`] makes of the whole recording, to the bit. The memory is bounded.
    ///
    /// The channels are taken as they are asked for: [`Scan::heard`] says which ones to ask for.
    ///
    /// # Errors
    /// See [`DecodeErrorKind`]; [`DecodeErrorKind::Stopped`] if `receive` stops it.
    pub fn stream(
        &self,
        rate: u32,
        channels: Channels,
        options: &DecodeOptions,
        receive: &mut dyn FnMut(&[f32]) -> ControlFlow<()>,
    ) -> Result<(), DecodeError> {
        let allowed = Resampler::new(rate, rate);
        allowed.map_err(|_| self.error(DecodeErrorKind::SampleRateOutOfRange { rate }))?;
        let mut sink = Resampled::new(rate, receive);
        self.encoded(options, &|| self.bytes.release())
            .decode(channels, &mut |_| (), &mut sink)
            .and_then(|_| match sink.finish() {
                ControlFlow::Continue(()) => Ok(()),
                ControlFlow::Break(()) => Err(DecodeErrorKind::Stopped),
            })
            .map_err(|kind| self.error(kind))
    }

    fn encoded<'a>(&'a self, options: &'a DecodeOptions, release: &'a dyn Fn()) -> Encoded<'a> {
        Encoded {
            bytes: self.bytes.as_slice(),
            options,
            release,
        }
    }

    fn error(&self, kind: DecodeErrorKind) -> DecodeError {
        let error = DecodeError::from(kind);
        match &self.path {
            Some(path) => error.with_path(path),
            None => error,
        }
    }
}

fn scan(asked: Channels, decoded: Decoded, levels: &Levels) -> Scan {
    Scan {
        sample_rate: decoded.sample_rate,
        channels: decoded.channels,
        samples: decoded.frames,
        heard: match decoded.canceled {
            true => Channels::One(0),
            false => asked,
        },
        decode_warnings: decoded.warnings,
        warnings: levels.warnings(),
        largest: levels.largest(),
    }
}
