//! Mutated streams are refused or decoded (`UNDERTONE_FUZZ`: see undertone-fuzz).

use undertone_flac::Decoder;
use undertone_fuzz::{Fuzz, PeakAlloc};

#[allow(dead_code)]
mod support;
use support::{encode, interleaved};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

#[test]
fn streams() {
    let mut seeds: Vec<Vec<u8>> = [(1, 16), (2, 16), (2, 24), (3, 8)]
        .map(|(channels, bits)| {
            let samples = interleaved(16_000, channels, bits, 300);
            encode(&samples, 16_000, channels, bits, 256)
        })
        .into();
    seeds.push(include_bytes!("fixtures/stereo-s32.flac").to_vec());
    let fuzz = Fuzz {
        tokens: &["fLaC"],
        // One block of every channel, of the size that the header announces: it may be the largest.
        allowance: 8 * Decoder::MAX_BLOCK_SIZE * 4 + (64 << 10),
        max_len: 16 << 10,
        ..Fuzz::new("FLAC streams", seeds)
    };
    fuzz.run(&ALLOCATOR, |input| {
        let Ok(mut decoder) = Decoder::new(input) else {
            return false;
        };
        loop {
            match decoder.next_block() {
                Ok(Some(block)) => assert!(block.samples_per_channel() > 0),
                Ok(None) => return true,
                Err(_) => return false,
            }
        }
    });
}
