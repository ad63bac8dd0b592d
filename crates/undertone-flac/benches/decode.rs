//! This crate beside symphonia's FLAC decoder.
//!
//! ```text
//! cargo bench -p undertone-flac
//! UNDERTONE_FLAC=FOLDER cargo bench -p undertone-flac       also the first 24 files of a folder
//! ```
//!
//! `undertone` checks the CRC-8 and the CRC-16 of every frame and the number of samples.
//! `symphonia` is its reader and decoder with default options, which check both CRCs too.
//! `symphonia_md5` also compares the MD5 of all samples. `symphonia_unchecked` is the decoder alone
//! on packets that were read before the clock started, so neither the splitting into frames nor the
//! CRC-16 counts.

use std::fmt;
use std::hint::black_box;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use divan::Bencher;
use divan::counter::ItemsCount;
use symphonia_bundle_flac::{FlacDecoder, FlacReader};
use symphonia_core::codecs::CodecParameters;
use symphonia_core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia_core::formats::{FormatReader, TrackType};
use symphonia_core::io::MediaSourceStream;
use symphonia_core::packet::Packet;
use undertone_flac::Decoder;

#[allow(dead_code)]
#[path = "../tests/support/mod.rs"]
mod support;

fn main() {
    divan::main();
}

/// Streams that are measured together.
struct Input {
    name: String,
    streams: Vec<Vec<u8>>,
    /// Samples per channel in all streams.
    samples: u64,
}

impl Input {
    fn new(name: impl Into<String>, streams: Vec<Vec<u8>>) -> Self {
        let total = |bytes: &Vec<u8>| Decoder::new(bytes).unwrap().stream_info().total_samples;
        Self {
            name: name.into(),
            samples: streams.iter().filter_map(total).sum(),
            streams,
        }
    }
}

impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

static INPUTS: LazyLock<Vec<Input>> = LazyLock::new(|| {
    let mut inputs = vec![];
    for (name, channels) in [("voice, mono", 1), ("voice, stereo", 2)] {
        let (rate, block_size) = (48_000, 4096);
        // symphonia refuses a stream of flacenc's whose last block is shorter: flacenc counts it in
        // STREAMINFO's minimum block size.
        let len = (4 * rate as usize).next_multiple_of(block_size);
        let samples = support::interleaved(rate, channels, 16, len);
        let stream = support::encode(&samples, rate, channels, 16, block_size);
        inputs.push(Input::new(name, vec![stream]));
    }
    if let Some(path) = std::env::var_os("UNDERTONE_FLAC") {
        let files = flac_files(Path::new(&path));
        let streams: Vec<_> = files
            .iter()
            .map(|file| std::fs::read(file).unwrap())
            .collect();
        inputs.push(Input::new(format!("{} files", streams.len()), streams));
    }
    inputs
});

fn flac_files(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_owned()];
    }
    let mut files: Vec<PathBuf> = std::fs::read_dir(path)
        .unwrap()
        .flatten()
        .map(|entry| entry.path())
        .filter(|file| {
            file.extension()
                .is_some_and(|extension| extension == "flac")
        })
        .collect();
    files.sort();
    files.truncate(24);
    files
}

fn inputs() -> impl Iterator<Item = &'static Input> {
    INPUTS.iter()
}

#[divan::bench(args = inputs(), sample_count = 200)]
fn undertone(bencher: Bencher, input: &Input) {
    bencher.counter(ItemsCount::new(input.samples)).bench(|| {
        for stream in &input.streams {
            let mut decoder = Decoder::new(stream).unwrap();
            while let Some(block) = decoder.next_block().unwrap() {
                black_box(block);
            }
        }
    });
}

#[divan::bench(args = inputs(), sample_count = 200)]
fn symphonia(bencher: Bencher, input: &'static Input) {
    bench_symphonia(bencher, input, AudioDecoderOptions::default());
}

#[divan::bench(args = inputs(), sample_count = 200)]
fn symphonia_md5(bencher: Bencher, input: &'static Input) {
    bench_symphonia(bencher, input, AudioDecoderOptions::default().verify(true));
}

#[divan::bench(args = inputs(), sample_count = 200)]
fn symphonia_unchecked(bencher: Bencher, input: &'static Input) {
    let prepared: Vec<_> = input.streams.iter().map(|stream| packets(stream)).collect();
    bencher.counter(ItemsCount::new(input.samples)).bench(|| {
        for (parameters, packets) in &prepared {
            decode_packets(
                parameters,
                &AudioDecoderOptions::default(),
                packets.iter().cloned(),
            );
        }
    });
}

fn bench_symphonia(bencher: Bencher, input: &'static Input, options: AudioDecoderOptions) {
    bencher.counter(ItemsCount::new(input.samples)).bench(|| {
        for stream in &input.streams {
            let (mut reader, parameters) = open(stream);
            let packets = std::iter::from_fn(|| reader.next_packet().unwrap());
            decode_packets(&parameters, &options, packets);
        }
    });
}

fn open(stream: &'static [u8]) -> (FlacReader<'static>, AudioCodecParameters) {
    let source = MediaSourceStream::new(Box::new(Cursor::new(stream)), Default::default());
    let reader = FlacReader::try_new(source, Default::default()).unwrap();
    let track = reader.default_track(TrackType::Audio).unwrap();
    let Some(CodecParameters::Audio(parameters)) = track.codec_params.clone() else {
        panic!("no audio parameters");
    };
    (reader, parameters)
}

fn packets(stream: &'static [u8]) -> (AudioCodecParameters, Vec<Packet>) {
    let (mut reader, parameters) = open(stream);
    let packets = std::iter::from_fn(|| reader.next_packet().unwrap()).collect();
    (parameters, packets)
}

fn decode_packets(
    parameters: &AudioCodecParameters,
    options: &AudioDecoderOptions,
    packets: impl Iterator<Item = Packet>,
) {
    let mut decoder = FlacDecoder::try_new(parameters, options).unwrap();
    for packet in packets {
        black_box(decoder.decode(&packet).unwrap());
    }
    assert_ne!(decoder.finalize().verify_ok, Some(false));
}
