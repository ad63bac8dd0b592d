//! Several corpora as one.

use std::fs;
use std::path::Path;

use undertone_corpus::{Corpus, CorpusError, CorpusNote, Skipped};

fn touch(root: &Path, files: &[&str]) {
    for file in files {
        let path = root.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, b"").unwrap();
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
