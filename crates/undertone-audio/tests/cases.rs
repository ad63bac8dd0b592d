//! Files that people reported to public trackers of audio and emotion tools, because a tool read
//! them wrongly. The right values come from ffmpeg 5.1 and libsndfile 1.2.

use std::path::{Path, PathBuf};

use undertone_audio::{
    DecodeErrorKind, DecodeOptions, DecodeWarning, Recording, decode_bytes, decode_path,
};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(name)
}

fn decode(file: Vec<u8>) -> Recording {
    decode_bytes(file, &DecodeOptions::default()).unwrap()
}

/// Return 1.6 s of a synthetic voice at 16 kHz: 25 600 samples.
fn voice() -> Vec<i16> {
    let voice = decode_path(&fixture("speech.flac"), &DecodeOptions::default()).unwrap();
    let whole = |sample: &f32| (sample * 32_768.0) as i16;
    voice.samples.iter().map(whole).collect()
}

fn bytes(samples: &[i16]) -> Vec<u8> {
    samples.iter().flat_map(|it| it.to_le_bytes()).collect()
}

fn chunk(id: &[u8; 4], size: u32, content: &[u8]) -> Vec<u8> {
    [&id[..], &size.to_le_bytes(), content].concat()
}

/// Return a fmt chunk of integers.
fn fmt(channels: u16, block: u16, bits: u16) -> Vec<u8> {
    let mut content = [1_u16, channels, 16_000, 0, 32_000, 0]
        .map(u16::to_le_bytes)
        .concat();
    content.extend([block, bits].map(u16::to_le_bytes).concat());
    chunk(b"fmt ", 16, &content)
}

fn riff(chunks: &[Vec<u8>]) -> Vec<u8> {
    let content = chunks.concat();
    let mut file = chunk(b"RIFF", content.len() as u32 + 4, b"WAVE");
    file.extend(content);
    file
}

/// Return a file of one channel of 16 bits whose data chunk states `size`.
fn with_size(size: u32, data: &[u8]) -> Vec<u8> {
    riff(&[fmt(1, 2, 16), chunk(b"data", size, data)])
}

#[test]
fn sizes_that_are_not_meant_reach_to_the_end() {
    let data = bytes(&voice());
    let len = data.len() as u32;
    let sizes = [
        0x4000_0000,
        0x7fff_f000,
        0x8000_0000,
        0xfffe_0000,
        0xffff_ffff,
        len + 2,
        len + 44,
        0,
    ];
    for size in sizes {
        let recording = decode(with_size(size, &data));
        assert_eq!(recording.samples.len(), 25_600, "{size:#x}");
        assert_eq!(recording.warnings, [], "{size:#x}");
    }
}

#[test]
fn a_cut_file_gives_what_it_holds_and_a_warning() {
    let data = bytes(&voice());
    let recording = decode(with_size(data.len() as u32, &data[..30_000]));
    assert_eq!(recording.samples.len(), 15_000);
    let warning = DecodeWarning::Cut {
        promised: 51_200,
        found: 30_000,
    };
    assert_eq!(recording.warnings, [warning]);
    assert_eq!(
        recording.warnings[0].to_string(),
        "looks cut: the header promises 51200 bytes of audio, the file holds 30000"
    );
}

#[test]
fn sizes_of_aiff_and_caf_that_are_wrong_reach_to_the_end() {
    let decoded = |name: &str, at: usize, size: &[u8], len: usize| {
        let mut file = std::fs::read(fixture(name)).unwrap();
        file[at..at + size.len()].copy_from_slice(size);
        file.truncate(file.len() - len);
        decode(file)
    };
    let position = |name: &str, id: &[u8]| {
        let file = std::fs::read(fixture(name)).unwrap();
        file.windows(4).position(|bytes| bytes == id).unwrap() + 4
    };
    let (aiff, caf) = (
        position("tone.aiff", b"SSND"),
        position("tone.caf", b"data"),
    );
    for size in [0x7fff_f000_u32, u32::MAX] {
        let recording = decoded("tone.aiff", aiff, &size.to_be_bytes(), 0);
        assert_eq!(
            (recording.samples.len(), recording.warnings),
            (4_000, vec![])
        );
    }
    let streamed = decoded("tone.caf", caf, &[255; 8], 0);
    assert_eq!((streamed.samples.len(), streamed.warnings), (4_000, vec![]));
    for (name, at) in [("tone.aiff", aiff), ("tone.caf", caf)] {
        let cut = decoded(name, at, &[], 2_000);
        assert_eq!(cut.samples.len(), 3_000, "{name}");
        assert!(
            matches!(cut.warnings[..], [DecodeWarning::Cut { .. }]),
            "{name}"
        );
    }
}

#[test]
fn fields_that_decoding_does_not_need_may_hold_anything() {
    let samples = voice();
    let mono = decode(with_size(51_200, &bytes(&samples)));
    for block in [0, 1, 3, 4, 7, 999] {
        let file = riff(&[fmt(1, block, 16), chunk(b"data", 51_200, &bytes(&samples))]);
        assert!(decode(file).samples == mono.samples, "{block}");
    }
    let pairs: Vec<i16> = samples.iter().flat_map(|it| [*it, *it]).collect();
    let stereo = riff(&[fmt(2, 2, 16), chunk(b"data", 102_400, &bytes(&pairs))]);
    assert!(decode(stereo).samples == mono.samples);
    // 20 bits at the upper end of 3 bytes.
    let wide: Vec<u8> = samples
        .iter()
        .flat_map(|it| [&[0][..], &it.to_le_bytes()].concat())
        .collect();
    let file = riff(&[fmt(1, 3, 20), chunk(b"data", wide.len() as u32, &wide)]);
    assert!(decode(file).samples == mono.samples);
}

#[test]
fn an_empty_data_chunk_holds_no_samples() {
    let tag = chunk(b"id3 ", 4_000, &[7; 4_000]);
    for chunks in [
        vec![fmt(1, 2, 16), chunk(b"data", 0, b""), tag],
        vec![fmt(1, 2, 16), chunk(b"data", 0, b"")],
    ] {
        let error = decode_bytes(riff(&chunks), &DecodeOptions::default()).unwrap_err();
        assert!(
            matches!(error.kind(), DecodeErrorKind::NoSamples),
            "{error}"
        );
    }
    let file = riff(&[
        fmt(1, 2, 16),
        chunk(b"data", 0, b""),
        chunk(b"LIST", 17, b"INFOINAM\x05\0\0\0hello\0"),
        chunk(b"data", 51_200, &bytes(&voice())),
    ]);
    assert_eq!(decode(file).samples.len(), 25_600);
}

#[test]
fn other_kinds_of_riff_hold_the_same_samples() {
    let samples = voice();
    let data = bytes(&samples);
    let expected = decode(with_size(51_200, &data)).samples;

    let mut sizes = 51_300_u64.to_le_bytes().to_vec();
    sizes.extend(51_200_u64.to_le_bytes());
    sizes.extend([0; 12]);
    for id in [b"RF64", b"BW64"] {
        let mut file = riff(&[
            chunk(b"ds64", 28, &sizes),
            fmt(1, 2, 16),
            chunk(b"data", u32::MAX, &data),
            chunk(b"LIST", 4, b"INFO"),
        ]);
        file[..4].copy_from_slice(id);
        assert!(decode(file).samples == expected, "{id:?}");
    }

    let big = |numbers: &[u16]| {
        numbers
            .iter()
            .flat_map(|it| it.to_be_bytes())
            .collect::<Vec<u8>>()
    };
    let samples: Vec<u8> = samples.iter().flat_map(|it| it.to_be_bytes()).collect();
    let rifx = [
        &b"RIFX\0\0\0\0WAVEfmt \0\0\0\x10"[..],
        &big(&[1, 1, 0, 16_000, 0, 32_000, 2, 16]),
        b"data\0\0\xc8\0",
        &samples,
    ];
    assert!(decode(rifx.concat()).samples == expected);
}

#[test]
fn odd_chunks_may_lack_their_filler() {
    for list in [&b"INFO123"[..], b"INFO123\0"] {
        let file = riff(&[
            fmt(1, 2, 16),
            chunk(b"LIST", 7, list),
            chunk(b"data", 51_200, &bytes(&voice())),
        ]);
        assert_eq!(decode(file).samples.len(), 25_600);
    }
}

#[test]
fn reported_files_have_the_right_length() {
    // The length, and the most that it may differ: a frame of the codec.
    for (name, rate, expected, frame) in [
        ("joined-first-tag.mp3", 16_000, 80_111, 576),
        ("start-mid-frame.mp3", 16_000, 26_496, 576),
        ("lead-zeros-4096.mp3", 16_000, 27_072, 576),
        ("lead-text.mp3", 16_000, 27_072, 576),
        ("adts-mid.aac", 16_000, 25_600, 1_024),
        ("whatsapp.opus", 48_000, 76_800, 960),
        ("firefox.ogg", 48_000, 76_800, 960),
        ("chrome.webm", 48_000, 76_800, 960),
        ("alac.m4a", 16_000, 25_600, 0),
        ("a.aiff", 16_000, 25_600, 0),
        ("a.caf", 16_000, 25_600, 0),
        ("ima.wav", 8_000, 14_287, 0),
        ("msadpcm.wav", 8_000, 14_252, 0),
    ] {
        let path = fixture("cases").join(name);
        let recording = decode_path(&path, &DecodeOptions::default()).expect(name);
        assert_eq!(recording.sample_rate, rate, "{name}");
        let len = recording.samples.len();
        assert!(len.abs_diff(expected) <= frame, "{name}: {len} samples");
    }
}

#[test]
fn junk_between_frames_is_left_out_with_a_warning() {
    let whole = std::fs::read(fixture("tone.mp3")).unwrap();
    let sound = decode(whole.clone());
    let junk = b"this is no frame of MPEG audio";
    let start = whole.iter().position(|byte| *byte == 0xff).unwrap();
    let mut file = [&whole[..], junk, &whole[start..]].concat();
    file.extend(b"TAG");
    file.extend([0; 125]);
    let joined = decode(file);
    assert!(joined.samples.len() > 2 * sound.samples.len());
    let warning = DecodeWarning::Skipped {
        bytes: junk.len() as u64,
    };
    assert_eq!(joined.warnings, [warning]);
    assert_eq!(
        decode([&[0; 5_000][..], &whole].concat()).samples,
        sound.samples
    );
}

#[test]
fn channels_that_cancel_leave_the_first_one() {
    let samples = voice();
    let pairs: Vec<i16> = samples
        .iter()
        .flat_map(|it| [*it, it.saturating_neg()])
        .collect();
    let inverted = decode(riff(&[
        fmt(2, 4, 16),
        chunk(b"data", 102_400, &bytes(&pairs)),
    ]));
    let mono = decode(with_size(51_200, &bytes(&samples)));
    assert!(inverted.samples == mono.samples);
    assert_eq!(
        (inverted.channels, inverted.warnings),
        (2, vec![DecodeWarning::ChannelsCancel])
    );
}

#[test]
fn silence_and_a_single_sample_are_recordings() {
    assert_eq!(decode(with_size(4, &[0; 4])).samples, [0.0, 0.0]);
    assert_eq!(decode(with_size(2, &[0, 64])).samples, [0.5]);
    let silent = riff(&[fmt(2, 4, 16), chunk(b"data", 400, &[0; 400])]);
    assert_eq!(decode(silent).warnings, []);
}

#[test]
fn aiff_under_the_name_wav_is_read() {
    let Some(corpora) = std::env::var_os("UNDERTONE_CORPORA") else {
        eprintln!("skipped: set UNDERTONE_CORPORA");
        return;
    };
    for (name, len) in [
        ("YAF_neat_fear.wav", 40_156),
        ("YAF_germ_angry.wav", 53_847),
    ] {
        let path = Path::new(&corpora).join("tess/TESS").join(name);
        let recording = decode_path(&path, &DecodeOptions::default()).unwrap();
        assert_eq!(
            (recording.samples.len(), recording.sample_rate),
            (len, 24_414)
        );
    }
}
