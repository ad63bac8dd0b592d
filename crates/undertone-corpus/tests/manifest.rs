//! Manifests: any corpus as a CSV.

use std::fs;
use std::path::Path;

use undertone_corpus::{
    ColumnRole, Corpus, CorpusError, Emotion, Gender, ManifestError, NoteSubject, RavdessName,
    RowError, Segment, Skipped, Subset,
};

mod support;

use support::manifest::{manifest, notes, opened, refused};

/// The rows that cannot be used, by their lines.
fn reasons(corpus: &Corpus) -> Vec<(u64, RowError)> {
    let reason = |skipped: &Skipped| match skipped {
        Skipped::Row { line, reason, .. } => (*line, reason.clone()),
        other => panic!("{other}"),
    };
    corpus.skipped.iter().map(reason).collect()
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
fn any_word_is_a_label() {
    let (_folder, corpus) = opened("path,emotion,speaker\na.wav,Boredom,anna\nb.wav,dread,anna\n");
    let labels: Vec<&str> = corpus
        .utterances
        .iter()
        .map(|clip| clip.emotion.name())
        .collect();
    assert_eq!(labels, ["bored", "dread"]);
}

#[test]
fn speaker_gender_and_split_are_optional() {
    let (_folder, corpus) = opened("path,emotion\na.wav,sad\n");
    let clip = &corpus.utterances[0];
    assert_eq!(
        (&clip.speaker, clip.gender, clip.split),
        (&None, None, None)
    );

    let (_folder, corpus) = opened(
        "path,emotion,speaker,gender\na.wav,sad,Unknown,Unknown\nb.wav,sad,,\nsub/c d.wav,sad,NaN,nan\n",
    );
    assert!(
        corpus
            .utterances
            .iter()
            .all(|clip| clip.speaker.is_none() && clip.gender.is_none())
    );
    assert_eq!((corpus.utterances.len(), corpus.notes.len()), (3, 0));
}

#[test]
fn a_line_number_counts_line_breaks_in_quotes() {
    let (_folder, corpus) =
        opened("path,emotion,speaker,note\na.wav,sad,anna,\"two\nlines\"\n\nb.wav,,anna,\n");
    assert_eq!(reasons(&corpus), [(5, RowError::NoLabel)]);
}

#[test]
fn every_mistake_of_the_whole_has_its_error() {
    use ManifestError as E;
    assert!(matches!(refused(""), E::Empty));
    assert!(matches!(refused("\n\n"), E::Empty));
    assert!(matches!(refused("path,emotion,speaker\n"), E::NoRows));
    assert!(matches!(refused("path,emotion\n,\n\n"), E::NoRows));
    assert!(matches!(
        refused(b"RIFF\x24\x00\x00\x00WAVEfmt "),
        E::NotText
    ));
    assert!(matches!(
        refused("path,speaker\na.wav,anna\n"),
        E::MissingColumn {
            role: ColumnRole::Emotion,
            ..
        }
    ));
    assert!(matches!(
        refused("emotion,speaker\nsad,anna\n"),
        E::MissingColumn {
            role: ColumnRole::Path,
            ..
        }
    ));
    let labels: String = (0..1001)
        .map(|label| format!("{label}.wav,label {label}\n"))
        .collect();
    let error = refused(format!("path,emotion\n{labels}"));
    assert!(matches!(&error, E::TooManyLabels { column, most: 1000 } if column == "emotion"));
    assert!(
        error.to_string().contains("--column emotion=NAME"),
        "{error}"
    );
}

#[test]
fn a_row_that_cannot_be_used_refuses_nothing_but_itself() {
    let (_folder, corpus) = opened(
        "path,emotion,speaker,split,arousal,start,end\n\
         a.wav,sad,anna,train,1.5,,\n\
         b.wav,sad,anna\n\
         b.wav,sad,anna,train,1,0,1,f\n\
         ,sad,anna,train,1,,\n\
         b.wav,,anna,train,,,\n\
         b.wav,sad,anna,mine,1,,\n\
         b.wav,sad,anna,test,loud,,\n\
         b.wav,sad,anna,test,inf,,\n\
         b.wav,sad,anna,test,NaN,,\n\
         b.wav,sad,anna,test,1,early,\n\
         b.wav,sad,anna,test,1,-1,\n\
         b.wav,sad,anna,test,1,2,1.5\n\
         b.wav,sad,anna,test,1,2,2\n\
         b.wav,sad,anna,test,1,2,3,,\n",
    );
    let number = |text: &str| RowError::Number {
        column: "arousal".to_owned(),
        text: text.to_owned(),
    };
    let time = |text: &str| RowError::Time {
        column: "start".to_owned(),
        text: text.to_owned(),
    };
    let segment = |end: &str| RowError::Segment {
        start: "2".to_owned(),
        end: end.to_owned(),
    };
    let fields = |found| RowError::Fields { found, expected: 7 };
    let split = "mine".parse::<Subset>().unwrap_err();
    assert_eq!(
        reasons(&corpus),
        [
            (3, fields(3)),
            (4, fields(8)),
            (5, RowError::NoPath),
            (6, RowError::NoLabel),
            (7, RowError::Split(split)),
            (8, number("loud")),
            (9, number("inf")),
            (10, number("NaN")),
            (11, time("early")),
            (12, time("-1")),
            (13, segment("1.5")),
            (14, segment("2")),
        ]
    );
    assert_eq!(corpus.utterances.len(), 2);
    let shown = corpus.skipped[0].to_string();
    assert!(
        shown.contains("corpus.csv, line 3: skipped, 3 fields"),
        "{shown}"
    );
}

#[test]
fn a_quote_that_does_not_close_costs_only_its_line() {
    let header = "path,emotion,speaker,note\n";
    for line in ["\"a.wav,sad,anna,", "a.wav,sad,anna,\"loud"] {
        let text = format!("{header}{line}\nb.wav,sad,anna,\nsub/c d.wav,calm,\"x\",\"\"\n");
        let (_folder, corpus) = opened(text);
        assert_eq!(reasons(&corpus), [(2, RowError::OpenQuote)], "{line}");
        assert_eq!(corpus.utterances.len(), 2, "{line}");
    }
    let rows = "a.wav,sad,\"anna,\n\n".repeat(2100);
    assert!(matches!(
        refused(format!("{header}{rows}")),
        ManifestError::OpenQuotes { .. }
    ));
}

#[test]
fn words_that_are_no_gender_leave_it_open_with_a_note() {
    let (_folder, corpus) = opened(
        "path,emotion,speaker,gender\na.wav,sad,anna,x\nb.wav,sad,bob,other\nsub/c d.wav,sad,c,f\n",
    );
    assert_eq!(corpus.utterances[0].gender, None);
    assert_eq!(corpus.utterances[2].gender, Some(Gender::Female));
    let about = NoteSubject::UnknownGender {
        word: "x".to_owned(),
        line: 2,
        rows: 2,
    };
    assert_eq!(notes(&corpus), [&about]);
}

#[test]
fn a_speaker_with_two_genders_or_corpora_is_noted() {
    let (_folder, corpus) = opened(
        "path,emotion,speaker,gender,corpus\n\
         a.wav,sad,1,f,EmoDB\nb.wav,sad,1,m,TESS\nsub/c d.wav,sad,2,m,TESS\n",
    );
    assert_eq!(corpus.utterances.len(), 3);
    assert_eq!(corpus.utterances[1].gender, Some(Gender::Male));
    assert_eq!(corpus.utterances[1].corpus, "TESS");
    assert_eq!(
        notes(&corpus),
        [
            &NoteSubject::SpeakerGender {
                rows: 1,
                line: 3,
                speaker: "1".to_owned(),
                gender: Gender::Male,
                other: Gender::Female,
                first_line: 2,
                first_table: None,
            },
            &NoteSubject::SharedSpeaker {
                speakers: 1,
                speaker: "1".to_owned(),
                corpora: ["EmoDB".to_owned(), "TESS".to_owned()],
            },
        ]
    );
}

#[test]
fn a_segment_is_an_utterance() {
    let (_folder, corpus) = opened(
        "file,start,end,emotion\n\
         a.wav,0,1.5,sad\n\
         a.wav,0 days 00:00:01.500000,NaT,calm\n\
         a.wav,,0.5,calm\n\
         a.wav,,,calm\n\
         a.wav,0 days,NaT,calm\n\
         ./a.wav,0.0,00:00:01.5,happy\n\
         a.wav,0,1.5,sadness\n",
    );
    let segments: Vec<Option<Segment>> =
        corpus.utterances.iter().map(|clip| clip.segment).collect();
    let part = |start, end| Some(Segment::new(start, end).unwrap());
    assert_eq!(
        segments,
        [
            part(0.0, Some(1.5)),
            part(1.5, None),
            part(0.0, Some(0.5)),
            None
        ]
    );
    let lines = |skipped: &Skipped| match skipped {
        Skipped::DuplicateRow {
            line, first_line, ..
        } => (*line, *first_line, "repeats"),
        Skipped::ContradictingRow {
            line, first_line, ..
        } => (*line, *first_line, "contradicts"),
        other => panic!("{other}"),
    };
    let skipped: Vec<_> = corpus.skipped.iter().map(lines).collect();
    assert_eq!(
        skipped,
        [(6, 5, "repeats"), (7, 2, "contradicts"), (8, 2, "repeats")]
    );
}

#[test]
fn numbers_alone_are_labels() {
    let (_folder, corpus) =
        opened("path,arousal,EmoVal,mood\na.wav,3.5,-1,2\nb.wav,,2e-1,2\nsub/c d.wav,,NA,2\n");
    assert!(
        corpus
            .utterances
            .iter()
            .all(|clip| clip.emotion.is_unlabeled())
    );
    let values = |clip: usize| -> Vec<(&str, f64)> {
        let values = corpus.utterances[clip].values.iter();
        values
            .map(|(name, value)| (name.as_str(), *value))
            .collect()
    };
    assert_eq!(values(0), [("arousal", 3.5), ("valence", -1.0)]);
    assert_eq!(values(1), [("valence", 0.2)]);
    assert_eq!(reasons(&corpus), [(4, RowError::NoLabel)]);
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
