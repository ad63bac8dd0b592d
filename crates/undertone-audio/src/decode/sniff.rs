//! The recognition of a format by its first bytes.

use super::container::Container;
use super::frames::{self, id3_len};
use super::riff::Kind;
use super::{adts, mpeg};

/// The most bytes that [`format`] needs.
pub(crate) const HEAD_LEN: u64 = 64 << 10;

/// A kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Wav(Kind),
    Aiff,
    Au,
    Flac,
    /// MPEG audio frames without a container: MP3, MP2, MP1.
    Mpeg,
    /// AAC in ADTS frames, without a container.
    Adts,
    Container(Container),
    /// A kind of audio that has no decoder here, by its name.
    Unsupported(&'static str),
    /// The text that Git LFS puts in place of a large file.
    LfsPointer,
}

impl Format {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Wav(Kind::Wave64) => "Wave64",
            Self::Wav(_) => "WAV",
            Self::Aiff => "AIFF",
            Self::Au => "AU",
            Self::Flac => "FLAC",
            Self::Mpeg => "MP3",
            Self::Adts => "AAC",
            Self::Container(container) => container.name(),
            Self::Unsupported(name) => name,
            Self::LfsPointer => "Git LFS",
        }
    }
}

/// Return the format of a file that begins with `head`, or `None` if it is not audio. Tags of ID3
/// at the start are left out.
pub(super) fn format(head: &[u8]) -> Option<Format> {
    let tag = id3_len(head);
    let audio = head.get(tag..).unwrap_or_default();
    if audio.is_empty() && tag > 0 {
        // The tag ends beyond the head. Other formats seldom have such a tag.
        return Some(Format::Mpeg);
    }
    by_signature(audio).or_else(|| by_frames(audio))
}

/// Return the format of a file that begins with a signature.
fn by_signature(head: &[u8]) -> Option<Format> {
    // The name of the form is 8 bytes after the signature.
    let form = head.get(8..12).unwrap_or_default();
    Some(match head.first_chunk()? {
        b"RIFF" if form == b"WAVE" => Format::Wav(Kind::Riff),
        b"RF64" | b"BW64" if form == b"WAVE" => Format::Wav(Kind::Riff),
        b"RIFX" if form == b"WAVE" => Format::Wav(Kind::Rifx),
        b"riff" if head.get(24..28) == Some(b"wave") => Format::Wav(Kind::Wave64),
        b"RIFF" if form == b"AVI " => Format::Unsupported("AVI"),
        b"FORM" if matches!(form, b"AIFF" | b"AIFC") => Format::Aiff,
        b".snd" => Format::Au,
        b"fLaC" => Format::Flac,
        b"OggS" => Format::Container(Container::Ogg),
        b"caff" => Format::Container(Container::Caf),
        b"\x1a\x45\xdf\xa3" => Format::Container(Container::Matroska),
        _ if matches!(head.get(4..8), Some(b"ftyp")) => Format::Container(Container::Mp4),
        _ if head.starts_with(b"version https://git-lfs") => Format::LfsPointer,
        _ => Format::Unsupported(unsupported(head)?),
    })
}

/// Return the name of a kind of audio that has no decoder here.
fn unsupported(head: &[u8]) -> Option<&'static str> {
    const SIGNATURES: &[(&[u8], &str)] = &[
        (b"#!AMR-WB", "AMR-WB"),
        (b"#!AMR", "AMR-NB"),
        (b"#!SILK_V3", "SILK (WeChat)"),
        (b"\x02#!SILK_V3", "SILK (WeChat)"),
        (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "Windows Media Audio"),
        (b".RMF", "RealMedia"),
        (b".ra\xfd", "RealAudio"),
        (b"MAC ", "Monkey's Audio"),
        (b"wvpk", "WavPack"),
        (b"MPCK", "Musepack"),
        (b"MP+", "Musepack"),
        (b"TTA1", "TTA"),
        (b"DSD ", "DSD"),
        (b"FRM8", "DSD"),
        (b"ADIF", "AAC in ADIF"),
        (b"FLV\x01", "Flash Video"),
        (b"NIST_1A", "NIST SPHERE"),
        (b"Creative Voice File", "Creative Voice"),
        (b"\x00\x00\x01\xba", "MPEG-PS"),
        (b"\x0b\x77", "AC-3"),
        (b"\x7f\xfe\x80\x01", "DTS"),
        (b"MThd", "MIDI"),
    ];
    let name =
        |(signature, name): &(&[u8], &'static str)| head.starts_with(signature).then_some(*name);
    SIGNATURES
        .iter()
        .find_map(name)
        .or_else(|| is_transport_stream(head).then_some("MPEG-TS"))
}

/// Return whether packets of MPEG-TS begin every 188 bytes.
fn is_transport_stream(head: &[u8]) -> bool {
    const PACKET: usize = 188;
    head.len() > 2 * PACKET
        && head
            .iter()
            .step_by(PACKET)
            .take(5)
            .all(|byte| *byte == 0x47)
}

/// Return the format of bare frames. Something else may be before the first one.
fn by_frames(head: &[u8]) -> Option<Format> {
    if frames::begins_in::<mpeg::Header>(head) {
        return Some(Format::Mpeg);
    }
    frames::begins_in::<adts::Header>(head).then_some(Format::Adts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_pictures_are_not_audio() {
        for head in [
            &b""[..],
            b"RIFF",
            b"hello, world",
            b"\xff\xd8\xff\xe0JFIF",
            b"\x89PNG\r\n",
            b"GGGG",
        ] {
            assert_eq!(format(head), None, "{head:?}");
        }
        assert_eq!(format(b"\xff\xfe\0\0"), None, "UTF-32 byte order mark");
    }

    #[test]
    fn noise_is_not_audio() {
        let mut state = 1_u32;
        let noise: Vec<u8> = (0..8 << 20)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 24) as u8
            })
            .collect();
        for head in noise.chunks(HEAD_LEN as usize) {
            assert_eq!(format(head), None);
        }
    }

    #[test]
    fn the_format_after_a_tag_is_recognized() {
        let mut file = b"ID3\x04\0\0\0\0\0\x05.....".to_vec();
        assert_eq!(id3_len(&file), 15);
        file.extend(b"fLaC");
        assert_eq!(format(&file), Some(Format::Flac));
    }

    #[test]
    fn audio_without_a_decoder_has_a_name() {
        for (head, name) in [
            (&b"#!AMR\n<..."[..], "AMR-NB"),
            (b"#!AMR-WB\n..", "AMR-WB"),
            (b"RIFF\0\0\0\0AVI LIST", "AVI"),
            (b"wvpk.......", "WavPack"),
        ] {
            assert_eq!(format(head), Some(Format::Unsupported(name)));
        }
        let mut stream = vec![0; 1000];
        stream.iter_mut().step_by(188).for_each(|byte| *byte = 0x47);
        assert_eq!(format(&stream), Some(Format::Unsupported("MPEG-TS")));
    }
}
