//! Files that hold packets of a codec: Ogg, MP4, Matroska and WebM, CAF. symphonia reads them.

use std::io::{Cursor, ErrorKind};

use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::CODEC_ID_NULL_AUDIO;
use symphonia::core::codecs::audio::well_known::{CODEC_ID_FLAC, CODEC_ID_OPUS};
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder};
use symphonia::core::errors::Error;
use symphonia::core::formats::{FormatOptions, FormatReader, Track, TrackType};
use symphonia::core::io::MediaSourceStream;
use symphonia::core::packet::Packet;
use symphonia::default::formats::{CafReader, IsoMp4Reader, MkvReader, OggReader};

use super::caf;
use super::codec;
use super::error::DecodeErrorKind;
use super::flac;
use super::matroska;
use super::mono_writer::MonoWriter;
use super::mp4;
use super::ogg;
use super::opus::OpusStream;

/// A kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Container {
    Caf,
    Matroska,
    Mp4,
    Ogg,
}

impl Container {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Caf => "CAF",
            Self::Matroska => "Matroska",
            Self::Mp4 => "MP4",
            Self::Ogg => "Ogg",
        }
    }

    fn open<'a>(self, bytes: &'a [u8]) -> Result<Box<dyn FormatReader + 'a>, Error> {
        let options = FormatOptions::default();
        let source = MediaSourceStream::new(Box::new(Cursor::new(bytes)), Default::default());
        Ok(match self {
            Self::Caf => Box::new(CafReader::try_new(source, options)?),
            Self::Matroska => Box::new(MkvReader::try_new(source, options)?),
            Self::Mp4 => Box::new(IsoMp4Reader::try_new(source, options)?),
            Self::Ogg => Box::new(OggReader::try_new(source, options)?),
        })
    }
}

pub(super) fn decode(
    container: Container,
    bytes: &[u8],
    mono: &mut MonoWriter<'_>,
) -> Result<(), DecodeErrorKind> {
    let real = (container == Container::Caf)
        .then(|| caf::with_real_size(bytes))
        .flatten();
    let bytes = real.as_ref().map_or(bytes, |(file, _)| file);
    let mut reader = container
        .open(bytes)
        .map_err(|error| not_opened(container, bytes, error))?;
    if let Some((_, Some(warning))) = &real {
        mono.warn(warning.clone());
    }
    // An Ogg file may have several streams, one after another.
    loop {
        let track = audio_track(container, bytes, reader.as_ref())?;
        let mut stream = Stream::new(container, bytes, track)?;
        let (skip, length) = stream.trim(container, bytes, track);
        mono.begin(skip, length);
        if let Some(rate) = stream.sample_rate() {
            mono.open(rate)?;
        }
        let track_id = track.id;
        let last = loop {
            match next_packet(container, bytes, reader.as_mut())? {
                Next::Packet(packet) if packet.track_id == track_id => {
                    stream.decode(&packet, mono)?;
                }
                Next::Packet(_) => {}
                Next::Stream => break false,
                Next::End => break true,
                Next::Cut => {
                    if let Some(warning) = matroska::cut(bytes) {
                        mono.warn(warning);
                    }
                    break true;
                }
            }
        };
        stream.finish(mono)?;
        if last {
            return Ok(());
        }
    }
}

fn audio_track<'a>(
    container: Container,
    bytes: &[u8],
    reader: &'a dyn FormatReader,
) -> Result<&'a Track, DecodeErrorKind> {
    let is_audio = |track: &&Track| matches!(track.codec_params, Some(CodecParameters::Audio(_)));
    reader
        .default_track(TrackType::Audio)
        .filter(is_audio)
        .or_else(|| reader.tracks().iter().find(is_audio))
        .ok_or_else(|| {
            let name = unsupported_codec(container, bytes)
                .unwrap_or_else(|| "content without audio in a known codec".into());
            DecodeErrorKind::unsupported(container.name(), name)
        })
}

/// Return the name of the codec of a file that symphonia does not open, if the file shows it.
fn unsupported_codec(container: Container, bytes: &[u8]) -> Option<String> {
    match container {
        Container::Mp4 => mp4::codec(bytes).map(codec::name_of_letters),
        Container::Ogg => ogg::unsupported_codec(bytes).map(String::from),
        _ => None,
    }
}

fn not_opened(container: Container, bytes: &[u8], error: Error) -> DecodeErrorKind {
    let format = container.name();
    match (unsupported_codec(container, bytes), error) {
        (Some(name), _) => DecodeErrorKind::unsupported(format, name),
        // symphonia says so where something is missing.
        (None, Error::Unsupported(what)) => DecodeErrorKind::corrupt(format, what),
        (None, error) => codec::from_symphonia(format, error),
    }
}

enum Next {
    Packet(Packet),
    /// Another stream follows, with its own tracks.
    Stream,
    End,
    /// The file ends in the middle of something.
    Cut,
}

fn next_packet(
    container: Container,
    bytes: &[u8],
    reader: &mut dyn FormatReader,
) -> Result<Next, DecodeErrorKind> {
    match reader.next_packet() {
        Ok(Some(packet)) => Ok(Next::Packet(packet)),
        Ok(None) => Ok(Next::End),
        Err(Error::ResetRequired) => Ok(Next::Stream),
        Err(Error::IoError(error))
            if error.kind() == ErrorKind::UnexpectedEof
                && container == Container::Ogg
                && ogg::ends_with_whole_page(bytes) =>
        {
            Ok(Next::End)
        }
        // A browser does not state where a recording ends.
        Err(Error::IoError(error))
            if error.kind() == ErrorKind::UnexpectedEof && container == Container::Matroska =>
        {
            Ok(Next::Cut)
        }
        Err(error) => Err(codec::from_symphonia(container.name(), error)),
    }
}

/// The decoder of a stream.
enum Stream {
    Symphonia {
        format: &'static str,
        parameters: Box<AudioCodecParameters>,
        decoder: Box<dyn AudioDecoder>,
    },
    Opus(Box<OpusStream>),
    /// A FLAC file that is put together from its packets. All of it stays in memory.
    Flac(Vec<u8>),
}

impl Stream {
    fn new(container: Container, bytes: &[u8], track: &Track) -> Result<Self, DecodeErrorKind> {
        let format = container.name();
        let Some(CodecParameters::Audio(parameters)) = &track.codec_params else {
            return Err(DecodeErrorKind::unsupported(format, "an unknown codec"));
        };
        let head = parameters.extra_data.as_deref().unwrap_or_default();
        match parameters.codec {
            CODEC_ID_OPUS => {
                let stream = match container {
                    Container::Caf => {
                        let channels = parameters.channels.as_ref().map_or(1, |it| it.count());
                        OpusStream::without_header(format, channels, track.delay.unwrap_or(0))?
                    }
                    _ => OpusStream::new(format, head, container == Container::Mp4)?,
                };
                Ok(Self::Opus(Box::new(stream)))
            }
            CODEC_ID_FLAC => flac::file_header(head)
                .map(Self::Flac)
                .ok_or_else(|| DecodeErrorKind::corrupt(format, "no header of FLAC")),
            CODEC_ID_NULL_AUDIO => {
                let name =
                    unsupported_codec(container, bytes).unwrap_or_else(|| codec::name(parameters));
                Err(DecodeErrorKind::unsupported(format, name))
            }
            _ => Ok(Self::Symphonia {
                format,
                decoder: codec::symphonia_decoder(format, parameters)?,
                parameters: Box::new(parameters.clone()),
            }),
        }
    }

    /// Return the samples to leave out at the start, and the number to keep.
    fn trim(&self, container: Container, bytes: &[u8], track: &Track) -> (u64, Option<u64>) {
        if container == Container::Mp4
            && let Some(rate) = self.sample_rate()
            && let Some(edit) = mp4::edit_of_track(bytes, track.id, rate)
        {
            return (edit.start, edit.length);
        }
        match self {
            Self::Opus(stream) => (stream.pre_skip(), None),
            _ => (0, None),
        }
    }

    fn sample_rate(&self) -> Option<u32> {
        match self {
            Self::Symphonia {
                decoder,
                parameters,
                ..
            } => decoder
                .codec_params()
                .sample_rate
                .or(parameters.sample_rate),
            Self::Opus(_) => Some(OpusStream::RATE),
            Self::Flac(file) => flac::sample_rate(file),
        }
    }

    fn decode(
        &mut self,
        packet: &Packet,
        mono: &mut MonoWriter<'_>,
    ) -> Result<(), DecodeErrorKind> {
        match self {
            Self::Symphonia {
                format, decoder, ..
            } => {
                let decoded = decoder
                    .decode(packet)
                    .map_err(|error| codec::from_symphonia(format, error))?;
                mono.append(&decoded)
            }
            Self::Opus(stream) => stream.decode(&packet.data, packet.trim_end.get(), mono),
            Self::Flac(file) => {
                file.extend_from_slice(&packet.data);
                Ok(())
            }
        }
    }

    /// Decode what was kept until the end of the stream.
    fn finish(self, mono: &mut MonoWriter<'_>) -> Result<(), DecodeErrorKind> {
        match self {
            Self::Flac(file) => flac::decode(&file, mono),
            _ => Ok(()),
        }
    }
}
