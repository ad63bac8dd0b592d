//! Damaged streams end in samples or an error: never in a panic or an endless loop. The mutations
//! are the same in every run; `fuzz/` looks for new ones.

use undertone_flac::{Decoder, FlacError};

#[allow(dead_code)]
mod support;
use support::{Random, encode, interleaved};

/// Decode to the end. Return the number of samples per channel.
fn drain(bytes: &[u8]) -> Result<usize, FlacError> {
    let mut decoder = Decoder::new(bytes)?;
    let channels = decoder.stream_info().channels;
    let mut samples = 0;
    while let Some(block) = decoder.next_block()? {
        let len = block.samples_per_channel();
        assert!((1..=Decoder::MAX_BLOCK_SIZE).contains(&len));
        assert_eq!(block.channels().len(), channels);
        assert!(block.channels().all(|channel| channel.len() == len));
        samples += len;
    }
    Ok(samples)
}

fn streams() -> Vec<Vec<u8>> {
    let mut streams: Vec<Vec<u8>> = [(1, 16), (2, 16), (2, 24), (3, 8)]
        .map(|(channels, bits)| {
            let samples = interleaved(16_000, channels, bits, 700);
            encode(&samples, 16_000, channels, bits, 256)
        })
        .into();
    streams.push(include_bytes!("fixtures/stereo-s32.flac").to_vec());
    streams
}

#[test]
fn random_bytes_anywhere_do_not_panic() {
    let mut random = Random(7);
    for stream in streams() {
        for _ in 0..1500 {
            let mut damaged = stream.clone();
            for _ in 0..1 + random.below(8) {
                let at = random.below(damaged.len());
                damaged[at] = random.bits() as u8;
            }
            let _ = drain(&damaged);
        }
    }
}

#[test]
fn inserted_and_removed_bytes_do_not_panic() {
    let mut random = Random(8);
    for stream in streams() {
        for _ in 0..500 {
            let mut damaged = stream.clone();
            let (from, to) = (random.below(stream.len()), random.below(stream.len()));
            let end = (from + random.below(40)).min(stream.len());
            let part = stream[from..end].to_vec();
            damaged.splice(to..(to + random.below(40)).min(stream.len()), part);
            let _ = drain(&damaged);
        }
    }
}

/// The CRC-16 of a frame, bit by bit.
fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |crc, byte| {
        (0..8).fold(crc ^ u16::from(*byte) << 8, |crc, _| {
            crc << 1 ^ if crc & 0x8000 != 0 { 0x8005 } else { 0 }
        })
    })
}

/// Most damage is found by the checksum before any sample is restored. Here the checksum is made
/// right again, so that warm-up samples, coefficients and residuals of any value are restored.
#[test]
fn damage_under_a_matching_checksum_does_not_panic() {
    const METADATA_LEN: usize = 42;
    const FRAME_HEADER_LEN: usize = 6;
    let mut random = Random(9);
    let mut restored = 0;
    for (channels, bits) in [(1, 16), (2, 16), (2, 24)] {
        let samples = interleaved(16_000, channels, bits, 256);
        let stream = encode(&samples, 16_000, channels, bits, 256);
        assert_eq!(drain(&stream), Ok(256));
        let end = stream.len() - 2;
        assert_eq!(
            crc16(&stream[METADATA_LEN..end]).to_be_bytes(),
            stream[end..]
        );
        for _ in 0..3000 {
            let mut damaged = stream.clone();
            for _ in 0..1 + random.below(4) {
                let body = METADATA_LEN + FRAME_HEADER_LEN;
                let at = body + random.below(end - body);
                damaged[at] ^= 1 << random.below(8);
            }
            let checksum = crc16(&damaged[METADATA_LEN..end]);
            damaged[end..].copy_from_slice(&checksum.to_be_bytes());
            restored += usize::from(drain(&damaged).is_ok());
        }
    }
    assert!(
        restored > 300,
        "only {restored} damaged streams were restored"
    );
}
