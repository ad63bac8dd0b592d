//! Mutated recordings of every format are refused or decoded (`UNDERTONE_FUZZ`: see
//! undertone-fuzz).

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

use undertone_audio::{Channels, DecodeOptions, Source, decode_bytes};
use undertone_fuzz::{Fuzz, PeakAlloc};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// Most seconds that are decoded.
const SECONDS: f64 = 1.0;

const TOKENS: [&str; 34] = [
    "RIFF",
    "RIFX",
    "RF64",
    "BW64",
    "WAVE",
    "fmt ",
    "data",
    "ds64",
    "fact",
    "LIST",
    "FORM",
    "AIFF",
    "AIFC",
    "COMM",
    "SSND",
    ".snd",
    "caff",
    "desc",
    "pakt",
    "fLaC",
    "OggS",
    "OpusHead",
    "vorbis",
    "Speex   ",
    "ID3",
    "TAG",
    "APETAGEX",
    "ftyp",
    "moov",
    "stsz",
    "stco",
    "mdat",
    "esds",
    "\u{1a}E\u{df}\u{a3}",
];

/// Decode mutated copies of the fixtures whose names `belongs` accepts, whole and in blocks.
fn fuzz(name: &str, belongs: impl Fn(&str) -> bool) {
    fuzz_repaired(name, belongs, |_| ());
}

/// Do the same after `repair` has been to the copies.
fn fuzz_repaired(name: &str, belongs: impl Fn(&str) -> bool, repair: impl Fn(&mut [u8])) {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut paths: Vec<_> = ["fixtures", "finds"]
        .iter()
        .flat_map(|folder| fs::read_dir(tests.join(folder)).into_iter().flatten())
        .map(|entry| entry.unwrap().path())
        .filter(|path| belongs(path.file_name().unwrap().to_str().unwrap()))
        .collect();
    paths.sort();
    let seeds = paths.iter().map(|path| fs::read(path).unwrap()).collect();
    let fuzz = Fuzz {
        tokens: &TOKENS,
        // A few bytes can be a second of silence at any rate, and decoders have tables.
        allowance: 8 << 20,
        max_len: 24 << 10,
        ..Fuzz::new(name, seeds)
    };
    let limit = DecodeOptions {
        max_seconds: SECONDS,
    };
    fuzz.run(&ALLOCATOR, |input| {
        let mut input = input.to_vec();
        repair(&mut input);
        let decoded = decode_bytes(input.clone(), &limit);
        if let Ok(recording) = &decoded {
            assert!((4_000..=192_000).contains(&recording.sample_rate));
            assert!(recording.channels > 0 && !recording.samples.is_empty());
            assert!(recording.duration() <= SECONDS);
            assert!(recording.samples.iter().all(|sample| sample.is_finite()));
        }
        // Every other input in blocks too: both ways must agree about what is a recording.
        if input.len() % 2 == 0 {
            let source = Source::from_bytes(input);
            let progress = |_seconds| ControlFlow::Continue(());
            let scan = source.scan(Channels::Mix, &limit, &progress);
            assert_eq!(scan.is_ok(), decoded.is_ok(), "{scan:?} {decoded:?}");
        }
        decoded.is_ok()
    });
}

fn ends(name: &str, extensions: &[&str]) -> bool {
    extensions.iter().any(|extension| name.ends_with(extension))
}

#[test]
fn wav() {
    fuzz("WAV", |name| {
        ends(name, &[".wav", ".w64"]) && !name.contains("mp3")
    });
}

#[test]
fn aiff_au_and_caf() {
    fuzz("AIFF, AU and CAF", |name| {
        ends(name, &[".aiff", ".au", ".caf"])
    });
}

#[test]
fn flac() {
    fuzz("FLAC", |name| {
        ends(name, &["tone.flac", "s24.flac", "stereo.flac"])
    });
}

#[test]
fn mpeg() {
    fuzz("MP2, MP3 and AAC", |name| {
        ends(name, &["tone.mp2", "tone.mp3", ".aac", "tone-mp3.wav"])
    });
}

#[test]
fn ogg() {
    fuzz("Ogg", |name| ends(name, &[".ogg", ".opus", ".oga"]));
}

/// Most mutations break the checksum of a page, which hides what is behind it.
#[test]
fn ogg_with_right_checksums() {
    let belongs = |name: &str| ends(name, &[".ogg", ".opus", ".oga"]);
    fuzz_repaired("Ogg with right checksums", belongs, |file| {
        let mut at = 0;
        while let Some(header) = file.get(at..at + 27) {
            if &header[..4] != b"OggS" {
                at += 1;
                continue;
            }
            let segments = usize::from(header[26]);
            let Some(table) = file.get(at + 27..at + 27 + segments) else {
                return;
            };
            let content: usize = table.iter().map(|len| usize::from(*len)).sum();
            let end = at + 27 + segments + content;
            let Some(page) = file.get_mut(at..end) else {
                return;
            };
            page[22..26].fill(0);
            let checksum = page_checksum(page);
            page[22..26].copy_from_slice(&checksum.to_le_bytes());
            at = end;
        }
    });
}

/// The CRC-32 of Ogg, bit by bit.
fn page_checksum(page: &[u8]) -> u32 {
    page.iter().fold(0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte) << 24, |crc, _| {
            crc << 1
                ^ if crc & 0x8000_0000 != 0 {
                    0x04C1_1DB7
                } else {
                    0
                }
        })
    })
}

#[test]
fn mp4() {
    fuzz("MP4", |name| ends(name, &[".m4a", ".mp4", ".mov"]));
}

#[test]
fn matroska() {
    fuzz("Matroska and WebM", |name| ends(name, &[".mka", ".webm"]));
}
