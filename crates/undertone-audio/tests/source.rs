//! Decoding in blocks gives what decoding as a whole gives.

use std::io::{Cursor, Read, Seek, SeekFrom, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use undertone_audio::{
    Channels, DecodeError, DecodeErrorKind, DecodeOptions, DecodeWarning, Resampler, Scan, Source,
    VoiceActivityConfig, Warning, decode_path,
};

fn fixtures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let entries = std::fs::read_dir(folder).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.is_file());
    paths.sort();
    paths
}

fn scan(source: &Source, channels: Channels) -> Result<Scan, DecodeError> {
    let progress = |_: f64| ControlFlow::Continue(());
    source.scan(channels, &DecodeOptions::default(), &progress)
}

fn stream(source: &Source, rate: u32, channels: Channels) -> Vec<f32> {
    let mut samples = Vec::new();
    let mut receive = |block: &[f32]| {
        samples.extend_from_slice(block);
        ControlFlow::Continue(())
    };
    let options = DecodeOptions::default();
    source
        .stream(rate, channels, &options, &mut receive)
        .unwrap();
    samples
}

/// Return a WAV file of 16 bits.
fn wav(rate: u32, channels: u16, samples: impl Iterator<Item = i16>) -> Vec<u8> {
    let mut file = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0".to_vec();
    file.extend(channels.to_le_bytes());
    file.extend(rate.to_le_bytes());
    file.extend((rate * u32::from(channels) * 2).to_le_bytes());
    file.extend((channels * 2).to_le_bytes());
    file.extend(b"\x10\0data\xff\xff\xff\xff");
    file.extend(samples.flat_map(i16::to_le_bytes));
    file
}

#[test]
fn blocks_have_the_samples_of_the_whole() {
    let options = DecodeOptions::default();
    let mut decoded = 0;
    for path in fixtures() {
        let Ok(whole) = decode_path(&path, &options) else {
            continue;
        };
        decoded += 1;
        let source = Source::open(&path, &options).unwrap();
        assert_eq!(source.decode(Channels::Mix, &options).unwrap(), whole);
        let scan = scan(&source, Channels::Mix).unwrap();
        assert_eq!(scan.samples, whole.samples.len() as u64, "{path:?}");
        assert_eq!(scan.sample_rate, whole.sample_rate);
        assert_eq!(scan.channels, whole.channels);
        assert_eq!(scan.decode_warnings, whole.warnings);
        assert_eq!(scan.warnings, Warning::of(&whole));
        let largest = whole
            .samples
            .iter()
            .fold(0.0_f32, |most, it| most.max(it.abs()));
        assert_eq!(scan.largest, largest);
        for rate in [whole.sample_rate, 16_000, 48_000] {
            let resampler = Resampler::new(whole.sample_rate, rate).unwrap();
            let expected = resampler.resample(&whole.samples);
            assert_eq!(
                stream(&source, rate, scan.heard),
                expected,
                "{path:?} {rate}"
            );
        }
    }
    assert!(decoded > 30, "{decoded}");
}

#[test]
fn any_blocks_are_resampled_to_the_same_bits() {
    let samples: Vec<f32> = (0..70_001).map(|n| (n as f32 * 0.013).sin()).collect();
    for (from, to) in [
        (48_000, 16_000),
        (44_100, 16_000),
        (8_000, 16_000),
        (44_099, 16_001),
        (16_000, 16_000),
    ] {
        let resampler = Resampler::new(from, to).unwrap();
        for len in [0, 1, 100, 20_000, samples.len()] {
            let samples = &samples[..len];
            let expected = resampler.resample(samples);
            for block in [1 + len / 70, 1000, 65_536] {
                let (mut stream, mut found) = (resampler.stream(), Vec::new());
                for block in samples.chunks(block) {
                    stream.push(block, &mut found);
                }
                stream.finish(&mut found);
                assert_eq!(found, expected, "{from} -> {to}: {len} by {block}");
            }
        }
    }
}

#[test]
fn one_channel_is_heard() {
    let frames = (0..8_000).flat_map(|n| [n as i16, 5, -(n as i16)]);
    let source = Source::from_bytes(wav(8_000, 3, frames));
    let options = DecodeOptions::default();
    let third = source.decode(Channels::One(2), &options).unwrap();
    let expected: Vec<f32> = (0..8_000).map(|n| -(n as f32) / 32_768.0).collect();
    assert_eq!(third.samples, expected);
    assert_eq!(
        stream(&source, 8_000, Channels::One(1)),
        [5.0 / 32_768.0; 8_000]
    );
    let error = scan(&source, Channels::One(3)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "there is no channel 3: the recording has 3, counted from 0"
    );
}

#[test]
fn channels_that_cancel_are_found_by_the_scan() {
    let frames = (0..8_000).flat_map(|n| [n as i16, -(n as i16)]);
    let source = Source::from_bytes(wav(8_000, 2, frames));
    let scan = scan(&source, Channels::Mix).unwrap();
    assert_eq!(scan.heard, Channels::One(0));
    assert_eq!(scan.decode_warnings, [DecodeWarning::ChannelsCancel]);
    assert_eq!(scan.warnings, []);
    assert!(scan.largest > 0.2);
}

#[test]
fn a_long_recording_is_not_decoded_as_a_short_one() {
    let source = Source::from_bytes(wav(8_000, 1, (0..80_000).map(|n| n as i16)));
    let open = |max_seconds| {
        let options = DecodeOptions { max_seconds };
        let short = source.decode_if_short(5.0, Channels::Mix, &options);
        short.map(|recording| recording.is_some())
    };
    assert!(!open(600.0).unwrap());
    assert!(matches!(
        open(4.0).unwrap_err().kind(),
        DecodeErrorKind::TooLong { max_seconds: 4.0 }
    ));
    let options = DecodeOptions::default();
    let whole = source
        .decode_if_short(10.0, Channels::Mix, &options)
        .unwrap();
    assert_eq!(whole.unwrap().samples.len(), 80_000);
}

#[test]
fn a_receiver_can_stop() {
    let source = Source::from_bytes(wav(8_000, 1, (0..800_000).map(|n| n as i16)));
    let options = DecodeOptions::default();
    let mut blocks = 0;
    let mut receive = |_: &[f32]| {
        blocks += 1;
        ControlFlow::Break(())
    };
    let error = source
        .stream(16_000, Channels::Mix, &options, &mut receive)
        .unwrap_err();
    assert!(matches!(error.kind(), DecodeErrorKind::Stopped));
    assert_eq!(blocks, 1);
    let config = VoiceActivityConfig::default();
    let stop = |_: f64| ControlFlow::Break(());
    let error = source
        .find_utterances(Channels::Mix, &options, &config, &stop)
        .unwrap_err();
    assert!(matches!(error.kind(), DecodeErrorKind::Stopped));
}

#[test]
fn large_files_are_mapped_and_large_streams_spooled() {
    let value = |n: u64| (n.wrapping_mul(2_654_435_761) >> 7) as i16;
    let count = 9 << 20;
    let bytes = wav(16_000, 1, (0..count).map(value));
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(&bytes).unwrap();
    let options = DecodeOptions { max_seconds: 1e9 };
    let mapped = Source::open(file.path(), &options).unwrap();
    let spooled = Source::read(Cursor::new(&bytes), &options).unwrap();
    for source in [mapped, spooled] {
        let mut n = 0;
        let mut receive = |block: &[f32]| {
            for sample in block {
                assert_eq!(*sample, f32::from(value(n)) / 32_768.0);
                n += 1;
            }
            ControlFlow::Continue(())
        };
        source
            .stream(16_000, Channels::Mix, &options, &mut receive)
            .unwrap();
        assert_eq!(n, count);
    }
    let short = DecodeOptions { max_seconds: 1.0 };
    file.as_file_mut().seek(SeekFrom::Start(200 << 20)).unwrap();
    file.write_all(&[0]).unwrap();
    let error = Source::open(file.path(), &short).unwrap_err();
    assert!(
        matches!(error.kind(), DecodeErrorKind::TooLong { .. }),
        "{error}"
    );
    let endless = Cursor::new(&bytes).chain(std::io::repeat(0));
    let error = Source::read(endless, &short).unwrap_err();
    assert!(
        matches!(error.kind(), DecodeErrorKind::TooLong { .. }),
        "{error}"
    );
}
