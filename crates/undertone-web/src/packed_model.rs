//! The files of a model as one file for the network.
//!
//! Weights in 16 bits hardly shrink as they are. With all first bytes of the values before all
//! second bytes, gzip finds that the exponents repeat. Nothing is lost.
//!
//! The file, before gzip: the length of the list of files as 4 bytes (little endian), the list as
//! JSON, and the contents in that order.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The ending of files whose bytes are sorted.
const WEIGHTS: &str = ".safetensors";
/// The bytes of the length of the list.
const LENGTH: usize = 4;

/// A packed model that cannot be read.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("the file of the model is damaged: load it again")]
pub struct DamagedModel;

/// A file of a model: its name and its content.
pub type File = (String, Vec<u8>);

#[derive(Serialize, Deserialize)]
struct Entry {
    name: String,
    bytes: usize,
}

/// Put files into one, which is then to be compressed.
///
/// # Errors
/// If the list of files cannot be written, which names of files never cause.
pub fn pack(files: &[File]) -> Result<Vec<u8>, serde_json::Error> {
    let entries = files.iter().map(|(name, content)| Entry {
        name: name.clone(),
        bytes: content.len(),
    });
    let list = serde_json::to_vec(&entries.collect::<Vec<_>>())?;
    let mut packed = (list.len() as u32).to_le_bytes().to_vec();
    packed.extend(list);
    for (name, content) in files {
        match name.ends_with(WEIGHTS) {
            true => {
                packed.extend(content.iter().step_by(2));
                packed.extend(content.iter().skip(1).step_by(2));
            }
            false => packed.extend(content),
        }
    }
    Ok(packed)
}

/// Return the files that [`pack`] put into one.
///
/// # Errors
/// If it is not such a file, or a part of one.
pub fn unpack(packed: &[u8]) -> Result<Vec<File>, DamagedModel> {
    let (length, rest) = packed.split_first_chunk::<LENGTH>().ok_or(DamagedModel)?;
    let length = u32::from_le_bytes(*length) as usize;
    let (list, mut rest) = rest.split_at_checked(length).ok_or(DamagedModel)?;
    let entries: Vec<Entry> = serde_json::from_slice(list).map_err(|_| DamagedModel)?;
    let mut files = Vec::new();
    for Entry { name, bytes } in entries {
        let (content, others) = rest.split_at_checked(bytes).ok_or(DamagedModel)?;
        rest = others;
        let content = match name.ends_with(WEIGHTS) {
            true => in_order(content),
            false => content.to_vec(),
        };
        files.push((name, content));
    }
    match rest.is_empty() {
        true => Ok(files),
        false => Err(DamagedModel),
    }
}

/// Return bytes in their order again: the first half is every second one.
fn in_order(sorted: &[u8]) -> Vec<u8> {
    let (even, odd) = sorted.split_at(sorted.len().div_ceil(2));
    let mut bytes = vec![0; sorted.len()];
    for (pair, even) in bytes.chunks_mut(2).zip(even) {
        pair[0] = *even;
    }
    for (pair, odd) in bytes.chunks_exact_mut(2).zip(odd) {
        pair[1] = *odd;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(weights: &[u8]) -> Vec<File> {
        vec![
            ("config.json".to_owned(), b"{\"a\": 1}".to_vec()),
            ("model.safetensors".to_owned(), weights.to_vec()),
            ("empty.json".to_owned(), Vec::new()),
        ]
    }

    #[test]
    fn packing_loses_nothing() {
        for weights in [&b"123456"[..], b"12345", b"1", b""] {
            let packed = pack(&files(weights)).unwrap();
            assert_eq!(unpack(&packed).unwrap(), files(weights));
        }
    }

    #[test]
    fn the_bytes_of_weights_are_sorted() {
        let packed = pack(&files(b"1a2b3")).unwrap();
        assert!(packed.ends_with(b"123ab"), "{packed:?}");
    }

    #[test]
    fn a_part_of_a_file_is_damaged() {
        let packed = pack(&files(b"123456")).unwrap();
        for length in 0..packed.len() {
            assert_eq!(unpack(&packed[..length]), Err(DamagedModel), "{length}");
        }
        let longer = [&packed[..], b"0"].concat();
        assert_eq!(unpack(&longer), Err(DamagedModel));
    }

    #[test]
    fn a_false_length_is_damaged() {
        let list = br#"[{"name":"x","bytes":18446744073709551615}]"#;
        let file = [&(list.len() as u32).to_le_bytes()[..], list, b"abc"].concat();
        assert_eq!(unpack(&file), Err(DamagedModel));
        assert_eq!(unpack(&[255; 64]), Err(DamagedModel));
    }
}
