//! Manifests: any corpus as a CSV.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use undertone_corpus::{
    Corpus, CorpusError, Emotion, Gender, ManifestError, RavdessName, Skipped, Subset,
};

/// A folder with the clips `a.wav`, `b.wav` and `sub/c d.wav`, and a manifest.
fn manifest(text: impl AsRef<[u8]>) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("sub")).unwrap();
    for clip in ["a.wav", "b.wav", "sub/c d.wav"] {
        fs::write(folder.path().join(clip), b"").unwrap();
    }
    let csv = folder.path().join("corpus.csv");
    fs::write(&csv, text).unwrap();
    (folder, csv)
}

#[track_caller]
fn refused(text: impl AsRef<[u8]>) -> ManifestError {
    let (_folder, csv) = manifest(text);
    match Corpus::open(&csv) {
        Err(CorpusError::Manifest { path, reason }) => {
            assert_eq!(path, csv);
            reason
        }
        other => panic!("{other:?}"),
    }
}

fn opened(text: impl AsRef<[u8]>) -> (TempDir, Corpus) {
    let (folder, csv) = manifest(text);
    let corpus = Corpus::open(&csv).unwrap();
    (folder, corpus)
}

#[test]
fn rows_become_utterances_relative_to_the_manifest() {
    let (folder, corpus) = opened(
        "path,emotion,speaker,gender,split\n\
         a.wav,anger,anna,f,train\n\
         sub/c d.wav,Happy,bob,MALE,dev\n\
         b.wav,sad,eve,,\n",
    );
    assert_eq!(corpus.root, folder.path());
    let [a, c, b] = &corpus.utterances[..] else {
        panic!("{corpus:?}")
    };
    assert_eq!(a.path, folder.path().join("a.wav"));
    assert_eq!((a.emotion, a.speaker_name()), (Emotion::Angry, "anna"));
    assert_eq!(
        (a.gender, a.split),
        (Some(Gender::Female), Some(Subset::Train))
    );
    assert_eq!(
        (c.gender, c.split),
        (Some(Gender::Male), Some(Subset::Validation))
    );
    assert_eq!((b.gender, b.split), (None, None));
    assert_eq!((corpus.skipped.len(), corpus.missing.len()), (0, 0));
}

#[test]
fn files_of_spreadsheets_are_read() {
    let (folder, corpus) = opened(
        "\u{feff}Speaker,note,PATH,Emotion\r\n\
         anna,\"loud, close\",\"sub/c d.wav\",sad\r\n\
         \r\n\
         bob,, a.wav ,fear\r\n",
    );
    assert_eq!(corpus.utterances.len(), 2);
    assert_eq!(corpus.utterances[0].path, folder.path().join("sub/c d.wav"));
    assert_eq!(corpus.utterances[1].emotion, Emotion::Fearful);
}

#[test]
fn the_last_line_needs_no_line_break() {
    let (_folder, corpus) = opened("path,emotion,speaker\na.wav,sad,anna");
    assert_eq!(corpus.utterances.len(), 1);
}

#[test]
fn absolute_paths_stay_as_they_are() {
    let elsewhere = tempfile::tempdir().unwrap();
    let clip = elsewhere.path().join("x.wav");
    fs::write(&clip, b"").unwrap();
    let (_folder, corpus) = opened(format!(
        "path,emotion,speaker\n{},sad,anna\n",
        clip.display()
    ));
    assert_eq!(corpus.utterances[0].path, clip);
}

#[test]
fn an_unknown_emotion_is_named_with_its_line_and_the_known_ones() {
    let error = refused("path,emotion,speaker\na.wav,sad,anna\n\nb.wav,bored,anna\n").to_string();
    assert!(
        error.starts_with("line 4: unknown emotion \"bored\""),
        "{error}"
    );
    assert!(error.contains("surprised"), "{error}");
}

#[test]
fn a_line_number_counts_line_breaks_in_quotes() {
    let error =
        refused("path,emotion,speaker,note\na.wav,sad,anna,\"two\nlines\"\nb.wav,bored,anna,\n");
    assert!(error.to_string().starts_with("line 4:"), "{error}");
}

#[test]
fn every_mistake_has_its_error() {
    use ManifestError as E;
    assert!(matches!(refused(""), E::Empty));
    assert!(matches!(refused("\n\n"), E::Empty));
    assert!(matches!(refused("path,emotion,speaker\n"), E::NoRows));
    assert!(matches!(
        refused("path,emotion\na.wav,sad\n"),
        E::MissingColumn {
            column: "speaker",
            ..
        }
    ));
    assert!(matches!(
        refused("path;emotion;speaker\na.wav;sad;anna\n"),
        E::MissingColumn { column: "path", .. }
    ));
    assert!(matches!(
        refused("path,emotion,speaker,Path\na.wav,sad,anna,b.wav\n"),
        E::RepeatedColumn { column: "path" }
    ));
    assert!(matches!(
        refused("path,emotion,speaker\na.wav,sad,anna,f\n"),
        E::Fields {
            line: 2,
            found: 4,
            expected: 3
        }
    ));
    assert!(matches!(
        refused("path,emotion,speaker\na.wav,sad,\n"),
        E::EmptyField {
            line: 2,
            column: "speaker"
        }
    ));
    assert!(matches!(
        refused("path,emotion,speaker\n ,sad,anna\n"),
        E::EmptyField {
            line: 2,
            column: "path"
        }
    ));
    assert!(matches!(
        refused("path,emotion,speaker,gender\na.wav,sad,anna,x\n"),
        E::Gender { line: 2, .. }
    ));
    assert!(matches!(
        refused("path,emotion,speaker,split\na.wav,sad,anna,mine\n"),
        E::Split { line: 2, .. }
    ));
    assert!(matches!(
        refused("path,emotion,speaker,gender\na.wav,sad,anna,f\nb.wav,sad,anna,m\n"),
        E::SpeakerGender {
            line: 3,
            first_line: 2,
            ..
        }
    ));
    assert!(matches!(
        refused("path,emotion,speaker\na.wav,sad,anna\n./a.wav,calm,anna\n"),
        E::Contradiction {
            line: 3,
            first_line: 2,
            ..
        }
    ));
    assert!(matches!(
        refused(b"path,emotion,speaker\na\xff.wav,sad,anna\n"),
        E::Csv(_)
    ));
}

#[test]
fn missing_files_and_repeated_rows_are_skipped() {
    let (folder, corpus) = opened(
        "path,emotion,speaker\na.wav,sad,anna\nnone.wav,sad,anna\nsub/../a.wav,sad,anna\nsub,sad,anna\n",
    );
    assert_eq!(corpus.utterances.len(), 1);
    let csv = folder.path().join("corpus.csv");
    assert_eq!(
        corpus.skipped,
        [
            Skipped::MissingFile {
                manifest: csv.clone(),
                line: 3,
                path: folder.path().join("none.wav")
            },
            Skipped::DuplicateRow {
                manifest: csv.clone(),
                line: 4,
                first_line: 2,
                path: folder.path().join("sub/../a.wav")
            },
            Skipped::MissingFile {
                manifest: csv,
                line: 5,
                path: folder.path().join("sub")
            },
        ]
    );
}

#[test]
fn a_manifest_without_any_recording_is_refused() {
    let (_folder, csv) = manifest("path,emotion,speaker\nnone.wav,sad,anna\n");
    let error = Corpus::open(&csv).unwrap_err();
    assert!(error.to_string().contains("none.wav"), "{error}");
    assert!(matches!(error, CorpusError::NoClips { .. }));
}

fn ravdess(folder: &Path) -> Corpus {
    for name in RavdessName::all_speech().take(90) {
        let actor = folder.join(format!("Actor_{}", name.speaker()));
        fs::create_dir_all(&actor).unwrap();
        fs::write(actor.join(format!("{name}.wav")), b"").unwrap();
    }
    Corpus::open(folder).unwrap()
}

#[test]
fn ravdess_written_as_a_manifest_reads_back_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let scanned = ravdess(folder.path());
    let csv = folder.path().join("manifest.csv");
    scanned.write_manifest(&csv).unwrap();
    let text = fs::read_to_string(&csv).unwrap();
    assert!(
        text.starts_with(
            "path,emotion,speaker,gender\nActor_01/03-01-01-01-01-01-01.wav,neutral,01,male\n"
        ),
        "{text}"
    );
    let read = Corpus::open(&csv).unwrap();
    assert_eq!(read.utterances, scanned.utterances);
    assert_eq!(read.skipped, []);
}

#[test]
fn a_manifest_elsewhere_leads_back_to_the_clips() {
    let folder = tempfile::tempdir().unwrap();
    let scanned = ravdess(&folder.path().join("data/ravdess"));
    let lists = folder.path().join("lists");
    fs::create_dir(&lists).unwrap();
    let csv = lists.join("manifest.csv");
    scanned.write_manifest(&csv).unwrap();
    assert!(
        fs::read_to_string(&csv)
            .unwrap()
            .contains("\n../data/ravdess/Actor_01/")
    );
    let read = Corpus::open(&csv).unwrap();
    assert_eq!(read.utterances.len(), 90);
    for (there, here) in read.utterances.iter().zip(&scanned.utterances) {
        assert_eq!(
            fs::canonicalize(&there.path).unwrap(),
            fs::canonicalize(&here.path).unwrap()
        );
        assert_eq!(there.ravdess, here.ravdess);
    }
}

#[test]
fn splits_and_awkward_names_survive_the_round_trip() {
    let (folder, mut corpus) = opened(
        "path,emotion,speaker,split\na.wav,sad,\"Doe, \"\"J\"\"\",test\nsub/c d.wav,calm,x,\n",
    );
    corpus.utterances[1].split = Some(Subset::Train);
    let csv = folder.path().join("again.csv");
    corpus.write_manifest(&csv).unwrap();
    assert_eq!(Corpus::open(&csv).unwrap().utterances, corpus.utterances);
}

#[test]
fn a_ravdess_name_that_contradicts_its_row_is_ignored() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("03-01-01-01-01-01-01.wav"), b"").unwrap();
    let csv = folder.path().join("m.csv");
    fs::write(
        &csv,
        "path,emotion,speaker\n03-01-01-01-01-01-01.wav,sad,01\n",
    )
    .unwrap();
    let corpus = Corpus::open(&csv).unwrap();
    assert_eq!(corpus.utterances[0].emotion, Emotion::Sad);
    assert_eq!(corpus.utterances[0].ravdess, None);
}

#[test]
fn a_manifest_that_cannot_be_written_is_an_error() {
    let (folder, corpus) = opened("path,emotion,speaker\na.wav,sad,anna\n");
    let error = corpus
        .write_manifest(&folder.path().join("none/m.csv"))
        .unwrap_err();
    assert!(error.to_string().contains("none/m.csv"), "{error}");
}
