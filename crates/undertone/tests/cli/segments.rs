//! Recordings in segments, with the model in the program.

use std::path::Path;

use serde_json::Value;
use undertone_audio::{DecodeOptions, decode_path};

use crate::schema::violations;
use crate::support::{Done, Folder};

const RATE: u32 = 11_025;

/// Return the recordings in `samples/` that begin with these names, one after another, with a
/// second of silence before each.
fn clips(names: &[&str]) -> Vec<f32> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples");
    let mut samples = Vec::new();
    for name in names {
        let path = folder.join(format!("{name}.flac"));
        let clip = decode_path(&path, &DecodeOptions::default()).unwrap();
        assert_eq!(clip.sample_rate, RATE, "{name}");
        samples.resize(samples.len() + RATE as usize, 0.0);
        samples.extend(clip.samples);
    }
    samples
}

/// Return a WAV file of 16 bits with these channels.
fn wav(channels: &[&[f32]]) -> Vec<u8> {
    let count = channels.len() as u16;
    let mut file = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0".to_vec();
    file.extend(count.to_le_bytes());
    file.extend(RATE.to_le_bytes());
    file.extend((RATE * u32::from(count) * 2).to_le_bytes());
    file.extend((count * 2).to_le_bytes());
    file.extend(b"\x10\0data\xff\xff\xff\xff");
    for index in 0..channels[0].len() {
        for channel in channels {
            file.extend(((channel[index] * 32_767.0) as i16).to_le_bytes());
        }
    }
    file
}

/// Return a folder with a recording of about 45 s.
fn interview() -> Folder {
    let folder = Folder::new();
    let samples = clips(&["conversation", "angry", "conversation", "sad", "happy"]);
    assert!(samples.len() > 31 * RATE as usize);
    folder.write("interview.wav", wav(&[&samples]));
    folder
}

/// Return the only answer, which must fit the schema.
fn answer(done: &Done) -> Value {
    let schema: Value = serde_json::from_str(undertone_answer::SCHEMA).unwrap();
    let [answer] = &done.json()[..] else {
        panic!("{}", done.stdout);
    };
    assert_eq!(violations(&schema, "/$defs/Answer", answer), [""; 0]);
    answer.clone()
}

fn spans(answer: &Value) -> Vec<(f64, f64)> {
    let segments = answer["segments"].as_array().unwrap();
    let seconds = |segment: &Value, name| segment[name].as_f64().unwrap();
    segments
        .iter()
        .map(|it| (seconds(it, "start"), seconds(it, "end")))
        .collect()
}

#[test]
fn a_long_recording_is_judged_in_utterances() {
    let folder = interview();
    let found = answer(&folder.succeed("predict interview.wav --json"));
    assert_eq!(found["segmentation"], "utterances");
    assert!(found["label"].is_string() && found["speech"] == true);
    let spans = spans(&found);
    assert!(spans.len() > 8, "{}", spans.len());
    assert!(spans.windows(2).all(|pair| pair[0].1 <= pair[1].0));
    let shares = found["summary"]["shares"].as_object().unwrap();
    let sum: f64 = shares.values().map(|it| it.as_f64().unwrap()).sum();
    assert!((sum - 1.0).abs() < 0.01, "{sum}");

    let table = folder.succeed("predict interview.wav");
    let lines: Vec<&str> = table.stdout.lines().collect();
    assert_eq!(lines.len(), 3, "{}", table.stdout);
    assert!(
        lines[2].contains(" % n") && lines[2].contains(", mostly "),
        "{}",
        lines[2]
    );
    let timeline = folder.succeed("predict interview.wav --timeline");
    assert_eq!(timeline.stdout.lines().count(), 3 + spans.len());

    let limited = folder.refuse("predict interview.wav --max-seconds 40 --scheme sentiment3");
    assert!(
        limited.contains("longer than the limit of 40 s"),
        "{limited}"
    );
}

#[test]
fn stdin_may_be_long() {
    let folder = interview();
    let file = answer(&folder.succeed("predict interview.wav --json"));
    let mut command = folder.command("predict - --json");
    let input = std::fs::File::open(folder.path("interview.wav")).unwrap();
    let done: Done = command.stdin(input).output().unwrap().into();
    assert_eq!(answer(&done)["segments"], file["segments"]);
}

#[test]
fn segments_are_fixed_or_those_of_a_file() {
    let folder = interview();
    let fixed = answer(&folder.succeed("predict interview.wav --json --segments fixed"));
    assert_eq!(fixed["segmentation"], "fixed");
    assert_eq!(spans(&fixed)[..2], [(0.0, 4.0), (4.0, 8.0)]);

    let turns = "start,end,speaker,text\n1.0,4.5,Ann,\"Hello, Bob\"\n3.0,9.25,Bob,Hello\n";
    folder.write("turns.csv", turns);
    let given = answer(&folder.succeed("predict interview.wav --json --segments turns.csv"));
    assert_eq!(given["segmentation"], "file");
    assert_eq!(spans(&given), [(1.0, 4.5), (3.0, 9.25)]);
    assert_eq!(given["segments"][0]["speaker"], "Ann");
    assert_eq!(given["segments"][0]["text"], "Hello, Bob");
    let table = folder.succeed("predict interview.wav --segments turns.csv");
    assert!(table.stdout.contains("Ann, Hello, Bob"), "{}", table.stdout);

    folder.write("late.csv", "start,end\n1.0,4.5\n100.0,101.0\n");
    let late = folder.refuse("predict interview.wav --segments late.csv");
    assert!(late.contains("from 100 s to 101 s is not inside"), "{late}");
    let missing = folder.refuse("predict interview.wav --segments nothing.rttm");
    assert!(missing.contains("nothing.rttm"), "{missing}");
}

#[test]
fn each_channel_is_judged_alone() {
    let folder = Folder::new();
    let (left, right) = (clips(&["angry", "sad"]), clips(&["happy", "neutral"]));
    let len = left.len().min(right.len());
    folder.write("call.wav", wav(&[&left[..len], &right[..len]]));
    folder.write("left.wav", wav(&[&left[..len]]));
    let call = answer(&folder.succeed("predict call.wav --by-channel --json"));
    assert_eq!(call["channels"], 2);
    let segments = call["segments"].as_array().unwrap();
    let of = |channel: u64| {
        let own = segments.iter().filter(move |it| it["channel"] == channel);
        own.map(|it| it["label"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(of(0).len() + of(1).len(), segments.len());
    let left = answer(&folder.succeed("predict left.wav --segments vad --json"));
    let alone: Vec<Value> = left["segments"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["label"].clone())
        .collect();
    assert_eq!(of(0), alone);
    assert!(!of(1).is_empty());
    let starts: Vec<f64> = spans(&call).iter().map(|it| it.0).collect();
    assert!(starts.is_sorted());
    folder.refuse("predict call.wav --by-channel --adapt");
}

#[test]
fn utterances_are_written_for_the_tools_of_the_field() {
    let folder = interview();
    let count = spans(&answer(&folder.succeed("predict interview.wav --json"))).len();
    for (name, mark) in [
        ("a.srt", "1\n00:00:0"),
        ("a.vtt", "WEBVTT"),
        ("a.TextGrid", "ooTextFile"),
        ("a.rttm", "SPEAKER interview"),
    ] {
        folder.succeed(&format!("predict interview.wav --out {name}"));
        let text = String::from_utf8(folder.read(name)).unwrap();
        assert!(text.contains(mark), "{name}: {text}");
        // What is written can be read as segments again.
        let again = folder.succeed(&format!("predict interview.wav --json --segments {name}"));
        let read = spans(&answer(&again)).len();
        assert!(read.abs_diff(count) <= 2, "{name}: {read} of {count}");
    }
    let audacity = folder.succeed("predict interview.wav --format audacity");
    assert_eq!(audacity.stdout.lines().count(), count);
    std::fs::copy(folder.path("interview.wav"), folder.path("other.wav")).unwrap();
    let both = folder.run("predict interview.wav other.wav --format srt");
    assert_eq!(both.code, 2);
    assert!(
        both.stderr.contains("holds one recording"),
        "{}",
        both.stderr
    );
    let both = folder.succeed("predict interview.wav other.wav --format rttm");
    assert_eq!(both.stdout.lines().count(), 2 * count);
}

#[test]
fn half_seconds_that_move_the_answer_are_named() {
    let folder = Folder::new();
    folder.write("clip.wav", wav(&[&clips(&["angry"])]));
    let found = answer(&folder.succeed("predict clip.wav --why --json"));
    let influences = found["influences"].as_array().unwrap();
    assert!(influences.len() > 1);
    let changes = influences.iter().map(|it| it["change"].as_f64().unwrap());
    assert!(changes.clone().any(|it| it < -0.1), "{influences:?}");
    let table = folder.succeed("predict clip.wav --why");
    let label = found["label"].as_str().unwrap();
    assert!(
        table.stdout.contains(&format!("for {label}: ")),
        "{}",
        table.stdout
    );
    let long = interview();
    let refused = long.refuse("predict interview.wav --why");
    assert!(refused.contains("up to 30 s"), "{refused}");
}

#[test]
fn long_recordings_adapt_to_a_voice() {
    let folder = interview();
    folder.write("clip.wav", wav(&[&clips(&["angry"])]));
    let alone = answer(&folder.succeed("predict interview.wav --json"));
    let adapted = answer(&folder.succeed("predict interview.wav --voice clip.wav --json"));
    assert_eq!(adapted["adapted"]["recordings"], 1);
    assert_ne!(adapted["probabilities"], alone["probabilities"]);
    assert_eq!(spans(&adapted), spans(&alone));
    let both = folder
        .succeed("predict interview.wav clip.wav --adapt --json")
        .json();
    assert_eq!(both[0]["adapted"]["recordings"], 1);
}
