//! What an encoder writes, the decoder reads back.

use undertone_flac::{Decoder, FlacError};

#[allow(dead_code)]
mod support;
use support::{encode, interleaved};

const RATE: u32 = 16_000;

/// Decode a stream to interleaved samples.
fn decode(bytes: &[u8]) -> Result<Vec<i32>, FlacError> {
    let mut decoder = Decoder::new(bytes)?;
    let mut samples = Vec::new();
    while let Some(block) = decoder.next_block()? {
        let channels: Vec<&[i32]> = block.channels().collect();
        for n in 0..block.samples_per_channel() {
            samples.extend(channels.iter().map(|channel| channel[n]));
        }
    }
    Ok(samples)
}

#[test]
fn every_number_of_channels_and_bits_comes_back() {
    for channels in 1..=8 {
        for bits in [8, 16, 24] {
            let samples = interleaved(RATE, channels, bits, 3000);
            let bytes = encode(&samples, RATE, channels, bits, 1024);
            let info = *Decoder::new(&bytes).unwrap().stream_info();
            assert_eq!(
                (info.sample_rate, info.channels, info.bits_per_sample),
                (RATE, channels, bits as u32)
            );
            assert_eq!(info.total_samples, Some(3000));
            assert_eq!(
                decode(&bytes),
                Ok(samples),
                "{channels} channels, {bits} bits"
            );
        }
    }
}

#[test]
fn every_length_comes_back() {
    for len in [1, 15, 16, 17, 255, 256, 257, 8 * 256, 9 * 256 + 1] {
        let samples = interleaved(RATE, 1, 16, len);
        let bytes = encode(&samples, RATE, 1, 16, 256);
        assert_eq!(decode(&bytes), Ok(samples), "{len} samples");
    }
}

#[test]
fn two_channels_of_32_bits_are_decoded() {
    // Two sines in phase with amplitudes of 3/4 and 1/4, encoded by `flac`.
    let samples = decode(include_bytes!("fixtures/stereo-s32.flac")).unwrap();
    assert_eq!(samples.len(), 2 * 4000);
    let worst = samples
        .as_chunks::<2>()
        .0
        .iter()
        .map(|[left, right]| (i64::from(*left) - 3 * i64::from(*right)).abs())
        .max();
    assert!(worst < Some(1 << 18), "{worst:?}");
}

#[test]
fn a_truncated_stream_is_an_error_at_every_length() {
    let bytes = encode(&interleaved(RATE, 2, 16, 900), RATE, 2, 16, 256);
    for len in 0..bytes.len() {
        assert!(decode(&bytes[..len]).is_err(), "{len} bytes");
    }
    assert!(decode(&bytes).is_ok());
}

#[test]
fn a_damaged_frame_is_reported_after_the_intact_ones() {
    let mut bytes = encode(&interleaved(RATE, 1, 16, 1000), RATE, 1, 16, 256);
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    let mut decoder = Decoder::new(&bytes).unwrap();
    for _ in 0..3 {
        let block = decoder.next_block().unwrap().unwrap();
        assert_eq!(block.samples_per_channel(), 256);
    }
    let damage = FlacError::Invalid("the CRC-16 of a frame does not match");
    assert_eq!(decoder.next_block(), Err(damage));
    assert_eq!(decoder.next_block(), Err(damage));
}

#[test]
fn bytes_after_the_last_sample_are_ignored() {
    let samples = interleaved(RATE, 1, 16, 500);
    let mut bytes = encode(&samples, RATE, 1, 16, 256);
    bytes.extend(b"TAG some title");
    assert_eq!(decode(&bytes), Ok(samples));
}

#[test]
fn fewer_samples_than_announced_are_an_error() {
    let mut bytes = encode(&interleaved(RATE, 1, 16, 500), RATE, 1, 16, 256);
    // The lowest byte of the total number of samples in STREAMINFO.
    bytes[25] += 1;
    let missing = FlacError::MissingSamples {
        announced: 501,
        found: 500,
    };
    assert_eq!(decode(&bytes), Err(missing));
}

/// Encode `len` samples in frames of 256. Return the metadata and the frames.
fn frames(len: usize) -> (Vec<u8>, Vec<Vec<u8>>) {
    let samples = interleaved(RATE, 1, 16, len);
    let encoded = |len: usize| encode(&samples[..len], RATE, 1, 16, 256);
    // The encoder sees no sample ahead, so a longer stream begins with the frames of a shorter one.
    let lengths = (1..=len / 256).map(|n| encoded(256 * n).len());
    let ends: Vec<usize> = [42].into_iter().chain(lengths).collect();
    let bytes = encoded(len);
    let frames = ends.windows(2).map(|ends| bytes[ends[0]..ends[1]].to_vec());
    (bytes[..ends[0]].to_vec(), frames.collect())
}

#[test]
fn frames_that_are_missing_or_exchanged_are_an_error() {
    let (mut info, frames) = frames(256 * 5);
    let stream = |order: &[usize]| {
        let frames = order.iter().flat_map(|index| frames[*index].clone());
        info.iter().copied().chain(frames).collect::<Vec<u8>>()
    };
    let gap = FlacError::Invalid("frames are missing, or not in their order");
    assert_eq!(
        decode(&stream(&[0, 1, 2, 3, 4])).map(|it| it.len()),
        Ok(256 * 5)
    );
    for order in [
        &[1, 2, 3, 4][..],
        &[0, 2, 1, 3, 4],
        &[0, 1, 1, 2, 3],
        &[0, 1, 2, 4],
    ] {
        assert_eq!(decode(&stream(order)), Err(gap), "{order:?}");
    }
    // The same if the encoder did not know the length.
    info[21] &= 0xf0;
    info[22..26].fill(0);
    let stream = |order: &[usize]| {
        let frames = order.iter().flat_map(|index| frames[*index].clone());
        info.iter().copied().chain(frames).collect::<Vec<u8>>()
    };
    assert_eq!(decode(&stream(&[0, 1, 2])).map(|it| it.len()), Ok(256 * 3));
    for order in [&[1, 2, 3, 4][..], &[0, 2, 1], &[0, 1, 3]] {
        assert_eq!(decode(&stream(order)), Err(gap), "{order:?}");
    }
}

#[test]
fn more_samples_than_announced_are_an_error() {
    let more = FlacError::Invalid("the frames hold more samples than STREAMINFO announces");
    let samples = interleaved(RATE, 1, 16, 256 * 4);
    let bytes = encode(&samples, RATE, 1, 16, 256);
    for announced in [100_u32, 256, 256 * 3, 256 * 4 - 1] {
        let mut bytes = bytes.clone();
        bytes[22..26].copy_from_slice(&announced.to_be_bytes());
        assert_eq!(decode(&bytes), Err(more), "{announced}");
    }
    let joined = [bytes.clone(), bytes].concat();
    assert_eq!(decode(&joined), Err(more));
}

#[test]
fn a_frame_longer_than_the_largest_block_is_an_error() {
    let mut bytes = encode(&interleaved(RATE, 1, 16, 1000), RATE, 1, 16, 256);
    bytes[10..12].copy_from_slice(&192_u16.to_be_bytes());
    let long = FlacError::Invalid("a frame is longer than STREAMINFO allows");
    assert_eq!(decode(&bytes), Err(long));
}

#[test]
fn other_files_are_not_flac() {
    for bytes in [&b""[..], b"RIFF", b"fLa", b"ID3\x04"] {
        assert_eq!(decode(bytes), Err(FlacError::NotFlac));
    }
    assert_eq!(decode(b"fLaC"), Err(FlacError::Truncated));
}
