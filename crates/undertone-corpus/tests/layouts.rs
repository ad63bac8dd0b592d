//! Corpora whose labels are in tables, in the layout that their publishers describe.

use std::fs;
use std::path::Path;

use undertone_corpus::{
    ColumnNames, Corpus, CorpusError, CorpusNote, CorpusOptions, CorpusSource, Gender, Segment,
    Skipped, Subset, Utterance,
};

fn write(root: &Path, file: &str, text: &str) {
    let path = root.join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn file_name(clip: &Utterance) -> &str {
    clip.path.file_name().unwrap().to_str().unwrap()
}

fn words(corpus: &Corpus) -> Vec<String> {
    corpus.skipped.iter().map(Skipped::to_string).collect()
}

#[test]
fn iemocap_is_read_from_its_evaluation_texts() {
    let root = tempfile::tempdir().unwrap();
    let text = "% [START_TIME - END_TIME] TURN_NAME EMOTION [V, A, D]\n\n\
        [6.2901 - 8.2357]\tSes01F_impro01_F000\tneu\t[2.5000, 2.0000, 2.5000]\n\
        C-E2:\tNeutral;\t()\nA-E3:\tval 3; act 2; dom  2;\t()\n\n\
        [10.0100 - 11.3925]\tSes01F_impro01_M001\texc\t[4.5000, 4.0000, 3.0000]\n\
        [12.0 - 13.0]\tSes01F_impro01_F002\txxx\t[2.0, 2.0, 2.0]\n\
        [14.0 - 15.0]\tbroken\n";
    write(
        root.path(),
        "Session1/dialog/EmoEvaluation/Ses01F_impro01.txt",
        text,
    );
    write(
        root.path(),
        "Session1/dialog/EmoEvaluation/Categorical/Ses01F_impro01_e2_cat.txt",
        "",
    );
    write(root.path(), "Session1/dialog/wav/Ses01F_impro01.wav", "");
    for turn in ["F000", "M001", "M003"] {
        let file = format!("Session1/sentences/wav/Ses01F_impro01/Ses01F_impro01_{turn}.wav");
        write(root.path(), &file, "");
    }
    let corpus = Corpus::open(root.path()).unwrap();
    assert_eq!(corpus.sources[0].format.id(), "iemocap");
    let [first, second] = &corpus.utterances[..] else {
        panic!("{:?}", corpus.utterances);
    };
    assert_eq!(
        (first.emotion.name(), first.speaker_name()),
        ("neutral", "Ses01F")
    );
    assert_eq!(first.values["valence"], 2.5);
    assert_eq!(
        (first.values["arousal"], first.values["dominance"]),
        (2.0, 2.5)
    );
    assert_eq!(
        (second.emotion.name(), second.speaker_name()),
        ("excited", "Ses01M")
    );
    assert_eq!((second.gender, second.segment), (Some(Gender::Male), None));
    let skipped = words(&corpus).join("\n");
    assert!(skipped.contains("line 9: skipped, not a turn"), "{skipped}");
    assert!(
        skipped.contains("line 8: skipped, there is no file Ses01F_impro01_F002.wav"),
        "{skipped}"
    );
    assert!(
        skipped.contains("M003.wav: skipped, no row of the corpus's tables names it"),
        "{skipped}"
    );
    assert_eq!(corpus.skipped.len(), 3);
}

#[test]
fn meld_is_read_from_its_three_tables_and_its_clips_are_whole() {
    let root = tempfile::tempdir().unwrap();
    let header = "Sr No.,Utterance,Speaker,Emotion,Sentiment,Dialogue_ID,Utterance_ID,Season,Episode,StartTime,EndTime\n";
    let row = |emotion: &str, utterance: &str| {
        format!(
            "1,\"Oh, okay\u{2019}s\",Chandler,{emotion},neutral,0,{utterance},8,21,\"00:16:16,059\",\"00:16:21,731\"\n"
        )
    };
    write(
        root.path(),
        "train_sent_emo.csv",
        &format!("{header}{}{}", row("joy", "0"), row("anger", "1")),
    );
    write(
        root.path(),
        "dev_sent_emo.csv",
        &format!("{header}{}", row("surprise", "0")),
    );
    write(
        root.path(),
        "test_sent_emo.csv",
        &format!("{header}{}\n\r\n{}", row("fear", "0"), row("", "1")),
    );
    for clip in [
        "train_splits/dia0_utt0.mp4",
        "dev_splits_complete/dia0_utt0.mp4",
        "output_repeated_splits_test/dia0_utt0.mp4",
        "output_repeated_splits_test/dia0_utt1.mp4",
        "output_repeated_splits_test/final_videos_testdia9_utt9.mp4",
    ] {
        write(root.path(), clip, "");
    }
    let corpus = Corpus::open(root.path()).unwrap();
    let clips: Vec<_> = corpus
        .utterances
        .iter()
        .map(|clip| {
            (
                clip.emotion.name(),
                clip.split,
                clip.speaker_name(),
                clip.segment,
            )
        })
        .collect();
    let expected = |emotion, split| (emotion, Some(split), "Chandler", None);
    assert_eq!(
        clips,
        [
            expected("happy", Subset::Train),
            expected("surprised", Subset::Validation),
            expected("fearful", Subset::Test),
        ]
    );
    let skipped = words(&corpus).join("\n");
    assert!(
        skipped.contains("train_sent_emo.csv, line 3: skipped, there is no file"),
        "{skipped}"
    );
    assert!(
        skipped.contains("test_sent_emo.csv, line 5: skipped, the emotion is empty"),
        "{skipped}"
    );
}

#[test]
fn msp_podcast_is_read_from_its_consensus() {
    let root = tempfile::tempdir().unwrap();
    let text = "FileName,EmoClass,EmoAct,EmoVal,EmoDom,SpkrID,Gender,Split_Set\n\
        MSP-PODCAST_0001_0008.wav,N,2.6,2.8,4.0,127,Male,Test1\n\
        MSP-PODCAST_0001_0019.wav,C,3.6,2.2,4.4,Unknown,Unknown,Train\n\
        MSP-PODCAST_0001_0033.wav,X,3.0,3.8,3.6,128,Female,Development\n";
    write(root.path(), "Labels/labels_consensus.csv", text);
    for clip in ["0001_0008", "0001_0019", "0001_0033", "0002_0001"] {
        write(root.path(), &format!("Audios/MSP-PODCAST_{clip}.wav"), "");
    }
    let corpus = Corpus::open(root.path()).unwrap();
    assert_eq!(corpus.sources[0].name, "MSP-Podcast");
    let clips: Vec<_> = corpus
        .utterances
        .iter()
        .map(|clip| {
            (
                clip.emotion.name(),
                clip.speaker.as_deref(),
                clip.gender,
                clip.split,
            )
        })
        .collect();
    assert_eq!(
        clips,
        [
            (
                "neutral",
                Some("127"),
                Some(Gender::Male),
                Some(Subset::Test)
            ),
            ("contempt", None, None, Some(Subset::Train)),
            (
                "undecided",
                Some("128"),
                Some(Gender::Female),
                Some(Subset::Validation)
            ),
        ]
    );
    assert_eq!(corpus.utterances[0].values["arousal"], 2.6);
    assert_eq!(corpus.utterances[0].corpus, "MSP-Podcast");
    assert!(matches!(&corpus.skipped[..], [Skipped::NoRow { .. }]));
}

const HEADER: &str = "\
name: interviews
source: https://example.org
license: CC-BY-4.0
languages: [deu]
schemes:
  emotion: {dtype: str, labels: [anger, neutral]}
  speaker: {dtype: str, labels: {s1: {gender: female}, s2: {gender: male}}}
  arousal: {dtype: float}
splits:
  train: {type: train}
  test: {type: test}
tables:
  emotion.train:
    type: segmented
    split_id: train
    columns: {gold: {scheme_id: emotion}, arousal: {scheme_id: arousal}}
  emotion.test:
    type: filewise
    split_id: test
    columns: {gold: {scheme_id: emotion}}
  files:
    type: filewise
    columns: {speaker: {scheme_id: speaker}, duration: }
";

fn audformat(root: &Path) {
    write(root, "db.yaml", HEADER);
    write(
        root,
        "db.emotion.train.csv",
        "file,start,end,gold,arousal\n\
         audio/a.wav,0 days 00:00:00,0 days 00:00:01.500000,anger,0.5\n\
         audio/a.wav,0 days 00:00:01.500000,NaT,neutral,0.25\n",
    );
    write(
        root,
        "db.emotion.test.csv",
        "file,gold\naudio/b.wav,neutral\n",
    );
    write(
        root,
        "db.files.csv",
        "file,speaker,duration\naudio/a.wav,s1,3\naudio/b.wav,s2,2\n",
    );
    for clip in ["audio/a.wav", "audio/b.wav"] {
        write(root, clip, "");
    }
}

#[test]
fn audformat_joins_its_tables() {
    let root = tempfile::tempdir().unwrap();
    audformat(root.path());
    let corpus = Corpus::open(root.path()).unwrap();
    assert_eq!(corpus.skipped, []);
    let info = &corpus.sources[0];
    assert_eq!(
        (info.format.id(), info.name.as_str()),
        ("audformat", "interviews")
    );
    assert_eq!(info.license.as_deref(), Some("CC-BY-4.0"));
    let mut clips: Vec<_> = corpus
        .utterances
        .iter()
        .map(|clip| {
            (
                file_name(clip),
                clip.segment,
                clip.emotion.name(),
                clip.speaker_name(),
            )
        })
        .collect();
    clips.sort_unstable();
    let segment = |start, end| Some(Segment::new(start, end).unwrap());
    assert_eq!(
        clips,
        [
            ("a.wav", segment(0.0, Some(1.5)), "angry", "s1"),
            ("a.wav", segment(1.5, None), "neutral", "s1"),
            ("b.wav", None, "neutral", "s2"),
        ]
    );
    for clip in &corpus.utterances {
        let (gender, split, arousal) = match file_name(clip) {
            "a.wav" => (Gender::Female, Subset::Train, true),
            _ => (Gender::Male, Subset::Test, false),
        };
        assert_eq!((clip.gender, clip.split), (Some(gender), Some(split)));
        assert_eq!(clip.values.contains_key("arousal"), arousal);
    }
}

#[test]
fn audformat_notes_labels_that_contradict_each_other() {
    let root = tempfile::tempdir().unwrap();
    write(
        root.path(),
        "db.yaml",
        "name: x\n\
         schemes: {emotion: {dtype: str}}\n\
         tables:\n  \
           a: {columns: {one: {scheme_id: emotion}, two: {scheme_id: emotion}, note: }}\n  \
           b: {columns: {emotion: {scheme_id: emotion}, note: }}\n",
    );
    write(
        root.path(),
        "db.a.csv",
        "file,one,two,note\n1.wav,anger,angry,x\n2.wav,anger,sad,x\n3.wav,,happy,x\n",
    );
    write(
        root.path(),
        "db.b.csv",
        "file,emotion,note\n3.wav,sad,y\n1.wav,anger,y\n",
    );
    for clip in ["1.wav", "2.wav", "3.wav"] {
        write(root.path(), clip, "");
    }
    let corpus = Corpus::open(root.path()).unwrap();
    let emotions: Vec<&str> = corpus
        .utterances
        .iter()
        .map(|clip| clip.emotion.name())
        .collect();
    assert_eq!(emotions, ["angry", "angry", "happy"]);
    let [
        CorpusNote::ContradictingTables {
            count: 2,
            file,
            fields,
            ..
        },
    ] = &corpus.notes[..]
    else {
        panic!("{:?}", corpus.notes)
    };
    let [first, second] = &**fields;
    assert_eq!(
        (
            file.as_str(),
            first.line,
            first.column.as_str(),
            first.text.as_str()
        ),
        ("2.wav", 3, "one", "anger")
    );
    assert_eq!(
        (second.line, second.column.as_str(), second.text.as_str()),
        (3, "two", "sad")
    );
    // A column that is chosen is asked for, and nothing contradicts it.
    let options = CorpusOptions {
        columns: ColumnNames::new(["emotion=two".parse().unwrap()]).unwrap(),
        ..CorpusOptions::default()
    };
    let corpus = Corpus::open_with(&root.path().into(), &options).unwrap();
    assert_eq!(corpus.utterances[1].emotion.name(), "sad");
    assert_eq!(corpus.notes, []);
}

#[test]
fn audformat_names_the_table_and_the_line_of_what_it_skips() {
    let root = tempfile::tempdir().unwrap();
    audformat(root.path());
    write(
        root.path(),
        "db.emotion.test.csv",
        "file,gold\naudio/b.wav,neutral\n\naudio/lost.wav,neutral\n",
    );
    let corpus = Corpus::open(root.path()).unwrap();
    let skipped = words(&corpus).join("\n");
    assert!(
        skipped.contains("db.emotion.test.csv, line 4: skipped, there is no file"),
        "{skipped}"
    );
    // Another way to write the path of a recording that another table has.
    write(
        root.path(),
        "db.emotion.test.csv",
        "file,gold\naudio/b.wav,neutral\n",
    );
    write(
        root.path(),
        "db.emotion.train.csv",
        "file,start,end,gold,arousal\naudio/a.wav,0,1,anger,0.5\n./audio/b.wav,,,anger,0.5\n",
    );
    let corpus = Corpus::open(root.path()).unwrap();
    let skipped = words(&corpus).join("\n");
    assert!(
        skipped.contains("db.emotion.train.csv, line 3: skipped, ")
            && skipped.contains("db.emotion.test.csv, line 2 already has ")
            && skipped.ends_with("b.wav with other values"),
        "{skipped}"
    );
}

#[test]
fn audformat_names_tables_that_it_cannot_read() {
    let root = tempfile::tempdir().unwrap();
    write(
        root.path(),
        "db.yaml",
        "name: x\ntables: {emotion: {type: filewise, columns: {emotion: }}}\n",
    );
    write(root.path(), "db.emotion.parquet", "PAR1");
    write(root.path(), "a.wav", "");
    let message = Corpus::open(root.path()).unwrap_err().to_string();
    assert!(
        message.contains("not stored as CSV and were not read: emotion"),
        "{message}"
    );
    audformat(root.path());
    fs::rename(
        root.path().join("db.emotion.test.csv"),
        root.path().join("db.emotion.test.parquet"),
    )
    .unwrap();
    let corpus = Corpus::open(root.path()).unwrap();
    let unread = vec!["emotion.test".to_owned()];
    assert!(
        matches!(&corpus.notes[..], [CorpusNote::UnreadTables { tables, .. }] if *tables == unread),
        "{:?}",
        corpus.notes
    );
    // A table of speakers that is not stored as CSV loses their genders.
    let speakers = "schemes: {speaker: {labels: people}}\n\
        splits: {dev: {type: dev}}\n\
        tables: {emotion: {split_id: dev, columns: {emotion: , split: }}}\n";
    write(root.path(), "db.yaml", speakers);
    let rows = "file,emotion,split\naudio/a.wav,sad,validation\naudio/b.wav,sad,test\n";
    write(root.path(), "db.emotion.csv", rows);
    let corpus = Corpus::open(root.path()).unwrap();
    let notes: Vec<String> = corpus.notes.iter().map(ToString::to_string).collect();
    let [unread, contradiction] = &notes[..] else {
        panic!("{notes:?}")
    };
    assert!(unread.contains("were not read: people ("), "{unread}");
    assert!(
        contradiction.starts_with("1 recording or segment has a split that another")
            && contradiction.contains("audio/b.wav has \"test\" (")
            && contradiction.contains("and \"dev\" ("),
        "{contradiction}"
    );
    write(root.path(), "db.yaml", "tables: [");
    let message = Corpus::open(root.path()).unwrap_err().to_string();
    assert!(message.contains("not a header of audformat"), "{message}");
}

#[test]
fn audiofolder_is_read_from_its_metadata() {
    let root = tempfile::tempdir().unwrap();
    write(
        root.path(),
        "train/metadata.csv",
        "file_name,label,speaker_id\na.wav,joy,x\nb.wav,sad,y\n",
    );
    write(
        root.path(),
        "test/metadata.jsonl",
        "{\"file_name\": \"c.wav\", \"label\": \"anger\", \"arousal\": 0.5, \"tags\": [1]}\n\
         {\"label\": \"sad\", \"file_name\": \"lost.wav\"}\n",
    );
    for clip in ["train/a.wav", "train/b.wav", "test/c.wav"] {
        write(root.path(), clip, "");
    }
    let corpus = Corpus::open(root.path()).unwrap();
    assert_eq!(corpus.sources[0].format.id(), "audiofolder");
    let mut clips: Vec<_> = corpus
        .utterances
        .iter()
        .map(|clip| (file_name(clip), clip.emotion.name(), clip.split))
        .collect();
    clips.sort_unstable();
    let (train, test) = (Some(Subset::Train), Some(Subset::Test));
    assert_eq!(
        clips,
        [
            ("a.wav", "happy", train),
            ("b.wav", "sad", train),
            ("c.wav", "angry", test)
        ]
    );
    assert!(matches!(&corpus.skipped[..], [Skipped::MissingFile { .. }]));
    let parquet = tempfile::tempdir().unwrap();
    write(parquet.path(), "metadata.parquet", "PAR1");
    write(parquet.path(), "a.wav", "");
    let message = Corpus::open(parquet.path()).unwrap_err().to_string();
    assert!(message.contains("Parquet is not read"), "{message}");
    write(
        root.path(),
        "test/metadata.jsonl",
        "{\"file_name\": 1}\nnothing\n",
    );
    let message = Corpus::open(root.path()).unwrap_err().to_string();
    assert!(message.contains("line 2: not a JSON object"), "{message}");
}

#[test]
fn a_clip_that_several_tables_of_an_audiofolder_name_is_read_once() {
    let root = tempfile::tempdir().unwrap();
    let csv = "file_name,label,speaker\ntrain/a.wav,joy,x\ntrain/b.wav,sad,x\n";
    write(root.path(), "metadata.csv", csv);
    write(
        root.path(),
        "metadata.jsonl",
        "{\"file_name\": \"train/a.wav\", \"label\": \"happy\"}\n\
         {\"file_name\": \"./train/c.wav\", \"label\": \"sad\"}\n",
    );
    write(
        root.path(),
        "train/metadata.csv",
        "file_name,label\na.wav,joy\nb.wav,anger\n",
    );
    for clip in ["train/a.wav", "train/b.wav", "train/c.wav"] {
        write(root.path(), clip, "");
    }
    let corpus = Corpus::open(root.path()).unwrap();
    let clips: Vec<_> = corpus
        .utterances
        .iter()
        .map(|clip| (file_name(clip), clip.emotion.name(), clip.speaker_name()))
        .collect();
    assert_eq!(
        clips,
        [
            ("a.wav", "happy", "x"),
            ("b.wav", "sad", "x"),
            ("c.wav", "sad", "unknown")
        ]
    );
    let notes: Vec<String> = corpus.notes.iter().map(ToString::to_string).collect();
    let [json, set] = &notes[..] else {
        panic!("{notes:?}")
    };
    assert!(
        json.ends_with(
            "metadata.jsonl: 1 row is about a recording that an earlier table has, and is not used"
        ),
        "{json}"
    );
    assert!(
        set.contains("2 rows are about recordings that an earlier table has, and are not used; 1 says something else")
            && set.ends_with("b.wav"),
        "{set}"
    );
}

#[test]
fn skipped_objects_of_json_lines_have_their_own_lines() {
    let root = tempfile::tempdir().unwrap();
    write(
        root.path(),
        "metadata.jsonl",
        "{\"file_name\": \"a.wav\", \"label\": \"joy\", \"text\": \"two\\nlines\"}\n\
         \n\
         {\"file_name\": \"lost.wav\", \"label\": \"sad\"}\n\
         {\"file_name\": \"a.wav\", \"label\": \"sad\"}\n\
         {\"file_name\": \"b.wav\", \"label\": \"\"}\n",
    );
    for clip in ["a.wav", "b.wav"] {
        write(root.path(), clip, "");
    }
    let corpus = Corpus::open(root.path()).unwrap();
    let skipped = words(&corpus).join("\n");
    for text in [
        "metadata.jsonl, line 3: skipped, there is no file",
        "metadata.jsonl, line 4: skipped, line 1 has",
        "metadata.jsonl, line 5: skipped, there is no label",
    ] {
        assert!(skipped.contains(text), "{skipped}");
    }
    assert_eq!(corpus.skipped.len(), 3);
}

#[test]
fn audiofolder_takes_folders_as_labels() {
    let root = tempfile::tempdir().unwrap();
    for clip in [
        "train/Happy/1.mp3",
        "train/anger/2.mp3",
        "validation/neutral/3.ogg",
    ] {
        write(root.path(), clip, "");
    }
    let corpus = Corpus::open(root.path()).unwrap();
    assert_eq!(corpus.sources[0].format.id(), "audiofolder");
    let splits: Vec<_> = corpus.utterances.iter().map(|clip| clip.split).collect();
    assert_eq!(
        splits,
        [
            Some(Subset::Train),
            Some(Subset::Train),
            Some(Subset::Validation)
        ]
    );
    // Labels that no emotion is called like need the format's name.
    write(root.path(), "test/coughing/4.wav", "");
    write(root.path(), "5.wav", "");
    assert!(matches!(
        Corpus::open(root.path()),
        Err(CorpusError::NotRecognized { .. })
    ));
    let source: CorpusSource = format!("audiofolder:{}", root.path().display())
        .parse()
        .unwrap();
    let corpus = Corpus::open_with(&source, &CorpusOptions::default()).unwrap();
    assert_eq!(corpus.utterances.len(), 4);
    assert!(matches!(
        &corpus.skipped[..],
        [Skipped::NoLabelFolder { .. }]
    ));
}

#[test]
fn columns_can_be_named_for_tables_in_folders() {
    let root = tempfile::tempdir().unwrap();
    write(root.path(), "metadata.csv", "file_name,mood\na.wav,joy\n");
    write(root.path(), "a.wav", "");
    assert!(Corpus::open(root.path()).is_err());
    let options = CorpusOptions {
        columns: ColumnNames::new(["emotion=mood".parse().unwrap()]).unwrap(),
        ..CorpusOptions::default()
    };
    let corpus = Corpus::open_with(&root.path().into(), &options).unwrap();
    assert_eq!(corpus.utterances[0].emotion.name(), "happy");
}

fn with_columns(columns: &[&str]) -> CorpusOptions {
    let columns = columns.iter().map(|column| column.parse().unwrap());
    CorpusOptions {
        columns: ColumnNames::new(columns).unwrap(),
        ..CorpusOptions::default()
    }
}

#[test]
fn columns_can_be_named_for_msp_podcast_and_meld() {
    let msp = tempfile::tempdir().unwrap();
    write(
        msp.path(),
        "Labels/labels_consensus.csv",
        "FileName,EmoClass,Majority,Rater\nMSP-PODCAST_0001_0008.wav,N,sad,r7\n",
    );
    write(msp.path(), "Audios/MSP-PODCAST_0001_0008.wav", "");
    let options = with_columns(&["emotion=Majority", "speaker=Rater"]);
    let corpus = Corpus::open_with(&msp.path().into(), &options).unwrap();
    let [clip] = &corpus.utterances[..] else {
        panic!("{:?}", corpus.utterances)
    };
    assert_eq!((clip.emotion.name(), clip.speaker_name()), ("sad", "r7"));
    assert_eq!(corpus.notes, []);

    let meld = tempfile::tempdir().unwrap();
    write(
        meld.path(),
        "train_sent_emo.csv",
        "Utterance,Speaker,Emotion,Sentiment,Dialogue_ID,Utterance_ID\nOh,Ross,joy,positive,0,0\n",
    );
    write(meld.path(), "train_splits/dia0_utt0.mp4", "");
    let options = with_columns(&["emotion=Sentiment", "speaker=", "split=Utterance"]);
    let corpus = Corpus::open_with(&meld.path().into(), &options).unwrap();
    let clip = &corpus.utterances[0];
    assert_eq!((clip.emotion.name(), &clip.speaker), ("positive", &None));
    let [note] = &corpus.notes[..] else {
        panic!("{:?}", corpus.notes)
    };
    let note = note.to_string();
    assert!(
        note.contains("--column is not used for the split, as"),
        "{note}"
    );
    for (columns, reason) in [
        (["emotion=Mood"], "there is no column \"Mood\""),
        (["emotion="], "no column is the emotion"),
    ] {
        let error = Corpus::open_with(&meld.path().into(), &with_columns(&columns)).unwrap_err();
        assert!(error.to_string().contains(reason), "{error}");
    }
}

#[test]
fn columns_that_no_corpus_has_are_noted() {
    let root = tempfile::tempdir().unwrap();
    for clip in [
        "polish/KS0_anger_1.wav",
        "folders/happy/1.wav",
        "mine/a.wav",
    ] {
        write(root.path(), clip, "");
    }
    write(root.path(), "mine/clips.csv", "path,mood\na.wav,joy\n");
    let options = with_columns(&["emotion=mood"]);
    let open = |path: &str| {
        Corpus::open_with(&CorpusSource::from(&root.path().join(path)), &options).unwrap()
    };
    let unused = |corpus: &Corpus| {
        let is_unused = |note: &&CorpusNote| matches!(note, CorpusNote::UnusedColumns { .. });
        corpus.notes.iter().filter(is_unused).count()
    };
    let names = ["polish", "folders"];
    for corpus in names.map(open) {
        assert_eq!(unused(&corpus), 1);
    }
    assert_eq!(unused(&Corpus::join(names.map(open).into()).unwrap()), 2);
    let with_manifest = ["polish", "folders", "mine/clips.csv"].map(open);
    assert_eq!(unused(&Corpus::join(with_manifest.into()).unwrap()), 0);
}
