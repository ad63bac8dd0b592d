//! Mutated manifests and tables of corpora are refused or read (`UNDERTONE_FUZZ`: see
//! undertone-fuzz).

use std::fs;
use std::path::Path;

use undertone_corpus::{Corpus, RavdessName};
use undertone_fuzz::{Fuzz, PeakAlloc};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

const TOKENS: [&str; 32] = [
    "\n",
    "\r\n",
    "\"",
    "\"\"",
    ",",
    ";",
    "\t",
    "|",
    "path",
    "file",
    "emotion",
    "label",
    "speaker",
    "gender",
    "start",
    "end",
    "split",
    "0 days 00:00:01.5",
    "NaT",
    "neutral",
    "anger",
    "female",
    "../",
    "/",
    "\\",
    "\u{feff}",
    "\u{0}",
    "é",
    "{",
    "}",
    "- ",
    ": ",
];

/// Open the corpus `folder` after `file` in it has been replaced with mutations of `seeds`.
fn fuzz(name: &str, folder: &Path, file: &str, opened: &str, seeds: Vec<Vec<u8>>) {
    let file = folder.join(file);
    let opened = folder.join(opened);
    let fuzz = Fuzz {
        tokens: &TOKENS,
        max_len: 8 << 10,
        // Lists of the folders, and the code books of published corpora.
        allowance: 1 << 20,
        ..Fuzz::new(name, seeds)
    };
    fuzz.run(&ALLOCATOR, |input| {
        fs::write(&file, input).unwrap();
        let Ok(corpus) = Corpus::open(opened.as_path()) else {
            return false;
        };
        for clip in &corpus.utterances {
            assert!(clip.values.values().all(|value| value.is_finite()));
        }
        !corpus.utterances.is_empty()
    });
}

fn clips(folder: &Path, names: &[&str]) {
    for name in names {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "").unwrap();
    }
}

#[test]
fn manifests() {
    let folder = tempfile::tempdir().unwrap();
    clips(folder.path(), &["clips/a01-e01.wav", "clips/a01-e02.wav"]);
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/manifests");
    let mut paths: Vec<_> = fs::read_dir(fixtures)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    // The first rows: one file of two clips is asked for on disk again and again.
    let rows = |path| {
        let text = fs::read_to_string(path).unwrap();
        text.lines()
            .take(6)
            .flat_map(|line| [line, "\n"])
            .collect::<String>()
            .into_bytes()
    };
    let seeds = paths.iter().map(rows).collect();
    fuzz(
        "manifests",
        folder.path(),
        "manifest.csv",
        "manifest.csv",
        seeds,
    );
}

const HEADER: &str = "name: interviews\nlicense: CC-BY-4.0\nusage: commercial\nmedia:\n  \
    microphone: {type: audio}\nsplits:\n  train: {type: train}\nschemes:\n  emotion: {dtype: str, \
    labels: [anger, neutral]}\n  speaker: {dtype: str, labels: {s1: {gender: female}, s2: {gender: \
    male}}}\ntables:\n  files:\n    type: filewise\n    columns: {speaker: {scheme_id: speaker}, \
    gold: {scheme_id: emotion}}\n";

#[test]
fn headers_of_audformat() {
    let folder = tempfile::tempdir().unwrap();
    clips(folder.path(), &["audio/a.wav", "audio/b.wav"]);
    let table = "file,speaker,gold\naudio/a.wav,s1,anger\naudio/b.wav,s2,neutral\n";
    fs::write(folder.path().join("db.files.csv"), table).unwrap();
    fuzz(
        "headers of audformat",
        folder.path(),
        "db.yaml",
        "",
        vec![HEADER.into()],
    );
}

#[test]
fn tables_of_audformat() {
    let folder = tempfile::tempdir().unwrap();
    clips(folder.path(), &["audio/a.wav", "audio/b.wav"]);
    fs::write(folder.path().join("db.yaml"), HEADER).unwrap();
    let table = "file,speaker,gold\naudio/a.wav,s1,anger\naudio/b.wav,s2,neutral\n";
    let segments = "file,start,end,speaker,gold\naudio/a.wav,0 days 00:00:00,0 days \
        00:00:01.500000,s1,anger\naudio/a.wav,0 days 00:00:01.500000,NaT,s1,neutral\n";
    let seeds = vec![table.into(), segments.into()];
    fuzz(
        "tables of audformat",
        folder.path(),
        "db.files.csv",
        "",
        seeds,
    );
}

#[test]
fn metadata_of_an_audio_folder() {
    let folder = tempfile::tempdir().unwrap();
    clips(folder.path(), &["a.wav", "b.wav"]);
    let seeds = vec![
        b"{\"file_name\": \"a.wav\", \"label\": \"anger\", \"arousal\": 0.5, \"tags\": [1]}\n\
          {\"label\": \"sad\", \"file_name\": \"b.wav\"}\n"
            .to_vec(),
    ];
    fuzz("metadata.jsonl", folder.path(), "metadata.jsonl", "", seeds);
}

#[test]
fn texts_of_iemocap() {
    let folder = tempfile::tempdir().unwrap();
    clips(
        folder.path(),
        &[
            "Session1/dialog/wav/Ses01F_impro01.wav",
            "Session1/sentences/wav/Ses01F_impro01/Ses01F_impro01_F000.wav",
            "Session1/sentences/wav/Ses01F_impro01/Ses01F_impro01_M001.wav",
            "Session1/dialog/EmoEvaluation/Ses01F_impro01.txt",
        ],
    );
    let seeds = vec![
        b"% [START_TIME - END_TIME] TURN_NAME EMOTION [V, A, D]\n\n\
          [6.2901 - 8.2357]\tSes01F_impro01_F000\tneu\t[2.5000, 2.0000, 2.5000]\n\
          C-E2:\tNeutral;\t()\nA-E3:\tval 3; act 2; dom  2;\t()\n\n\
          [10.0100 - 11.3925]\tSes01F_impro01_M001\texc\t[4.5000, 4.0000, 3.0000]\n"
            .to_vec(),
    ];
    let text = "Session1/dialog/EmoEvaluation/Ses01F_impro01.txt";
    fuzz("texts of IEMOCAP", folder.path(), text, "", seeds);
}

#[test]
fn names_of_ravdess() {
    let fuzz = Fuzz::new(
        "names of RAVDESS",
        vec![b"03-01-06-02-02-01-12.wav".to_vec()],
    );
    fuzz.run(&ALLOCATOR, |input| {
        let name = String::from_utf8_lossy(input);
        name.parse::<RavdessName>().is_ok()
    });
}
