//! Corpora by the names of their files, as their documentation gives them. The files are empty.

use std::fs;
use std::path::Path;

use undertone_corpus::{
    CodeBook, Corpus, CorpusError, CorpusNote, CorpusOptions, CorpusSource, Gender, LabelMap,
    Skipped, Subset,
};

fn folder(files: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for file in files {
        let path = folder.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, b"").unwrap();
    }
    folder
}

fn open_as(folder: &Path, id: &str) -> Result<Corpus, CorpusError> {
    let source: CorpusSource = format!("{id}:{}", folder.display()).parse().unwrap();
    Corpus::open_with(&source, &CorpusOptions::default())
}

/// What the only clip of a folder is recognized as: corpus, emotion, speaker, gender.
fn only(file: &str) -> (String, String, String, Option<Gender>) {
    let folder = folder(&[file]);
    let corpus = Corpus::open(folder.path()).unwrap();
    assert_eq!(corpus.skipped, [], "{file}");
    let [clip] = &corpus.utterances[..] else {
        panic!("{file}: one clip");
    };
    (
        corpus.sources[0].format.id().to_owned(),
        clip.emotion.to_string(),
        clip.speaker.clone().unwrap_or_default(),
        clip.gender,
    )
}

#[test]
fn the_names_of_each_corpus_are_read() {
    let (female, male) = (Some(Gender::Female), Some(Gender::Male));
    for (file, book, emotion, speaker, gender) in [
        ("1002_TIE_FEA_LO.wav", "crema-d", "fearful", "1002", female),
        ("1040_ITH_SAD_X.wav", "crema-d", "sad", "1040", male),
        ("TESS/YAF_youth_ps.wav", "tess", "surprised", "YAF", female),
        (
            "OAF_neutral/OA_bite_neutral.wav",
            "tess",
            "neutral",
            "OAF",
            female,
        ),
        ("AudioData/KL/sa15.wav", "savee", "sad", "KL", male),
        ("DC_a01.wav", "savee", "angry", "DC", male),
        ("wav/16a02Lb.wav", "emodb", "bored", "16", female),
        ("03b10Ec.wav", "emodb", "disgust", "03", male),
        ("EMOVO/m2/gio-m2-n5.wav", "emovo", "happy", "m2", male),
        ("samples/MP0_fear_12.wav", "nemo", "fearful", "MP0", male),
        ("03Happy/h3-02-01-02-09.wav", "ased", "happy", "09", female),
        ("Sad/SF11_F4_S99.wav", "urdu", "sad", "SF11", female),
        (
            "Sound Source/Happy/1157_mt_zeytin.wav",
            "turev",
            "happy",
            "1157",
            None,
        ),
        ("2/44-m-21-2-2-777.wav", "baved", "high-arousal", "44", male),
        ("0017/Sad/0017_001200.wav", "esd", "sad", "0017", female),
        (
            "male2_apologetic_7a_1.wav",
            "jl-corpus",
            "apologetic",
            "male2",
            male,
        ),
        (
            "F_07_NIPA_S_10_DISGUST_2.wav",
            "subesco",
            "disgust",
            "F_07",
            female,
        ),
        ("Happiness_C_B_canción.wav", "mesd", "happy", "C", None),
        ("Dégoût/Fort/12-D-2-6.wav", "cafe", "disgust", "12", female),
        ("happiness/h07 (3).wav", "aesdd", "happy", "3", None),
        ("male/M12W01.wav", "shemo", "surprised", "M12", male),
        (
            "jenie_Disgusted/disgust_1-28_0003.wav",
            "emov-db",
            "disgust",
            "jenie",
            female,
        ),
        (
            "Actor_02/03-01-03-01-01-01-02.m4a",
            "ravdess",
            "happy",
            "02",
            female,
        ),
    ] {
        let expected = (
            book.to_owned(),
            emotion.to_owned(),
            speaker.to_owned(),
            gender,
        );
        assert_eq!(only(file), expected, "{file}");
    }
}

#[test]
fn names_state_values_and_sets() {
    let folder_of = |file| Corpus::open(folder(&[file]).path()).unwrap().utterances;
    let clip = &folder_of("1001_DFA_ANG_HI.wav")[0];
    assert_eq!(clip.values.get("intensity"), Some(&3.0));
    let clip = &folder_of("1001_DFA_ANG_XX.wav")[0];
    assert_eq!(clip.values.get("intensity"), None);
    let clip = &folder_of("2/44-m-21-2-1-777.wav")[0];
    assert_eq!(clip.values.get("arousal"), Some(&1.0));
    let clip = &folder_of("0001/Angry/evaluation/0001_000351.wav")[0];
    assert_eq!(clip.split, Some(Subset::Validation));
}

#[test]
fn the_name_of_the_folder_itself_counts() {
    let folder = folder(&["bea_Amused/amused_1-15_0001.wav"]);
    let corpus = Corpus::open(&folder.path().join("bea_Amused")).unwrap();
    assert_eq!(corpus.utterances[0].speaker_name(), "bea");
}

#[test]
fn hidden_files_and_those_of_macos_are_not_searched() {
    let folder = folder(&[
        "03a01Fa.wav",
        "__MACOSX/._03a01Fa.wav",
        "__MACOSX/03a01Nc.wav",
        "._03a01Nc.wav",
        ".hidden/03a01Wa.wav",
    ]);
    let corpus = Corpus::open(folder.path()).unwrap();
    assert_eq!((corpus.utterances.len(), corpus.skipped.len()), (1, 0));
}

#[test]
fn a_second_copy_of_a_clip_is_skipped() {
    let folder = folder(&[
        "11kHz/1001_DFA_ANG_XX.wav",
        "11kHz/1001_DFA_SAD_XX.wav",
        "16kHz/1001_DFA_SAD_XX.flac",
    ]);
    let corpus = Corpus::open(folder.path()).unwrap();
    assert_eq!(corpus.utterances.len(), 2);
    let kept = folder.path().join("11kHz/1001_DFA_SAD_XX.wav");
    assert!(
        matches!(&corpus.skipped[..], [Skipped::Duplicate { kept: path, .. }] if *path == kept)
    );
}

#[test]
fn a_folder_that_is_another_corpus_than_the_named_one_is_refused() {
    let folder = folder(&["wav/03a01Fa.wav", "wav/16b10Wb.wav"]);
    let error = open_as(folder.path(), "CREMA_D").unwrap_err();
    assert!(
        matches!(&error, CorpusError::OtherCorpus { found: "emodb", .. }),
        "{error}"
    );
    let message = error.to_string();
    assert!(
        message.contains("not crema-d but emodb; give emodb:"),
        "{message}"
    );
    assert_eq!(
        open_as(folder.path(), "emo-db").unwrap().utterances.len(),
        2
    );
    let error = open_as(folder.path(), "manifest").unwrap_err().to_string();
    assert!(error.contains("no manifest"), "{error}");
}

#[test]
fn a_folder_with_two_corpora_needs_a_choice() {
    let folder = folder(&[
        "a/03a01Fa.wav",
        "a/16b10Wb.wav",
        "b/1001_DFA_ANG_XX.wav",
        "c/song.wav",
    ]);
    let error = Corpus::open(folder.path()).unwrap_err();
    let CorpusError::TwoCorpora { clips, .. } = &error else {
        panic!("{error}");
    };
    assert_eq!(*clips, [2, 1]);
    let corpus = open_as(folder.path(), "crema-d").unwrap();
    assert_eq!(corpus.utterances.len(), 1);
    let reasons: Vec<String> = corpus.skipped.iter().map(Skipped::to_string).collect();
    assert!(
        reasons[0].ends_with("skipped, not a name of CREMA-D but of EmoDB"),
        "{reasons:?}"
    );
    assert!(
        reasons[2].ends_with("skipped, not a name of CREMA-D"),
        "{reasons:?}"
    );
    assert!(matches!(
        &corpus.notes[..],
        [CorpusNote::FewNames {
            clips: 1,
            recordings: 4,
            ..
        }]
    ));
}

#[test]
fn a_folder_of_unknown_names_says_what_to_do() {
    let folder = folder(&["coughing/OXPA_4_7_0_27_0_0_0.wav", "laughing/2AV8_4_1.wav"]);
    let error = Corpus::open(folder.path()).unwrap_err();
    assert!(matches!(
        error,
        CorpusError::NotRecognized { recordings: 2, .. }
    ));
    let message = error.to_string();
    for words in ["crema-d:DIR", "manifest (.csv)", "audiofolder:DIR"] {
        assert!(message.contains(words), "{message}");
    }
    let error = open_as(folder.path(), "tess").unwrap_err().to_string();
    assert!(
        error.contains("none of 2 recordings is a clip of TESS"),
        "{error}"
    );
}

#[test]
fn an_unknown_format_in_front_of_a_path_is_said() {
    let source: CorpusSource = "cremad2:somewhere".parse().unwrap();
    assert_eq!(source.format, None);
    let error = Corpus::open_with(&source, &CorpusOptions::default())
        .unwrap_err()
        .to_string();
    assert!(
        error.contains(
            "unknown corpus \"cremad2\" (did you mean crema-d?); known are ravdess, crema-d"
        ),
        "{error}"
    );
    let named: CorpusSource = "CREMA-D:some:where".parse().unwrap();
    assert_eq!(named.to_string(), "crema-d:some:where");
}

#[test]
fn what_is_missing_of_the_official_counts_is_said() {
    let folder = folder(&["03a01Fa.wav", "16b10Wb.wav"]);
    let corpus = Corpus::open(folder.path()).unwrap();
    let info = &corpus.sources[0];
    let differences = info.differences();
    let of = |what: &str| {
        let mut differences = differences.iter();
        let found = differences
            .find(|difference| difference.what == what)
            .unwrap();
        (found.found, found.official)
    };
    assert_eq!(of("clips"), (2, 535));
    assert_eq!(of("bored"), (0, 81));
    assert_eq!(of("speakers"), (2, 10));
    assert_eq!(info.language.as_deref(), Some("German"));
    assert_eq!(info.book(), Some(CodeBook::find("emodb").unwrap()));
}

#[test]
fn labels_are_mapped_and_ignored_and_counted() {
    let files = ["03a01Fa.wav", "16b10Wb.wav", "16a02Lb.wav"];
    let folder = folder(&files);
    let labels = |map: &[&str], ignore: &[&str]| {
        let map: Vec<_> = map.iter().map(|text| text.parse().unwrap()).collect();
        let ignore: Vec<_> = ignore.iter().map(|text| text.parse().unwrap()).collect();
        CorpusOptions {
            labels: LabelMap::new(map, ignore).unwrap(),
            ..CorpusOptions::default()
        }
    };
    let options = labels(&["anger=hot anger"], &["boredom", "contempt"]);
    let corpus = Corpus::open_with(&folder.path().into(), &options).unwrap();
    let emotions: Vec<String> = corpus
        .emotion_counts()
        .keys()
        .map(ToString::to_string)
        .collect();
    assert_eq!(emotions, ["happy", "hot anger"]);
    let left_out: Vec<_> = corpus.left_out.labels.iter().collect();
    assert_eq!(left_out, [(&"bored".parse().unwrap(), &1)]);
    assert!(
        matches!(&corpus.notes[..], [CorpusNote::UnusedLabel { label }] if label.name() == "contempt")
    );
    assert_eq!(corpus.sources[0].found.clips, 3);
    let all = labels(&[], &["happy", "angry", "bored"]);
    let error = Corpus::open_with(&folder.path().into(), &all).unwrap_err();
    assert!(matches!(error, CorpusError::AllIgnored { .. }), "{error}");
}

#[test]
fn the_documentation_lists_each_code_book() {
    let docs = include_str!("../../../docs/corpus.md");
    for book in CodeBook::all() {
        let start = format!(
            "| `{}` | [{}]({}) | {} | {} |",
            book.id, book.name, book.source, book.language, book.kind
        );
        let mut lines = docs.lines();
        let row = lines.find(|line| line.starts_with(&start));
        let row = row.unwrap_or_else(|| panic!("docs/corpus.md has no row {start}"));
        let clips = book
            .official
            .clips
            .map(|clips| clips.to_string())
            .unwrap_or_default();
        assert!(row.contains(&format!("| {clips} |")), "{row}");
        assert!(row.contains(&book.terms.license), "{row}");
    }
}
