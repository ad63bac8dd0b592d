//! Files that are too long are refused before they fill the memory.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

use undertone_audio::{DecodeErrorKind, DecodeOptions, decode_path, decode_reader};

/// A reader of endless zeros that counts what is read from it.
struct Zeros(u64);

impl Read for Zeros {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        buffer.fill(0);
        self.0 += buffer.len() as u64;
        Ok(buffer.len())
    }
}

#[test]
fn an_endless_stream_is_refused_early() {
    for head in [&b"RIFF\0\0\0\0WAVEfmt "[..], b"fLaC", b"fLaC\x84"] {
        let mut zeros = Zeros(0);
        let error = decode_reader(head.chain(&mut zeros), &DecodeOptions::default()).unwrap_err();
        assert!(
            matches!(error.kind(), DecodeErrorKind::TooLong { .. }),
            "{error}"
        );
        assert!(zeros.0 < 100 << 20, "{} bytes were read", zeros.0);
    }
}

#[test]
fn a_file_that_is_too_large_is_not_read() {
    let path = std::env::temp_dir().join(format!("undertone-sparse-{}.wav", std::process::id()));
    let mut file = File::create(&path).unwrap();
    let mut head = b"RIFF\xff\xff\xff\xffWAVEfmt \x10\0\0\0\x01\0\x01\0".to_vec();
    head.extend(16_000_u32.to_le_bytes());
    head.extend(32_000_u32.to_le_bytes());
    head.extend(b"\x02\0\x10\0data\xff\xff\xff\xff");
    file.write_all(&head).unwrap();
    // Sparse: it takes no room on the disk.
    file.seek(SeekFrom::Start(1 << 40)).unwrap();
    file.write_all(&[0]).unwrap();
    let error = decode_path(&path, &DecodeOptions::default()).unwrap_err();
    std::fs::remove_file(&path).unwrap();
    assert!(
        matches!(error.kind(), DecodeErrorKind::TooLong { .. }),
        "{error}"
    );
}

#[test]
fn a_huge_limit_is_no_limit() {
    let tone = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/tone.wav");
    for max_seconds in [1e18, 1e300] {
        decode_path(&tone, &DecodeOptions { max_seconds }).unwrap();
    }
}
