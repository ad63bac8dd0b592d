//! Finding the columns of a manifest, its separator and its encoding.

use undertone_corpus::{
    ColumnName, ColumnNameError, ColumnNames, ColumnRole, Corpus, Emotion, Gender, ManifestError,
    NoteSubject, Segment, Subset,
};

mod support;

use support::manifest::{notes, opened, opened_with, refused, refused_with};

#[test]
fn columns_are_found_by_the_names_that_corpora_use() {
    for (header, speaker) in [
        ("file,label,speaker_id,sex,set", true),
        ("file_name,Class,SPEAKER,Gender,partition", true),
        ("FileName,EmoClass,SpkrID,Gender,Split_Set", true),
        ("audio,emotion label,spk,sex,subset", true),
        ("wav,emotion-label,actor,sex,split", true),
        ("filename,emotion,voice,gender,split", false),
    ] {
        let (_folder, corpus) = opened(format!("{header}\na.wav,sad,anna,F,dev\n"));
        let clip = &corpus.utterances[0];
        assert_eq!(clip.emotion, Emotion::Sad, "{header}");
        assert_eq!(
            clip.speaker.as_deref(),
            speaker.then_some("anna"),
            "{header}"
        );
        assert_eq!(clip.gender, Some(Gender::Female), "{header}");
        assert_eq!(clip.split, Some(Subset::Validation), "{header}");
    }
    for header in ["start,end", "Start_Time,End_Time", "onset,offset"] {
        let (_folder, corpus) = opened(format!("path,emotion,{header}\na.wav,sad,1,2\n"));
        let segment = corpus.utterances[0].segment;
        assert_eq!(
            segment,
            Some(Segment::new(1.0, Some(2.0)).unwrap()),
            "{header}"
        );
    }
}

#[test]
fn named_columns_win_over_those_with_known_names() {
    let text = "file,path,emotion,mood,V1,who\na.wav,b.wav,sad,happy,0.5,anna\n";
    let error = refused(text);
    assert!(matches!(
        &error,
        ManifestError::TwoColumns { role: ColumnRole::Path, columns } if columns == &["file", "path"]
    ));
    assert!(error.to_string().contains("--column path=file"), "{error}");

    let names = ["path=path", "emotion=Mood", "value=V1", "speaker=who"];
    let (folder, corpus) = opened_with(text, &names);
    let clip = &corpus.utterances[0];
    assert_eq!(clip.path, folder.path().join("b.wav"));
    assert_eq!((clip.emotion, clip.values["V1"]), (Emotion::Happy, 0.5));
    assert_eq!(clip.speaker_name(), "anna");

    let (_folder, corpus) = opened_with(text, &["path=file", "arousal=V1", "emotion="]);
    let clip = &corpus.utterances[0];
    assert!(clip.emotion.is_unlabeled());
    assert_eq!(clip.values["arousal"], 0.5);

    assert!(matches!(
        refused_with(text, &["path=clip"]),
        ManifestError::UnknownColumn { column, found }
            if column == "clip" && found == "file, path, emotion, mood, V1, who"
    ));
}

#[test]
fn a_column_can_take_the_role_of_another_name() {
    let text = "file,label,class\na.wav,3,sad\nb.wav,4,sad\n";
    let (_folder, corpus) = opened_with(text, &["value=label"]);
    assert_eq!(corpus.utterances[0].values["label"], 3.0);
    assert_eq!(corpus.utterances[0].emotion, Emotion::Sad);
}

#[test]
fn unclear_columns_are_refused() {
    use ManifestError as E;
    let repeated = refused("path,emotion,emotion\na.wav,sad,calm\n");
    assert!(matches!(repeated, E::RepeatedColumn { column } if column == "emotion"));
    let similar = refused("path,emotion,Emotion\na.wav,sad,calm\n");
    assert!(matches!(
        similar,
        E::TwoColumns {
            role: ColumnRole::Emotion,
            ..
        }
    ));
    let (_folder, corpus) = opened_with(
        "path,emotion,Emotion\na.wav,sad,calm\n",
        &["emotion=Emotion"],
    );
    assert_eq!(corpus.utterances[0].emotion, Emotion::Calm);

    let end = refused("path,emotion,offset\na.wav,sad,2\n");
    assert!(matches!(&end, E::EndWithoutStart { column } if column == "offset"));
    let (_folder, corpus) = opened_with("path,emotion,offset\na.wav,sad,2\n", &["end="]);
    assert_eq!(corpus.utterances[0].segment, None);

    let many = format!("{}\nx\n", "column,".repeat(1000));
    assert!(refused(many).to_string().len() < 500);
}

#[test]
fn the_names_of_columns_are_checked() {
    use ColumnNameError as E;
    let parse = |text: &str| text.parse::<ColumnName>().unwrap_err();
    assert_eq!(parse("file"), E::NotAChoice("file".to_owned()));
    assert_eq!(parse("value="), E::NotAChoice("value=".to_owned()));
    assert_eq!(parse("mood=x"), E::UnknownRole("mood".to_owned()));
    let twice = ["path=a", "path=b"].map(|text| text.parse::<ColumnName>().unwrap());
    assert_eq!(ColumnNames::new(twice), Err(E::Twice(ColumnRole::Path)));
    let both = ["value=a", "value=b"].map(|text| text.parse::<ColumnName>().unwrap());
    assert!(ColumnNames::new(both).is_ok());
}

#[test]
fn a_number_column_that_holds_words_is_noted_and_not_used() {
    let text = "path,emotion,intensity\na.wav,sad,strong\nb.wav,sad,weak\n";
    let (_folder, corpus) = opened(text);
    assert_eq!(corpus.utterances.len(), 2);
    assert!(corpus.utterances.iter().all(|clip| clip.values.is_empty()));
    assert!(matches!(
        notes(&corpus)[..],
        [NoteSubject::NoNumbers { column, .. }] if column == "intensity"
    ));
    // Named, it has to be numbers.
    let (folder, csv) = support::manifest::manifest(text);
    let named = support::manifest::columns(&["intensity=intensity"]);
    assert!(support::manifest::open_columns(&csv, named).is_err());
    drop(folder);
    // Without a label either, the manifest says nothing.
    assert!(matches!(
        refused("path,intensity\na.wav,strong\n"),
        ManifestError::MissingColumn {
            role: ColumnRole::Emotion,
            ..
        }
    ));
    let (_folder, corpus) = opened("path,emotion,intensity\na.wav,sad,\nb.wav,sad,2\n");
    assert_eq!(corpus.utterances[1].values["intensity"], 2.0);
}

#[test]
fn msp_letters_are_read_where_the_column_is_msps() {
    let letters = ["A", "H", "S", "U", "F", "D", "C", "N", "O", "X"];
    let names = [
        "angry",
        "happy",
        "sad",
        "surprised",
        "fearful",
        "disgust",
        "contempt",
        "neutral",
        "other",
        "undecided",
    ];
    for (letter, name) in letters.into_iter().zip(names) {
        let (_folder, corpus) = opened(format!("FileName,EmoClass\na.wav,{letter}\n"));
        assert_eq!(corpus.utterances[0].emotion.name(), name);
        let (_folder, corpus) = opened(format!("path,emotion\na.wav,{letter}\n"));
        assert_eq!(corpus.utterances[0].emotion.name(), letter.to_lowercase());
    }
    for (word, split) in [
        ("Train", Subset::Train),
        ("Development", Subset::Validation),
        ("Test1", Subset::Test),
        ("Test2", Subset::Test),
        ("Test3", Subset::Test),
        ("eval", Subset::Test),
        ("dev", Subset::Validation),
    ] {
        let (_folder, corpus) = opened(format!("FileName,EmoClass,Split_Set\na.wav,A,{word}\n"));
        assert_eq!(corpus.utterances[0].split, Some(split), "{word}");
    }
}

#[test]
fn commas_semicolons_and_tabs_separate_fields() {
    let rows = |separator: &str| {
        let lines = [["path", "emotion", "speaker", "arousal", "start", "end"].join(separator)];
        let fields = ["sad", "Doe", "\"1,5\"", "\"0,5\"", "\"00:01,5\""].join(separator);
        let rows = ["a.wav", "b.wav"].map(|clip| [clip, &fields].join(separator));
        [&lines[..], &rows[..]].concat().join("\r\n")
    };
    for separator in [";", "\t"] {
        let (_folder, corpus) = opened(rows(separator));
        let clip = &corpus.utterances[1];
        assert_eq!((clip.values["arousal"], clip.speaker_name()), (1.5, "Doe"));
        assert_eq!(clip.segment, Some(Segment::new(0.5, Some(1.5)).unwrap()));
    }
    let (_folder, csv) = support::manifest::manifest(rows(","));
    let error = Corpus::open(&csv).unwrap_err().to_string();
    assert!(error.contains("\"0,5\" in the column \"start\""), "{error}");

    // Known names count for more than the number of fields.
    let (_folder, corpus) = opened("path\temotion\ta, b, c, d\na.wav\tsad\t\n");
    assert_eq!(corpus.utterances.len(), 1);
    let (_folder, corpus) = opened("sep=;\r\npath;emotion\r\na.wav;sad\r\nb.wav;\r\n");
    assert!(corpus.skipped[0].to_string().contains("line 4"));
    let (_folder, corpus) = opened_with("clip;mood\na.wav;sad\n", &["path=clip", "emotion=mood"]);
    assert_eq!(corpus.utterances.len(), 1);
}

#[test]
fn utf_8_utf_16_and_latin_1_are_read() {
    let text = "path,emotion,speaker\na.wav,sad,Jürgen\nb.wav,sad,anna\n";
    let utf_16 = |to_bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(to_bytes).collect();
    let little: Vec<u8> = utf_16(u16::to_le_bytes);
    let big: Vec<u8> = utf_16(u16::to_be_bytes);
    let latin_1: Vec<u8> = text
        .chars()
        .map(|char| u8::try_from(char).unwrap())
        .collect();
    for (bytes, windows_1252) in [
        (text.as_bytes().to_vec(), false),
        ([b"\xEF\xBB\xBF", text.as_bytes()].concat(), false),
        ([b"\xFF\xFE", &little[..]].concat(), false),
        ([b"\xFE\xFF", &big[..]].concat(), false),
        (little.clone(), false),
        (big, false),
        (latin_1.clone(), true),
        ([b"\xEF\xBB\xBF", &latin_1[..]].concat(), true),
    ] {
        let (_folder, corpus) = opened(bytes);
        assert_eq!(corpus.utterances[0].speaker_name(), "Jürgen");
        assert_eq!(corpus.utterances.len(), 2);
        assert_eq!(
            notes(&corpus).contains(&&NoteSubject::Windows1252),
            windows_1252
        );
    }
    let cut = [b"\xFF\xFE", &little[..little.len() - 1]].concat();
    assert!(matches!(refused(cut), ManifestError::NotText));
}

#[test]
fn lines_can_end_as_on_old_macs() {
    let (_folder, corpus) = opened("path,emotion\ra.wav,sad\rb.wav,\r");
    assert_eq!(corpus.utterances.len(), 1);
    assert!(corpus.skipped[0].to_string().contains("line 3"));
}

#[test]
fn paths_of_windows_lead_to_their_files() {
    let (folder, corpus) = opened("path,emotion\nsub\\c d.wav,sad\n");
    assert_eq!(corpus.utterances[0].path, folder.path().join("sub/c d.wav"));
}
