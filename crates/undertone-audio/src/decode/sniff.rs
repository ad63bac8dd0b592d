//! The recognition of a format by its first bytes.

/// The most bytes that [`format`] needs.
pub(super) const HEAD_LEN: u64 = 64 << 10;

/// A container that this crate reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Wav,
    Flac,
    Mp3,
    Ogg,
    /// ISO base media: M4A, MP4.
    Mp4,
    /// AAC in ADTS frames, without a container.
    Adts,
}

impl Format {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Wav => "WAV",
            Self::Flac => "FLAC",
            Self::Mp3 => "MP3",
            Self::Ogg => "Ogg",
            Self::Mp4 => "M4A",
            Self::Adts => "AAC",
        }
    }
}

/// Return the format of a file that begins with `head`, or `None` if it is not audio.
pub(super) fn format(head: &[u8]) -> Option<Format> {
    match head {
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'A',
            b'V',
            b'E',
            ..,
        ] => Some(Format::Wav),
        [b'f', b'L', b'a', b'C', ..] => Some(Format::Flac),
        [b'O', b'g', b'g', b'S', ..] => Some(Format::Ogg),
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => Some(Format::Mp4),
        [b'I', b'D', b'3', ..] => Some(after_id3(head)),
        _ => mpeg_frame(head),
    }
}

/// Return the length of an ID3v2 tag at the start of `bytes`, or 0 if there is none.
pub(super) fn id3_len(bytes: &[u8]) -> usize {
    match bytes {
        [b'I', b'D', b'3', _, _, flags, a, b, c, d, ..] => {
            let size = [a, b, c, d]
                .iter()
                .fold(0, |size, byte| size << 7 | (**byte & 0x7f) as usize);
            let footer = if flags & 0x10 != 0 { 10 } else { 0 };
            10 + size + footer
        }
        _ => 0,
    }
}

/// Return the format after a tag. If the tag ends beyond `head`, it is taken for MP3: other formats
/// seldom have such a tag.
fn after_id3(head: &[u8]) -> Format {
    let audio = head.get(id3_len(head)..).unwrap_or_default();
    match audio {
        [b'f', b'L', b'a', b'C', ..] => Format::Flac,
        _ => mpeg_frame(audio).unwrap_or(Format::Mp3),
    }
}

/// Return the format of bare MPEG frames. MPEG audio and ADTS both begin every frame with twelve
/// set bits, but have different layers.
fn mpeg_frame(head: &[u8]) -> Option<Format> {
    let [0xff, second, third, _, ..] = head else {
        return None;
    };
    let layer = second >> 1 & 3;
    match layer {
        _ if second & 0xe0 != 0xe0 => None,
        0 if second & 0xf0 == 0xf0 && third >> 2 & 0xf < 13 => Some(Format::Adts),
        // Reserved version, bit rate or sample rate: not a frame header.
        1 if second >> 3 & 3 != 1 && third >> 4 != 0xf && third >> 2 & 3 != 3 => Some(Format::Mp3),
        _ => None,
    }
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
        ] {
            assert_eq!(format(head), None, "{head:?}");
        }
        assert_eq!(format(b"RIFF\0\0\0\0AVI LIST"), None);
        assert_eq!(format(b"\xff\xfe\0\0"), None, "UTF-32 byte order mark");
    }

    #[test]
    fn the_format_after_a_tag_is_recognized() {
        let mut file = b"ID3\x04\0\0\0\0\0\x05.....".to_vec();
        assert_eq!(id3_len(&file), 15);
        file.extend(b"fLaC");
        assert_eq!(format(&file), Some(Format::Flac));
    }
}
