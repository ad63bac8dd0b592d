//! MP3, Ogg Vorbis, AAC and M4A, through symphonia.

use std::io::{Cursor, Error as IoError, ErrorKind};

use symphonia::core::audio::GenericAudioBufferRef;
use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error;
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::{MediaSourceStream, ReadOnlySource};
use symphonia::default::formats::{AdtsReader, IsoMp4Reader, MpaReader, OggReader};

use super::error::DecodeErrorKind;
use super::options::{Content, DecodeOptions, check_rate};
use super::sniff::{self, Format};
use crate::Recording;
use crate::mono::append_mean_of_planes;

/// Tolerance for the number of frames in an MP3's tag: encoders disagree on counting the frame of
/// the tag itself.
const MP3_SLACK: u64 = 2 * 1152;

pub(super) fn decode(
    format: Format,
    bytes: impl Content,
    options: &DecodeOptions,
    announce: &mut dyn FnMut(u64),
) -> Result<Recording, DecodeErrorKind> {
    let fail = |error| from_symphonia(format, error);
    let mut reader = open(format, bytes).map_err(fail)?;
    let track = reader
        .default_track(TrackType::Audio)
        .ok_or_else(|| DecodeErrorKind::unsupported(format.name(), "no audio track"))?;
    let (track_id, promised) = (track.id, track.num_frames);
    let Some(CodecParameters::Audio(parameters)) = track.codec_params.clone() else {
        return Err(DecodeErrorKind::unsupported(
            format.name(),
            "audio of an unknown codec",
        ));
    };
    let mut decoder = make_decoder(format, &parameters)?;

    let mut mono = MonoBuffer::default();
    if let Some(rate) = parameters.sample_rate {
        mono.check_spec(format, check_rate(rate)?, 0, options)?;
        if format == Format::Mp3 && promised.is_some_and(|frames| frames > mono.max_frames) {
            return Err(options.too_long());
        }
    }
    while let Some(packet) = next_packet(format, reader.as_mut())? {
        if packet.track_id != track_id {
            continue;
        }
        let decoded = decoder.decode(&packet).map_err(fail)?;
        mono.append(format, &decoded, options, announce)?;
    }

    let found = mono.samples.len() as u64;
    let slack = match format {
        Format::Mp3 => Some(MP3_SLACK),
        // The counts of the other formats are rounded, estimated, or taken from the audio itself.
        _ => None,
    };
    match (promised, slack) {
        (Some(promised), Some(slack)) if promised > found + slack => {
            let format = format.name();
            Err(DecodeErrorKind::HeaderPromisesMore {
                format,
                promised,
                found,
                unit: "frames",
            })
        }
        _ => Ok(Recording {
            samples: mono.samples,
            sample_rate: mono.sample_rate,
            channels: mono.channels,
        }),
    }
}

fn open(format: Format, bytes: impl Content) -> Result<Box<dyn FormatReader>, Error> {
    let mut source = Cursor::new(bytes);
    source.set_position(sniff::id3_len(source.get_ref().as_ref()) as u64);
    let options = FormatOptions::default();
    let seekable = |source| MediaSourceStream::new(Box::new(source), Default::default());
    // A reader that can seek estimates the length from the bit rate. That is not reliable.
    let sequential =
        |source| MediaSourceStream::new(Box::new(ReadOnlySource::new(source)), Default::default());
    Ok(match format {
        Format::Mp3 => Box::new(MpaReader::try_new(sequential(source), options)?),
        Format::Adts => Box::new(AdtsReader::try_new(sequential(source), options)?),
        Format::Ogg => Box::new(OggReader::try_new(seekable(source), options)?),
        Format::Mp4 => Box::new(IsoMp4Reader::try_new(seekable(source), options)?),
        Format::Wav | Format::Flac => return Err(Error::Unsupported("read elsewhere")),
    })
}

fn make_decoder(
    format: Format,
    parameters: &AudioCodecParameters,
) -> Result<Box<dyn AudioDecoder>, DecodeErrorKind> {
    let registry = symphonia::default::get_codecs();
    if registry.get_audio_decoder(parameters.codec).is_none() {
        let detail = format!("codec {}", parameters.codec);
        return Err(DecodeErrorKind::unsupported(format.name(), detail));
    }
    registry
        .make_audio_decoder(parameters, &AudioDecoderOptions::default())
        .map_err(|error| from_symphonia(format, error))
}

fn next_packet(
    format: Format,
    reader: &mut dyn FormatReader,
) -> Result<Option<symphonia::core::packet::Packet>, DecodeErrorKind> {
    match reader.next_packet() {
        // A stream of bare frames may end anywhere. The length in a tag is checked later.
        Err(Error::IoError(error))
            if error.kind() == ErrorKind::UnexpectedEof
                && matches!(format, Format::Mp3 | Format::Adts) =>
        {
            Ok(None)
        }
        result => result.map_err(|error| from_symphonia(format, error)),
    }
}

fn from_symphonia(format: Format, error: Error) -> DecodeErrorKind {
    let format = format.name();
    match error {
        Error::IoError(error) if error.kind() == ErrorKind::UnexpectedEof => {
            DecodeErrorKind::corrupt(format, "the file ends in the middle")
        }
        Error::IoError(error) => DecodeErrorKind::corrupt(format, IoError::to_string(&error)),
        Error::Unsupported(what) => DecodeErrorKind::unsupported(format, what),
        Error::ResetRequired => DecodeErrorKind::unsupported(format, "several streams in one file"),
        other => DecodeErrorKind::corrupt(format, other.to_string()),
    }
}

/// Packets, mixed to mono.
#[derive(Default)]
struct MonoBuffer {
    samples: Vec<f32>,
    planes: Vec<Vec<f32>>,
    sample_rate: u32,
    channels: usize,
    max_frames: u64,
}

impl MonoBuffer {
    fn append(
        &mut self,
        format: Format,
        packet: &GenericAudioBufferRef<'_>,
        options: &DecodeOptions,
        announce: &mut dyn FnMut(u64),
    ) -> Result<(), DecodeErrorKind> {
        if packet.frames() == 0 {
            return Ok(());
        }
        self.check_spec(format, packet.spec().rate(), packet.num_planes(), options)?;
        if self.samples.is_empty() {
            announce(self.max_frames);
        }
        if (self.samples.len() + packet.frames()) as u64 > self.max_frames {
            return Err(options.too_long());
        }
        packet.copy_to_vecs_planar(&mut self.planes);
        let planes = self.planes.iter().take(self.channels);
        append_mean_of_planes(&mut self.samples, planes.map(|plane| plane.iter().copied()));
        Ok(())
    }

    /// Take the rate and the channels from the first packet, and check that later ones agree.
    fn check_spec(
        &mut self,
        format: Format,
        rate: u32,
        channels: usize,
        options: &DecodeOptions,
    ) -> Result<(), DecodeErrorKind> {
        if self.samples.is_empty() {
            self.sample_rate = check_rate(rate)?;
            self.channels = channels;
            self.max_frames = options.max_frames(rate);
        } else if (rate, channels) != (self.sample_rate, self.channels) {
            let detail = "the sample rate or the number of channels changes";
            return Err(DecodeErrorKind::unsupported(format.name(), detail));
        }
        Ok(())
    }
}
