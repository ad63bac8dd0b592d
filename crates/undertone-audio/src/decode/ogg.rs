//! What the pages of an Ogg file show without being decoded (RFC 3533).

/// Bytes of the header of a page before the lengths of its segments.
const HEADER_LEN: usize = 27;

/// Return whether the file ends where its last page ends. A program that was stopped writes whole
/// pages, but does not mark the last one.
pub(super) fn ends_with_whole_page(file: &[u8]) -> bool {
    let last = file.windows(4).rposition(|window| window == b"OggS");
    last.is_some_and(|last| content(&file[last..]).is_some_and(|(_, rest)| rest.is_empty()))
}

/// Return the name of the codec of the first stream, if it is one that cannot be decoded.
pub(super) fn unsupported_codec(file: &[u8]) -> Option<&'static str> {
    const CODECS: &[(&[u8], &str)] = &[
        (b"Speex", "Speex"),
        (b"\x80theora", "video (Theora)"),
        (b"OVP80", "video (VP8)"),
        (b"BBCD\0", "video (Dirac)"),
        (b"PCM     ", "PCM"),
        (b"\x7fMIDI", "MIDI"),
        (b"CELT    ", "CELT"),
    ];
    let (packet, _) = content(file)?;
    CODECS
        .iter()
        .find_map(|(signature, name)| packet.starts_with(signature).then_some(*name))
}

/// Return the content of the page that `bytes` begin with, and what follows it.
fn content(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let segments = usize::from(*bytes.get(HEADER_LEN - 1)?);
    let (lengths, rest) = bytes.get(HEADER_LEN..)?.split_at_checked(segments)?;
    let len = lengths.iter().map(|len| usize::from(*len)).sum();
    rest.split_at_checked(len)
}
