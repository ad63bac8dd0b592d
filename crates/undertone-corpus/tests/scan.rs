//! Scanning a folder for RAVDESS clips.

use std::fs;
use std::path::Path;

use undertone_corpus::{Corpus, CorpusError, Gender, Intensity, LabelScheme, Skipped};

fn touch(path: &Path) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, b"").unwrap();
}

fn names(corpus: &Corpus) -> Vec<String> {
    let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    corpus
        .utterances
        .iter()
        .map(|utterance| name(&utterance.path))
        .collect()
}

#[test]
fn clips_are_found_at_any_depth_in_the_order_of_their_names() {
    let folder = tempfile::tempdir().unwrap();
    for path in [
        "z/deep/er/03-01-02-01-01-01-02.wav",
        "03-01-05-02-01-01-10.FLAC",
        "Actor_01/03-01-01-01-01-01-01.Wav",
        "readme.txt",
        "Actor_01/03-01-01-01-01-01-01.txt",
    ] {
        touch(&folder.path().join(path));
    }
    let corpus = Corpus::open(folder.path()).unwrap();
    assert_eq!(
        names(&corpus),
        [
            "03-01-01-01-01-01-01.Wav",
            "03-01-02-01-01-01-02.wav",
            "03-01-05-02-01-01-10.FLAC"
        ]
    );
    assert_eq!(corpus.skipped, []);
    assert_eq!(corpus.missing.len(), 1440 - 3);
    assert_eq!(corpus.sources[0].format.id(), "ravdess");
    assert_eq!(corpus.root, folder.path());
    assert_eq!(
        corpus.speaker_counts().into_iter().collect::<Vec<_>>(),
        [(Some("01"), 1), (Some("02"), 1), (Some("10"), 1)]
    );
    assert_eq!(corpus.gender_counts()[&Some(Gender::Female)], 2);
    assert_eq!(corpus.intensity_counts()[&Some(Intensity::Strong)], 1);
    assert_eq!(
        corpus.label_counts(&LabelScheme::Sentiment3),
        [("negative", 1), ("neutral", 2), ("positive", 0)]
    );
}

#[test]
fn bad_names_are_reported_and_skipped() {
    let folder = tempfile::tempdir().unwrap();
    for name in [
        "03-01-01-02-01-01-01.wav",
        "interview.wav",
        "03-01-02-01-01-01-01.wav",
    ] {
        touch(&folder.path().join(name));
    }
    let corpus = Corpus::open(folder.path()).unwrap();
    assert_eq!(names(&corpus), ["03-01-02-01-01-01-01.wav"]);
    let words: Vec<String> = corpus.skipped.iter().map(Skipped::to_string).collect();
    assert_eq!(words.len(), 2);
    assert!(
        words[0].contains("03-01-01-02-01-01-01.wav: skipped"),
        "{words:?}"
    );
    assert!(
        words[0].ends_with("neutral has no strong intensity"),
        "{words:?}"
    );
    assert!(words[1].contains("1 part(s)"), "{words:?}");
}

#[test]
fn the_first_path_of_duplicates_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let flac = folder.path().join("Actor_01/03-01-01-01-01-01-01.flac");
    let wav = folder.path().join("Actor_01/03-01-01-01-01-01-01.wav");
    let copy = folder
        .path()
        .join("audio_speech/Actor_01/03-01-01-01-01-01-01.wav");
    for path in [&copy, &wav, &flac] {
        touch(path);
    }
    let corpus = Corpus::open(folder.path()).unwrap();
    assert_eq!(corpus.utterances[0].path, flac);
    assert_eq!(corpus.utterances.len(), 1);
    assert_eq!(
        corpus.skipped,
        [
            Skipped::Duplicate {
                path: wav,
                kept: flac.clone()
            },
            Skipped::Duplicate {
                path: copy,
                kept: flac
            }
        ]
    );
}

#[test]
fn a_path_that_is_not_a_corpus_has_an_error_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let open = |path: &Path| Corpus::open(path).unwrap_err();
    assert!(matches!(
        open(&folder.path().join("nowhere")),
        CorpusError::NotFound { .. }
    ));
    let empty = open(folder.path());
    assert!(matches!(empty, CorpusError::NoClips { .. }));
    assert!(empty.to_string().contains("no recording"), "{empty}");
    let text = folder.path().join("notes.txt");
    touch(&text);
    assert!(matches!(open(&text), CorpusError::NotACorpus { .. }));
    touch(&folder.path().join("a.wav"));
    touch(&folder.path().join("b.wav"));
    let message = open(folder.path()).to_string();
    assert!(
        message.contains("2 recordings of no known corpus") && message.contains("a.wav"),
        "{message}"
    );
}

#[test]
fn a_folder_named_like_a_recording_is_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    touch(&folder.path().join("take.wav/03-01-01-01-01-01-01.wav"));
    let corpus = Corpus::open(folder.path()).unwrap();
    assert_eq!((corpus.utterances.len(), corpus.skipped.len()), (1, 0));
}

#[cfg(unix)]
mod links {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    #[test]
    fn loops_end() {
        let folder = tempfile::tempdir().unwrap();
        let actor = folder.path().join("Actor_01");
        touch(&actor.join("03-01-01-01-01-01-01.wav"));
        symlink(folder.path(), actor.join("up")).unwrap();
        symlink(&actor, actor.join("self")).unwrap();
        let corpus = Corpus::open(folder.path()).unwrap();
        assert_eq!((corpus.utterances.len(), corpus.skipped.len()), (1, 0));
    }

    #[test]
    fn links_are_followed_and_broken_ones_reported() {
        let folder = tempfile::tempdir().unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        touch(&elsewhere.path().join("03-01-01-01-01-01-01.wav"));
        symlink(elsewhere.path(), folder.path().join("linked")).unwrap();
        let broken = folder.path().join("03-01-02-01-01-01-01.wav");
        symlink("gone", &broken).unwrap();
        symlink("gone", folder.path().join("gone.txt")).unwrap();
        let corpus = Corpus::open(folder.path()).unwrap();
        assert_eq!(corpus.utterances.len(), 1);
        assert_eq!(corpus.skipped.len(), 1);
        assert_eq!(corpus.skipped[0].path(), broken);
    }

    #[test]
    fn a_folder_that_cannot_be_listed_is_skipped() {
        let folder = tempfile::tempdir().unwrap();
        touch(&folder.path().join("03-01-01-01-01-01-01.wav"));
        let locked = folder.path().join("locked");
        fs::create_dir(&locked).unwrap();
        fs::set_permissions(&locked, fs::Permissions::from_mode(0o000)).unwrap();
        if fs::read_dir(&locked).is_ok() {
            eprintln!("skipped: this user may read every folder");
            return;
        }
        let corpus = Corpus::open(folder.path()).unwrap();
        fs::set_permissions(&locked, fs::Permissions::from_mode(0o700)).unwrap();
        assert_eq!(corpus.utterances.len(), 1);
        assert!(
            matches!(&corpus.skipped[..], [Skipped::Unreadable { path, .. }] if *path == locked)
        );
    }
}

mod vocal_channels {
    use undertone_corpus::{CorpusOptions, VocalChannels};

    use super::*;

    fn open_channels(folder: &Path, channels: VocalChannels) -> Result<Corpus, CorpusError> {
        let options = CorpusOptions {
            channels,
            ..CorpusOptions::default()
        };
        Corpus::open_with(&folder.into(), &options)
    }

    const SPEECH: &str = "Actor_01/03-01-02-01-01-01-01.wav";
    const SONG: &str = "Actor_01/03-02-02-01-01-01-01.wav";

    #[test]
    fn songs_are_left_out_and_counted_unless_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        touch(&folder.path().join(SPEECH));
        touch(&folder.path().join(SONG));
        let speech = Corpus::open(folder.path()).unwrap();
        assert_eq!(names(&speech), ["03-01-02-01-01-01-01.wav"]);
        assert_eq!((speech.left_out.channel, speech.skipped.len()), (1, 0));
        assert_eq!(speech.missing.len(), 1439);

        let song = open_channels(folder.path(), VocalChannels::Song).unwrap();
        assert_eq!(names(&song), ["03-02-02-01-01-01-01.wav"]);
        assert_eq!((song.left_out.channel, song.missing.len()), (1, 0));

        let all = open_channels(folder.path(), VocalChannels::All).unwrap();
        assert_eq!((all.utterances.len(), all.left_out.channel), (2, 0));
    }

    #[test]
    fn a_folder_of_songs_says_that_it_has_no_speech() {
        let folder = tempfile::tempdir().unwrap();
        touch(&folder.path().join(SONG));
        let error = Corpus::open(folder.path()).unwrap_err();
        assert!(matches!(
            error,
            CorpusError::OtherChannel { left_out: 1, .. }
        ));
        assert!(error.to_string().contains("vocal channel"), "{error}");
    }

    #[test]
    fn a_video_without_sound_is_skipped() {
        let folder = tempfile::tempdir().unwrap();
        touch(&folder.path().join("01-01-02-01-01-01-01.mp4"));
        touch(&folder.path().join("02-01-02-01-01-01-01.mp4"));
        let corpus = Corpus::open(folder.path()).unwrap();
        assert_eq!(names(&corpus), ["01-01-02-01-01-01-01.mp4"]);
        assert!(matches!(&corpus.skipped[..], [Skipped::Silent { .. }]));
    }

    #[test]
    fn the_audio_of_a_video_is_not_missing() {
        let folder = tempfile::tempdir().unwrap();
        touch(&folder.path().join("01-01-02-01-01-01-01.wav"));
        assert_eq!(Corpus::open(folder.path()).unwrap().missing.len(), 1439);
    }
}
