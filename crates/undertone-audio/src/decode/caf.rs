//! The size of the sound in a CAF file, which symphonia trusts.

use crate::recording::DecodeWarning;

const HEADER_LEN: usize = 8;
/// Bytes of the name and the size of a chunk.
const CHUNK_HEADER_LEN: usize = 12;

/// Return a copy of a file whose last chunk is the sound, with its real size, if its own size is
/// not that. -1 means "to the end of the file"; a larger size makes a warning.
pub(super) fn with_real_size(file: &[u8]) -> Option<(Vec<u8>, Option<DecodeWarning>)> {
    let mut at = HEADER_LEN;
    loop {
        let header = file.get(at..at + CHUNK_HEADER_LEN)?;
        let (name, size) = header.split_at(4);
        let size = i64::from_be_bytes(*size.first_chunk()?);
        let found = (file.len() - at - CHUNK_HEADER_LEN) as u64;
        match u64::try_from(size) {
            Ok(size) if size <= found => at += CHUNK_HEADER_LEN + size as usize,
            promised if name == b"data" => {
                let mut copy = file.to_vec();
                copy[at + 4..at + CHUNK_HEADER_LEN].copy_from_slice(&found.to_be_bytes());
                let warning = promised.map(|promised| DecodeWarning::Cut { promised, found });
                return Some((copy, warning.ok()));
            }
            _ => return None,
        }
    }
}
