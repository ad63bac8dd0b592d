//! symphonia's decoders, and the names of codecs.

use std::io::{Error as IoError, ErrorKind};

use symphonia::core::codecs::audio::well_known::*;
use symphonia::core::codecs::audio::{
    AudioCodecId, AudioCodecParameters, AudioDecoder, AudioDecoderOptions,
};
use symphonia::core::errors::Error;

use super::error::DecodeErrorKind;

/// Most samples of a channel in a packet: many times what codecs have. symphonia reserves what the
/// file states, which may be gigabytes.
const MOST_FRAMES: u64 = 1 << 16;

/// Return a decoder of symphonia.
pub(super) fn symphonia_decoder(
    format: &'static str,
    parameters: &AudioCodecParameters,
) -> Result<Box<dyn AudioDecoder>, DecodeErrorKind> {
    let refuse = || DecodeErrorKind::unsupported(format, name(parameters));
    let registry = symphonia::default::get_codecs();
    if registry.get_audio_decoder(parameters.codec).is_none() {
        return Err(refuse());
    }
    if let Some(frames) = parameters.max_frames_per_packet
        && frames > MOST_FRAMES
    {
        let detail = format!("its packets have {frames} samples");
        return Err(DecodeErrorKind::corrupt(format, detail));
    }
    registry
        .make_audio_decoder(parameters, &AudioDecoderOptions::default())
        .map_err(|error| match error {
            Error::Unsupported(_) => refuse(),
            other => from_symphonia(format, other),
        })
}

pub(super) fn from_symphonia(format: &'static str, error: Error) -> DecodeErrorKind {
    match error {
        Error::IoError(error) if error.kind() == ErrorKind::UnexpectedEof => {
            DecodeErrorKind::corrupt(format, "the file ends in the middle")
        }
        Error::IoError(error) => DecodeErrorKind::corrupt(format, IoError::to_string(&error)),
        Error::Unsupported(what) => DecodeErrorKind::unsupported(format, what),
        other => DecodeErrorKind::corrupt(format, other.to_string()),
    }
}

/// Return the name of a codec for people.
pub(super) fn name(parameters: &AudioCodecParameters) -> String {
    let name = match parameters.codec {
        CODEC_ID_AAC => aac_name(parameters.extra_data.as_deref().unwrap_or_default()),
        CODEC_ID_AC3 => "AC-3",
        CODEC_ID_AC4 => "AC-4",
        CODEC_ID_ADPCM_G722 => "G.722",
        CODEC_ID_ADPCM_G726 | CODEC_ID_ADPCM_G726LE => "G.726",
        CODEC_ID_ADPCM_IMA_QT | CODEC_ID_ADPCM_IMA_WAV | CODEC_ID_ADPCM_MS => "ADPCM",
        CODEC_ID_ALAC => "ALAC",
        CODEC_ID_DCA => "DTS",
        CODEC_ID_EAC3 => "E-AC-3",
        CODEC_ID_MONKEYS_AUDIO => "Monkey's Audio",
        CODEC_ID_MUSEPACK => "Musepack",
        CODEC_ID_OPUS => "Opus",
        CODEC_ID_SPEEX => "Speex",
        CODEC_ID_TRUEHD => "Dolby TrueHD",
        CODEC_ID_TTA => "TTA",
        CODEC_ID_VORBIS => "Vorbis",
        CODEC_ID_WAVPACK => "WavPack",
        CODEC_ID_WMA => "Windows Media Audio",
        codec => return four_letters(codec),
    };
    name.into()
}

/// Return the name of the kind of AAC, which the first bits of its configuration state.
fn aac_name(configuration: &[u8]) -> &'static str {
    let object_type = match configuration {
        [first, second, ..] if first >> 3 == 31 => 32 + ((first & 7) << 3 | second >> 5),
        [first, ..] => first >> 3,
        [] => 0,
    };
    match object_type {
        1 => "AAC Main",
        3 => "AAC SSR",
        4 => "AAC LTP",
        5 => "HE-AAC",
        23 => "AAC-LD",
        29 => "HE-AAC v2",
        39 => "AAC-ELD",
        42 => "xHE-AAC",
        _ => "AAC that is not AAC-LC with one or two channels",
    }
}

/// Return the name of a codec that symphonia has no name for.
fn four_letters(codec: AudioCodecId) -> String {
    let digits = codec.to_string();
    let number = u32::from_str_radix(digits.trim_start_matches("0x"), 16).unwrap_or(0);
    match number & 0x8000_0000 {
        0 => "an unknown codec".into(),
        mark => name_of_letters((number ^ mark).to_be_bytes()),
    }
}

/// Return the name of a codec that has four letters for an identifier.
pub(super) fn name_of_letters(letters: [u8; 4]) -> String {
    let name = match &letters {
        b"samr" => "AMR-NB",
        b"sawb" | b"sawp" => "AMR-WB",
        b"sevc" => "EVRC",
        b"sqcp" | b"Qclp" => "QCELP",
        b"QDM2" | b"QDMC" => "QDesign Music",
        b"agsm" => "GSM 6.10",
        b"alac" => "ALAC",
        b"alaw" => "A-law",
        b"ulaw" => "µ-law",
        b"ima4" | b"ms\0\x02" | b"ms\0\x11" => "ADPCM",
        b"ac-3" => "AC-3",
        b"ec-3" => "E-AC-3",
        b"enca" | b"drms" => "encrypted audio",
        b"mp4a" => "MPEG-4 audio of an unknown kind",
        letters if letters.iter().all(u8::is_ascii_graphic) => {
            return format!("the codec \"{}\"", String::from_utf8_lossy(letters));
        }
        _ => "an unknown codec",
    };
    name.into()
}
