//! Several corpora as one.

use std::fs;
use std::path::Path;

use undertone_corpus::{
    Corpus, CorpusError, CorpusNote, CorpusOptions, CorpusSource, LabelMap, RavdessName, Segment,
    Skipped,
};

fn touch(root: &Path, files: &[&str]) {
    for file in files {
        let path = root.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, b"").unwrap();
    }
}

fn with_labels(map: &[&str], ignore: &[&str]) -> CorpusOptions {
    let map = map.iter().map(|mapping| mapping.parse().unwrap());
    let ignore = ignore.iter().map(|label| label.parse().unwrap());
    CorpusOptions {
        labels: LabelMap::new(map, ignore).unwrap(),
        ..CorpusOptions::default()
    }
}

fn speakers(corpus: &Corpus) -> Vec<&str> {
    corpus.speaker_counts().into_keys().flatten().collect()
}

#[test]
fn the_corpus_stands_in_front_of_its_speakers() {
    let root = tempfile::tempdir().unwrap();
    touch(
        root.path(),
        &["german/03a01Fa.wav", "polish/KS0_anger_1.wav"],
    );
    let open = |name: &str| Corpus::open(&root.path().join(name)).unwrap();
    let joined = Corpus::join(vec![open("german"), open("polish")]).unwrap();
    assert_eq!(speakers(&joined), ["EmoDB/03", "nEMO/KS0"]);
    assert_eq!(joined.root, root.path());
    let names: Vec<&str> = joined
        .sources
        .iter()
        .map(|info| info.name.as_str())
        .collect();
    assert_eq!(names, ["EmoDB", "nEMO"]);
    let one = Corpus::join(vec![open("german")]).unwrap();
    assert_eq!(speakers(&one), ["03"]);
    assert!(matches!(
        Corpus::join(Vec::new()),
        Err(CorpusError::NoCorpus)
    ));
}

#[test]
fn manifests_with_equal_names_get_numbers() {
    let root = tempfile::tempdir().unwrap();
    let manifest = "path,emotion,speaker\na.wav,sad,anna\n";
    for folder in ["one", "two"] {
        touch(&root.path().join(folder), &["a.wav"]);
        fs::write(root.path().join(folder).join("clips.csv"), manifest).unwrap();
    }
    let open = |name: &str| Corpus::open(&root.path().join(name).join("clips.csv")).unwrap();
    let joined = Corpus::join(vec![open("one"), open("two")]).unwrap();
    assert_eq!(speakers(&joined), ["clips 2/anna", "clips/anna"]);
    assert_eq!(joined.utterances[1].corpus, "clips 2");
    assert_eq!(joined.sources[1].name, "clips 2");
}

#[test]
fn two_folders_of_one_corpus_share_speakers_and_clips() {
    let root = tempfile::tempdir().unwrap();
    touch(
        root.path(),
        &[
            "a/1001_DFA_ANG_XX.wav",
            "a/1001_DFA_SAD_XX.wav",
            "b/1001_DFA_SAD_XX.wav",
            "b/1001_IEO_HAP_LO.wav",
        ],
    );
    let open = |name: &str| Corpus::open(&root.path().join(name)).unwrap();
    let joined = Corpus::join(vec![open("a"), open("b")]).unwrap();
    assert_eq!(
        (joined.utterances.len(), speakers(&joined)),
        (3, vec!["CREMA-D/1001"])
    );
    assert!(matches!(&joined.skipped[..], [Skipped::Duplicate { .. }]));
    assert!(matches!(
        &joined.notes[..],
        [CorpusNote::SameCorpus { clips: 1, .. }]
    ));
    let [info] = &joined.sources[..] else {
        panic!("{:?}", joined.sources)
    };
    let found = &info.found;
    assert_eq!((info.recordings, found.clips, found.speakers), (4, 3, 1));
    assert_eq!(found.emotions.values().sum::<usize>(), 3);
}

#[test]
fn parts_of_ravdess_complete_each_other() {
    let root = tempfile::tempdir().unwrap();
    touch(
        root.path(),
        &["a/03-01-01-01-01-01-01.wav", "b/03-01-01-01-01-01-02.wav"],
    );
    let open = |name: &str| Corpus::open(&root.path().join(name)).unwrap();
    let joined = Corpus::join(vec![open("a"), open("b")]).unwrap();
    assert_eq!(joined.missing.len(), 1438);
    let [info] = &joined.sources[..] else {
        panic!("{:?}", joined.sources)
    };
    assert_eq!(info.paths, [root.path().join("a"), root.path().join("b")]);
    assert_eq!((info.recordings, info.found.clips), (2, 2));
}

#[test]
fn a_joined_corpus_survives_its_manifest() {
    let root = tempfile::tempdir().unwrap();
    touch(
        root.path(),
        &["german/03a01Fa.wav", "polish/KS0_anger_1.wav"],
    );
    let open = |name: &str| Corpus::open(&root.path().join(name)).unwrap();
    let joined = Corpus::join(vec![open("german"), open("polish")]).unwrap();
    let csv = root.path().join("all.csv");
    joined.write_manifest(&csv).unwrap();
    let read = Corpus::open(&csv).unwrap();
    assert_eq!(read.utterances, joined.utterances);
    touch(root.path(), &["more/OAF_back_angry.wav"]);
    let again = Corpus::join(vec![read, open("more")]).unwrap();
    assert_eq!(speakers(&again), ["EmoDB/03", "TESS/OAF", "nEMO/KS0"]);
}

#[test]
fn two_halves_of_a_published_corpus_are_complete_together() {
    let root = tempfile::tempdir().unwrap();
    let names: Vec<String> = RavdessName::all_speech()
        .map(|name| format!("{name}.wav"))
        .collect();
    for (folder, half) in ["a", "b"].into_iter().zip(names.chunks(720)) {
        let half: Vec<&str> = half.iter().map(String::as_str).collect();
        touch(&root.path().join(folder), &half);
    }
    // Labels that are mapped or ignored are counted as the corpus has them.
    let options = with_labels(&["calm=neutral"], &["sad"]);
    let open = |name: &str| {
        Corpus::open_with(&CorpusSource::from(&root.path().join(name)), &options).unwrap()
    };
    let [a, b] = ["a", "b"].map(open);
    assert!(!a.sources[0].differences().is_empty());
    let joined = Corpus::join(vec![a, b]).unwrap();
    assert_eq!(joined.sources.len(), 1);
    assert_eq!(joined.sources[0].differences(), []);
    assert!(joined.missing.is_empty());
}

#[test]
fn segments_of_a_recording_are_no_copies_of_each_other() {
    let root = tempfile::tempdir().unwrap();
    touch(root.path(), &["1001_DFA_ANG_XX.wav"]);
    let rows = |file: &str, rows: &str| {
        let csv = root.path().join(file);
        let text = format!("path,emotion,speaker,corpus,start,end\n{rows}");
        fs::write(&csv, text).unwrap();
        Corpus::open(&csv).unwrap()
    };
    let row =
        |start: &str, end: &str| format!("1001_DFA_ANG_XX.wav,angry,1001,CREMA-D,{start},{end}\n");
    let first = rows("first.csv", &row("0", "1"));
    let second = rows("second.csv", &(row("1", "2") + &row("0", "1")));
    let joined = Corpus::join(vec![first, second]).unwrap();
    let segments: Vec<_> = joined.utterances.iter().map(|clip| clip.segment).collect();
    let segment = |start, end| Some(Segment::new(start, Some(end)).unwrap());
    assert_eq!(segments, [segment(0.0, 1.0), segment(1.0, 2.0)]);
    assert!(matches!(&joined.skipped[..], [Skipped::Duplicate { .. }]));
    // The copy is not counted.
    let counts: Vec<usize> = joined.sources.iter().map(|info| info.found.clips).collect();
    assert_eq!(counts, [1, 1]);
}

#[test]
fn a_label_that_one_corpus_has_is_no_unused_label() {
    let root = tempfile::tempdir().unwrap();
    touch(
        root.path(),
        &[
            "german/03a01Fa.wav",
            "german/03a01Wa.wav",
            "polish/KS0_anger_1.wav",
        ],
    );
    let options = with_labels(&["happy=content"], &["contempt"]);
    let open = |name: &str| {
        Corpus::open_with(&CorpusSource::from(&root.path().join(name)), &options).unwrap()
    };
    assert_eq!(open("polish").notes.len(), 2);
    let joined = Corpus::join(vec![open("polish"), open("german"), open("polish")]).unwrap();
    let unused: Vec<&str> = joined
        .notes
        .iter()
        .filter_map(|note| match note {
            CorpusNote::UnusedLabel { label } => Some(label.name()),
            _ => None,
        })
        .collect();
    assert_eq!(unused, ["contempt"]);
}
