//! A bound on the pickles of a PyTorch file.
//!
//! A pickle of one-byte instructions becomes fifty times as many bytes of objects, and a zip
//! archive may hold it compressed to a thousandth. So its size is checked before it is read.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek};
use std::path::Path;

use zip::ZipArchive;

/// The largest pickle in bytes. That of a checkpoint with 1300 tensors has 200 KB.
const LARGEST: u64 = 4 << 20;
/// The pickles before the tensors of a file without an archive: a magic number, the version, facts
/// about the system, the tensors' descriptions, and the order of their bytes.
const PICKLES: usize = 5;

/// Return what is wrong with the size of a file's pickles, if anything is.
pub(super) fn check(path: &Path) -> io::Result<Option<String>> {
    let mut file = File::open(path)?;
    let mut beginning = Vec::new();
    file.by_ref().take(LARGEST).read_to_end(&mut beginning)?;
    let too_large = format!("its pickle has more than {LARGEST} bytes");
    if !beginning.starts_with(b"PK") {
        let mut rest = beginning.as_slice();
        for _ in 0..PICKLES {
            match end(rest) {
                Ok(length) => rest = &rest[length..],
                Err(Endless::Instruction(byte)) => {
                    return Ok(Some(format!("its pickle has the instruction 0x{byte:02x}")));
                }
                Err(Endless::Cut) if beginning.len() as u64 == LARGEST => {
                    return Ok(Some(too_large));
                }
                // A short file. The reader says what is missing.
                Err(Endless::Cut) => break,
            }
        }
        return Ok(None);
    }
    file.rewind()?;
    // The reader names the mistakes of an archive.
    let Ok(mut archive) = ZipArchive::new(BufReader::new(file)) else {
        return Ok(None);
    };
    for index in 0..archive.len() {
        if let Ok(entry) = archive.by_index_raw(index)
            && entry.name().is_ok_and(|name| name.ends_with("data.pkl"))
            && entry.size() > LARGEST
        {
            return Ok(Some(too_large));
        }
    }
    Ok(None)
}

/// Why the end of a pickle is not found.
#[derive(Debug, PartialEq, Eq)]
enum Endless {
    /// The bytes end before the pickle does.
    Cut,
    /// An instruction that no pickle of PyTorch has.
    Instruction(u8),
}

/// Return the length of the pickle at the beginning of `bytes`: the first STOP that is no part of
/// another instruction. Source: `Lib/pickletools.py` of CPython.
fn end(bytes: &[u8]) -> Result<usize, Endless> {
    let mut position = 0;
    loop {
        let instruction = *bytes.get(position).ok_or(Endless::Cut)?;
        position += 1;
        let rest = bytes.get(position..).ok_or(Endless::Cut)?;
        position = position.saturating_add(match instruction {
            b'.' => return Ok(position),
            // No argument.
            b'('
            | b'0'
            | b'1'
            | b'2'
            | b'N'
            | b'Q'
            | b'R'
            | b'a'
            | b'b'
            | b'd'
            | b'e'
            | b'l'
            | b'o'
            | b's'
            | b't'
            | b'u'
            | b'}'
            | b']'
            | b')'
            | 0x81
            | 0x85..=0x89
            | 0x8f..=0x94 => 0,
            // Arguments of fixed length.
            b'K' | b'h' | b'q' | 0x80 | 0x82 => 1,
            b'M' | 0x83 => 2,
            b'J' | b'j' | b'r' | 0x84 => 4,
            b'G' | 0x95 => 8,
            // Arguments that begin with their length.
            b'U' | b'C' | 0x8a | 0x8c => counted(rest, 1)?,
            b'T' | b'B' | b'X' | 0x8b => counted(rest, 4)?,
            0x8d | 0x8e | 0x96 => counted(rest, 8)?,
            // Lines of text.
            b'F' | b'I' | b'L' | b'P' | b'S' | b'V' | b'g' | b'p' => line(rest)?,
            b'c' | b'i' => {
                let first = line(rest)?;
                first + line(&rest[first..])?
            }
            other => return Err(Endless::Instruction(other)),
        });
    }
}

/// Return the length of an argument that begins with its length in `width` bytes.
fn counted(bytes: &[u8], width: usize) -> Result<usize, Endless> {
    let mut length = [0; 8];
    length[..width].copy_from_slice(bytes.get(..width).ok_or(Endless::Cut)?);
    let length = usize::try_from(u64::from_le_bytes(length)).unwrap_or(usize::MAX);
    Ok(length.saturating_add(width))
}

/// Return the length of the first line, with its end.
fn line(bytes: &[u8]) -> Result<usize, Endless> {
    let end = bytes.iter().position(|byte| *byte == b'\n');
    end.map(|end| end + 1).ok_or(Endless::Cut)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_pickle_is_found() {
        // pickle.dumps({"a.": [1, 2.5, None, 1 << 70]}, protocol) for protocols 0, 2 and 4.
        for pickle in [
            &b"(dp0\nVa.\np1\n(lp2\nI1\naF2.5\naNaL1180591620717411303424L\nas."[..],
            b"\x80\x02}q\x00X\x02\x00\x00\x00a.q\x01]q\x02(K\x01G@\x04\x00\x00\x00\x00\x00\x00N\
              \x8a\x09\x00\x00\x00\x00\x00\x00\x00\x00@es.",
            b"\x80\x04\x95$\x00\x00\x00\x00\x00\x00\x00}\x94\x8c\x02a.\x94]\x94(K\x01G@\x04\x00\x00\
              \x00\x00\x00\x00N\x8a\x09\x00\x00\x00\x00\x00\x00\x00\x00@es.",
        ] {
            assert_eq!(end(pickle), Ok(pickle.len()));
            assert_eq!(end(&pickle[..pickle.len() - 1]), Err(Endless::Cut));
        }
        assert_eq!(end(b"\xff."), Err(Endless::Instruction(0xff)));
        assert_eq!(end(b"T\xff\xff\xff\xff."), Err(Endless::Cut));
    }
}
