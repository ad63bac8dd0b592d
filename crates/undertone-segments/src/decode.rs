//! From bytes to lines of text.

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::SegmentFault;

/// Decode UTF-8, or UTF-16 as Praat and Excel save it, with its byte order mark. Other bytes are
/// read as Windows-1252, as old subtitles are. Each line ends with `\n`.
pub(crate) fn decode(bytes: &[u8]) -> Result<String, SegmentFault> {
    let text = match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => utf_8(rest),
        [0xFF, 0xFE, rest @ ..] => utf_16(UTF_16LE, rest)?,
        [0xFE, 0xFF, rest @ ..] => utf_16(UTF_16BE, rest)?,
        _ => utf_8(bytes),
    };
    if text.contains('\0') {
        return Err(SegmentFault::NotText);
    }
    Ok(match text.contains('\r') {
        true => text.replace("\r\n", "\n").replace('\r', "\n"),
        false => text,
    })
}

fn utf_8(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => WINDOWS_1252
            .decode_without_bom_handling(bytes)
            .0
            .into_owned(),
    }
}

fn utf_16(encoding: &'static Encoding, bytes: &[u8]) -> Result<String, SegmentFault> {
    encoding
        .decode_without_bom_handling_and_without_replacement(bytes)
        .map(Into::into)
        .ok_or(SegmentFault::NotText)
}
