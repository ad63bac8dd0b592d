//! Fetching, against a server of our own.

#![cfg(feature = "fetch")]

mod server;

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use md5::{Digest, Md5};
use server::{Behavior, Server};
use tempfile::TempDir;
use undertone_corpus::Corpus;
use undertone_corpus::fetch::{FetchError, Fetched, Progress, Source, fetch};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const CLIPS: [&str; 3] = [
    "Actor_01/03-01-01-01-01-01-01.wav",
    "Actor_01/03-01-02-01-01-01-01.wav",
    "Actor_24/03-01-08-02-02-02-24.wav",
];

/// A zip with the given entries, each of 50 kB.
fn zip_of(entries: &[&str]) -> Vec<u8> {
    let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (number, entry) in entries.iter().enumerate() {
        zip.start_file(*entry, SimpleFileOptions::default())
            .unwrap();
        let mut state = number as u32 + 1;
        let noise: Vec<u8> = (0..50_000)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 24) as u8
            })
            .collect();
        zip.write_all(&noise).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn source(server: &Server, archive: &[u8]) -> Source {
    Source {
        base_url: server.url(),
        archive: "clips.zip".to_owned(),
        size: archive.len() as u64,
        md5: Md5::digest(archive)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect(),
    }
}

/// A server for an archive of [`CLIPS`], that archive, its source, and an empty folder.
fn set_up(behavior: Behavior) -> (Server, Vec<u8>, Source, TempDir) {
    let archive = zip_of(&CLIPS);
    let server = Server::start(archive.clone(), behavior);
    let source = source(&server, &archive);
    (server, archive, source, tempfile::tempdir().unwrap())
}

fn run(source: &Source, out: &Path) -> Result<Fetched, FetchError> {
    fetch(source, out, |_| {})
}

#[track_caller]
fn assert_all_there(out: &Path) {
    let corpus = Corpus::open(out).unwrap();
    assert_eq!(
        (corpus.utterances.len(), corpus.problems.len()),
        (CLIPS.len(), 0)
    );
    for clip in CLIPS {
        assert_eq!(fs::metadata(out.join(clip)).unwrap().len(), 50_000);
    }
    assert!(!out.join("clips.zip.part").exists());
}

#[test]
fn ravdess_lies_at_zenodo() {
    assert_eq!(
        Source::ravdess().url(),
        "https://zenodo.org/records/1188976/files/Audio_Speech_Actors_01-24.zip?download=1"
    );
}

#[test]
fn everything_is_downloaded_checked_and_unpacked() {
    let (server, archive, source, out) = set_up(Behavior::default());
    let mut seen = Vec::new();
    let out = out.path().join("new/folder");
    let fetched = fetch(&source, &out, |progress| seen.push(progress)).unwrap();
    assert_eq!((fetched.clips, fetched.already_there), (3, false));
    assert_all_there(&out);
    let total = archive.len() as u64;
    assert_eq!(seen[0], Progress::Downloading { done: 0, total });
    assert!(seen.contains(&Progress::Downloading { done: total, total }));
    assert!(seen.contains(&Progress::Checking { done: total, total }));
    assert_eq!(
        seen.last(),
        Some(&Progress::Unpacking { done: 3, total: 3 })
    );
    assert_eq!(server.requests(), ["/clips.zip?download=1 from 0"]);
}

#[test]
fn a_second_call_has_nothing_to_do_until_a_clip_is_gone() {
    let (server, _, source, out) = set_up(Behavior::default());
    run(&source, out.path()).unwrap();
    let again = run(&source, out.path()).unwrap();
    assert_eq!((again.clips, again.already_there), (3, true));
    assert_eq!(server.requests().len(), 1);
    fs::remove_file(out.path().join(CLIPS[1])).unwrap();
    assert!(!run(&source, out.path()).unwrap().already_there);
    assert_all_there(out.path());
}

#[test]
fn a_broken_off_download_goes_on_where_it_stopped() {
    let (server, archive, source, out) = set_up(Behavior {
        break_first_at: Some(70_000),
        ..Behavior::default()
    });
    let error = run(&source, out.path()).unwrap_err();
    assert!(
        error.to_string().contains("run the same command again"),
        "{error}"
    );
    let FetchError::Interrupted { done, total, .. } = error else {
        panic!("{error}")
    };
    assert_eq!((done, total), (70_000, archive.len() as u64));
    run(&source, out.path()).unwrap();
    assert_all_there(out.path());
    assert_eq!(server.requests()[1], "/clips.zip?download=1 from 70000");
}

#[test]
fn a_server_without_ranges_is_asked_for_everything() {
    let (_server, archive, source, out) = set_up(Behavior {
        no_ranges: true,
        ..Behavior::default()
    });
    fs::write(out.path().join("clips.zip.part"), &archive[..1000]).unwrap();
    run(&source, out.path()).unwrap();
    assert_all_there(out.path());
}

#[test]
fn a_server_that_answers_another_range_is_asked_for_everything() {
    let (server, archive, source, out) = set_up(Behavior {
        wrong_range: true,
        ..Behavior::default()
    });
    fs::write(out.path().join("clips.zip.part"), &archive[..1000]).unwrap();
    run(&source, out.path()).unwrap();
    assert_all_there(out.path());
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn a_beginning_that_is_not_the_archives_is_downloaded_anew() {
    let (server, archive, source, out) = set_up(Behavior::default());
    for length in [1000, archive.len(), archive.len() + 5] {
        fs::write(out.path().join("clips.zip.part"), vec![7; length]).unwrap();
        let _ = fs::remove_file(out.path().join("clips.zip.unpacked"));
        run(&source, out.path()).unwrap();
        assert_all_there(out.path());
    }
    let starts: Vec<bool> = server
        .requests()
        .iter()
        .map(|request| request.ends_with("from 0"))
        .collect();
    assert_eq!(starts, [false, true, true, true]);
}

#[test]
fn a_finished_download_is_only_unpacked() {
    let (server, archive, source, out) = set_up(Behavior::default());
    fs::write(out.path().join("clips.zip.part"), &archive).unwrap();
    run(&source, out.path()).unwrap();
    assert_all_there(out.path());
    assert!(server.requests().is_empty());
}

#[test]
fn an_interrupted_unpacking_is_completed() {
    let (_server, archive, source, out) = set_up(Behavior::default());
    fs::write(out.path().join("clips.zip.part"), &archive).unwrap();
    fs::create_dir(out.path().join("Actor_01")).unwrap();
    fs::write(out.path().join(CLIPS[0]), b"cut short by something else").unwrap();
    fs::write(
        out.path().join("Actor_01/03-01-02-01-01-01-01.wav.part"),
        b"half",
    )
    .unwrap();
    run(&source, out.path()).unwrap();
    assert_all_there(out.path());
    assert!(
        !out.path()
            .join("Actor_01/03-01-02-01-01-01-01.wav.part")
            .exists()
    );
}

#[test]
fn an_archive_put_there_by_hand_is_used_and_kept() {
    let (server, archive, source, out) = set_up(Behavior::default());
    let by_hand = out.path().join("clips.zip");
    fs::write(&by_hand, &archive).unwrap();
    run(&source, out.path()).unwrap();
    assert_all_there(out.path());
    assert!(by_hand.exists() && server.requests().is_empty());

    let other = tempfile::tempdir().unwrap();
    for wrong in [vec![7; archive.len()], vec![7; 10]] {
        fs::write(other.path().join("clips.zip"), wrong).unwrap();
        let error = run(&source, other.path()).unwrap_err();
        assert!(matches!(error, FetchError::NotTheArchive { .. }), "{error}");
        assert!(other.path().join("clips.zip").exists());
    }
}

#[test]
fn a_wrong_hash_removes_the_download_and_unpacks_nothing() {
    let (_server, _, source, out) = set_up(Behavior::default());
    let expected = "0".repeat(32);
    let error = run(
        &Source {
            md5: expected,
            ..source
        },
        out.path(),
    )
    .unwrap_err();
    assert!(matches!(error, FetchError::WrongHash { .. }), "{error}");
    assert_eq!(fs::read_dir(out.path()).unwrap().count(), 0);
}

#[test]
fn a_wrong_size_is_refused_and_keeps_what_there_was() {
    let (_server, archive, source, out) = set_up(Behavior::default());
    let part = out.path().join("clips.zip.part");
    fs::write(&part, &archive[..1000]).unwrap();
    let total = archive.len() as u64;
    for size in [total - 10, total + 10] {
        let source = Source {
            size,
            ..source.clone()
        };
        match run(&source, out.path()).unwrap_err() {
            FetchError::WrongSize {
                expected, found, ..
            } => {
                assert_eq!((expected, found), (size, total));
            }
            error => panic!("{error}"),
        }
        assert_eq!(fs::metadata(&part).unwrap().len(), 1000);
    }
}

#[test]
fn a_body_without_a_length_is_not_taken_beyond_the_size() {
    let (_server, archive, source, out) = set_up(Behavior {
        no_length: true,
        no_ranges: true,
        ..Behavior::default()
    });
    run(&source, out.path()).unwrap();
    assert_all_there(out.path());
    let other = tempfile::tempdir().unwrap();
    let source = Source {
        size: archive.len() as u64 - 10,
        ..source
    };
    let error = run(&source, other.path()).unwrap_err();
    assert!(matches!(error, FetchError::WrongSize { .. }), "{error}");
}

#[test]
fn refusals_say_what_to_do() {
    for (status, retry_after, advice) in [
        ("404 Not Found", None, "by hand"),
        ("410 Gone", None, "by hand"),
        ("429 Too Many Requests", Some("30"), "try again in 30 s"),
        ("503 Service Unavailable", None, "in a few minutes"),
        (
            "503 Service Unavailable",
            Some("Fri, 31 Dec 2027 23:59:59 GMT"),
            "after Fri, 31 Dec",
        ),
        ("500 Internal Server Error", None, "HTTP 500"),
    ] {
        let (_server, archive, source, out) = set_up(Behavior {
            refuse: Some((status, retry_after)),
            ..Behavior::default()
        });
        let part = out.path().join("clips.zip.part");
        fs::write(&part, &archive[..1000]).unwrap();
        let message = run(&source, out.path()).unwrap_err().to_string();
        assert!(message.contains(advice), "{status}: {message}");
        assert_eq!(fs::metadata(&part).unwrap().len(), 1000, "{status}");
    }
}

#[test]
fn a_server_that_is_not_there_is_an_error() {
    let (server, _, mut source, out) = set_up(Behavior::default());
    drop(server);
    source.base_url = "http://127.0.0.1:1".to_owned();
    let error = run(&source, out.path()).unwrap_err();
    assert!(matches!(error, FetchError::Unreachable { .. }), "{error}");
}

#[test]
fn a_target_that_cannot_be_written_is_an_error() {
    let (_server, _, source, out) = set_up(Behavior::default());
    let file = out.path().join("file");
    fs::write(&file, b"").unwrap();
    let error = run(&source, &file.join("below")).unwrap_err();
    assert!(
        matches!(&error, FetchError::Io { path, .. } if path.starts_with(&file)),
        "{error}"
    );
    // A folder stands where a clip has to go.
    fs::create_dir_all(out.path().join(CLIPS[2]).join("full")).unwrap();
    let error = run(&source, out.path()).unwrap_err();
    assert!(
        matches!(&error, FetchError::Io { path, .. } if path.ends_with(CLIPS[2])),
        "{error}"
    );
}

#[test]
fn two_at_once_do_not_write_into_one_file() {
    let (_server, _, source, out) = set_up(Behavior::default());
    let part = File::create(out.path().join("clips.zip.part")).unwrap();
    part.lock().unwrap();
    let error = run(&source, out.path()).unwrap_err();
    assert!(
        matches!(error, FetchError::AlreadyRunning { .. }),
        "{error}"
    );
}

#[test]
fn an_entry_that_leads_out_of_the_folder_stops_everything() {
    let name = "03-01-01-01-01-01-01.wav";
    for evil in [format!("../Actor_01/{name}"), "../evil.txt".to_owned()] {
        let archive = zip_of(&[CLIPS[2], &evil]);
        let server = Server::start(archive.clone(), Behavior::default());
        let parent = tempfile::tempdir().unwrap();
        let out = parent.path().join("out");
        let error = run(&source(&server, &archive), &out).unwrap_err();
        assert!(matches!(&error, FetchError::UnsafeEntry { entry, .. } if *entry == evil));
        assert!(!out.join("Actor_24").exists() && !parent.path().join("Actor_01").exists());
    }
}

#[test]
fn only_clips_in_their_folders_are_unpacked() {
    let strangers = [
        "readme.txt",
        "Actor_02/03-01-01-01-01-01-01.wav",
        "Actor_01/03-01-01-02-01-01-01.wav",
    ];
    let archive = zip_of(&[&CLIPS[..], &strangers].concat());
    let server = Server::start(archive.clone(), Behavior::default());
    let out = tempfile::tempdir().unwrap();
    let fetched = run(&source(&server, &archive), out.path()).unwrap();
    assert_eq!(fetched.ignored, strangers);
    assert_all_there(out.path());
}

#[test]
fn an_archive_without_clips_or_no_archive_at_all_is_an_error() {
    for archive in [zip_of(&["readme.txt"]), b"not a zip".to_vec()] {
        let server = Server::start(archive.clone(), Behavior::default());
        let out = tempfile::tempdir().unwrap();
        let error = run(&source(&server, &archive), out.path()).unwrap_err();
        assert!(matches!(error, FetchError::Archive { .. }), "{error}");
    }
}
