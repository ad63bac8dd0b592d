//! The character encoding of a manifest.

use std::borrow::Cow;

use encoding_rs::{UTF_16BE, UTF_16LE, WINDOWS_1252};

/// The text of a manifest, and whether it was read as Windows-1252.
pub(super) struct Decoded<'a> {
    pub(super) text: Cow<'a, str>,
    pub(super) windows_1252: bool,
}

/// Decode UTF-8 or UTF-16, with or without a byte order mark. Anything else is read as
/// Windows-1252, of which Latin-1 is a part. Return `None` for what is no text at all.
pub(super) fn decode(bytes: &[u8]) -> Option<Decoded<'_>> {
    let (text, windows_1252) = match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => match std::str::from_utf8(rest) {
            Ok(text) => (Cow::Borrowed(text), false),
            Err(_) => (WINDOWS_1252.decode_without_bom_handling(rest).0, true),
        },
        [0xFF, 0xFE, rest @ ..] => (utf_16(UTF_16LE, rest)?, false),
        [0xFE, 0xFF, rest @ ..] => (utf_16(UTF_16BE, rest)?, false),
        _ => match zeros(bytes) {
            [_, true] => (utf_16(UTF_16LE, bytes)?, false),
            [true, _] => (utf_16(UTF_16BE, bytes)?, false),
            _ => match std::str::from_utf8(bytes) {
                Ok(text) => (Cow::Borrowed(text), false),
                Err(_) => (WINDOWS_1252.decode_without_bom_handling(bytes).0, true),
            },
        },
    };
    // Old programs for the Mac end lines with a carriage return alone.
    let text = match text.contains('\r') && !text.contains('\n') {
        true => Cow::Owned(text.replace('\r', "\n")),
        false => text,
    };
    (!text.contains('\0')).then_some(Decoded { text, windows_1252 })
}

fn utf_16<'a>(encoding: &'static encoding_rs::Encoding, bytes: &'a [u8]) -> Option<Cow<'a, str>> {
    encoding.decode_without_bom_handling_and_without_replacement(bytes)
}

/// Return whether only the even or only the odd bytes at the beginning are often zero, which is the
/// mark of UTF-16: column names are ASCII.
fn zeros(bytes: &[u8]) -> [bool; 2] {
    let beginning = &bytes[..bytes.len().min(1024)];
    let zeros = |first: usize| {
        let every_other = beginning.iter().skip(first).step_by(2);
        every_other.filter(|&&byte| byte == 0).count()
    };
    let (even, odd) = (zeros(0), zeros(1));
    let most = beginning.len() / 4;
    [odd == 0 && even > most, even == 0 && odd > most]
}
