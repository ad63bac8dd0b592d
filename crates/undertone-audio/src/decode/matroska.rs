//! The size that a Matroska file states.

use crate::recording::DecodeWarning;

/// Return a warning if the file is shorter than it says. Programs that write to a pipe, as browsers
/// do, state no size.
pub(super) fn cut(file: &[u8]) -> Option<DecodeWarning> {
    let (_, size, content) = element(file)?;
    let segment = content.get(usize::try_from(size?).ok()?..)?;
    let (id, size, content) = element(segment)?;
    let (promised, found) = (size?, content.len() as u64);
    (id == 0x1853_8067 && promised > found).then_some(DecodeWarning::Cut { promised, found })
}

/// Return the identifier of the element that `bytes` begin with, its size if it is known, and
/// everything after its header (RFC 8794, section 4).
fn element(bytes: &[u8]) -> Option<(u64, Option<u64>, &[u8])> {
    let id_len = number_len(bytes)?;
    let (id, bytes) = bytes.split_at_checked(id_len)?;
    let size_len = number_len(bytes)?;
    let (size, content) = bytes.split_at_checked(size_len)?;
    let number = |bytes: &[u8]| {
        bytes
            .iter()
            .fold(0, |sum, byte| sum << 8 | u64::from(*byte))
    };
    // The highest bit that is set tells the length. All bits below it mean an unknown size.
    let mask = (1_u64 << (7 * size_len)) - 1;
    let size = number(size) & mask;
    Some((number(id), (size != mask).then_some(size), content))
}

fn number_len(bytes: &[u8]) -> Option<usize> {
    match bytes.first()?.leading_zeros() {
        8.. => None,
        zeros => Some(zeros as usize + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_size_beyond_the_end_is_found() {
        let file =
            |size: &[u8]| [b"\x1a\x45\xdf\xa3\x81\0\x18\x53\x80\x67", size, b"abcd"].concat();
        assert_eq!(cut(&file(&[0x84])), None);
        let warning = DecodeWarning::Cut {
            promised: 9,
            found: 4,
        };
        assert_eq!(cut(&file(&[0x89])), Some(warning.clone()));
        assert_eq!(cut(&file(&[0x40, 9])), Some(warning));
        assert_eq!(cut(&file(&[0xff])), None);
        assert_eq!(cut(&file(&[1, 255, 255, 255, 255, 255, 255, 255])), None);
        assert_eq!(cut(b"\0\0\0\0\0\0"), None);
    }
}
