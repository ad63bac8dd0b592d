//! The number in a frame header: of the frame, or of its first sample.

use crate::bits::BitReader;
use crate::error::FlacError;

/// What the number of a frame counts. All frames of a stream have the same kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CodedNumber {
    /// Frames before this one, in a stream whose blocks have one size.
    Frame(u64),
    /// Samples per channel before this frame, in a stream whose blocks vary in size.
    Sample(u64),
}

impl CodedNumber {
    /// Read a number that is coded like a character in UTF-8, with up to 36 bits.
    pub(crate) fn read(reader: &mut BitReader<'_>, varying: bool) -> Result<Self, FlacError> {
        let first = reader.read(8)?;
        let leading_ones = (first as u8).leading_ones();
        if leading_ones == 1 || leading_ones == 8 {
            return Err(FlacError::Invalid("the number of a frame is not coded"));
        }
        let mut number = u64::from(first) & (0x7f >> leading_ones);
        for _ in 1..leading_ones {
            number = number << 6 | u64::from(reader.read(8)?) & 0x3f;
        }
        Ok(if varying {
            Self::Sample(number)
        } else {
            Self::Frame(number)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_every_length_are_read() {
        let read = |bytes: &[u8]| CodedNumber::read(&mut BitReader::new(bytes, 0), false);
        for character in ['\0', '\x7f', '\u{80}', '\u{7ff}', '\u{800}', '\u{10ffff}'] {
            let mut bytes = [0; 4];
            let bytes = character.encode_utf8(&mut bytes).as_bytes();
            assert_eq!(read(bytes), Ok(CodedNumber::Frame(character.into())));
        }
        let longest = [0xfe, 0xbf, 0xbf, 0xbf, 0xbf, 0xbf, 0xbf];
        assert_eq!(read(&longest), Ok(CodedNumber::Frame((1 << 36) - 1)));
        for first in [0x80, 0xbf, 0xff] {
            assert!(read(&[first; 7]).is_err(), "{first:x}");
        }
        assert_eq!(read(&longest[..3]), Err(FlacError::Truncated));
    }
}
