//! Archives of clips.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use md5::{Digest, Md5};
use tempfile::TempDir;
use undertone_corpus::{Corpus, RavdessName};
use undertone_download::archive::{Archive, ArchiveError, Fetched, fetch};
use undertone_download::{Step, TransferError};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::server::{Response, Server};

const CLIPS: [&str; 3] = [
    "Actor_01/03-01-01-01-01-01-01.wav",
    "Actor_01/03-01-02-01-01-01-01.wav",
    "Actor_24/03-01-08-02-02-02-24.wav",
];

/// Faults of the server.
#[derive(Default, Clone, Copy)]
struct Behavior {
    /// Closes the first connection after this many bytes of the body.
    break_first_at: Option<usize>,
    /// Ignores `Range`.
    no_ranges: bool,
    /// Sends a range that begins elsewhere.
    wrong_range: bool,
    /// Sends no `Content-Length`.
    no_length: bool,
    /// Answers with this status and, if given, this `Retry-After`.
    refuse: Option<(&'static str, Option<&'static str>)>,
}

/// Serve `content` under every path.
fn serve(content: Vec<u8>, behavior: Behavior) -> Server {
    let is_first = AtomicBool::new(true);
    Server::start(move |request| {
        if let Some((status, retry_after)) = behavior.refuse {
            let response = Response::new(status);
            return match retry_after {
                Some(value) => response.header("Retry-After", value),
                None => response,
            };
        }
        let from = match request.from() {
            from if from == 0 || behavior.no_ranges => 0,
            from => from + usize::from(behavior.wrong_range),
        };
        let is_first = is_first.swap(false, Ordering::SeqCst);
        Response {
            no_length: behavior.no_length,
            break_at: behavior.break_first_at.filter(|_| is_first),
            ..Response::file(&content, from)
        }
    })
}

/// The requests since the last call: `PATH from FIRST_BYTE`.
fn requests(server: &Server) -> Vec<String> {
    let requests = server.take_requests().into_iter();
    requests
        .map(|request| format!("{} from {}", request.path, request.from()))
        .collect()
}

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

fn archive(server: &Server, content: &[u8]) -> Archive {
    Archive {
        base_url: server.url(),
        file_name: "clips.zip".to_owned(),
        page: "https://page".to_owned(),
        size: content.len() as u64,
        md5: Md5::digest(content)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect(),
    }
}

/// A server for an archive of [`CLIPS`], that archive and its content, and an empty folder.
fn set_up(behavior: Behavior) -> (Server, Vec<u8>, Archive, TempDir) {
    let content = zip_of(&CLIPS);
    let server = serve(content.clone(), behavior);
    let archive = archive(&server, &content);
    (server, content, archive, tempfile::tempdir().unwrap())
}

fn run(archive: &Archive, out: &Path) -> Result<Fetched, ArchiveError> {
    fetch(archive, out, RavdessName::clip_path, |_| {})
}

/// Whether an error is of the disk and names a path.
fn is_about(error: &ArchiveError, path: &Path) -> bool {
    let message = error.to_string();
    matches!(error, ArchiveError::Transfer(TransferError::Io(_)))
        && message.contains(&path.display().to_string())
}

#[track_caller]
fn assert_all_there(out: &Path) {
    let corpus = Corpus::open(out).unwrap();
    assert_eq!(
        (corpus.utterances.len(), corpus.skipped.len()),
        (CLIPS.len(), 0)
    );
    for clip in CLIPS {
        assert_eq!(fs::metadata(out.join(clip)).unwrap().len(), 50_000);
    }
    assert!(!out.join("clips.zip.part").exists());
}

#[test]
fn ravdess_has_the_address_at_zenodo() {
    assert_eq!(
        Archive::ravdess().url(),
        "https://zenodo.org/records/1188976/files/Audio_Speech_Actors_01-24.zip?download=1"
    );
}

#[test]
fn an_archive_is_downloaded_checked_and_unpacked() {
    let (server, content, archive, out) = set_up(Behavior::default());
    let mut seen = Vec::new();
    let out = out.path().join("new/folder");
    let fetched = fetch(&archive, &out, RavdessName::clip_path, |progress| {
        assert_eq!(progress.file, "clips.zip");
        seen.push((progress.step, progress.done, progress.total));
    })
    .unwrap();
    assert_eq!((fetched.clips, fetched.already_there), (3, false));
    assert_all_there(&out);
    let total = content.len() as u64;
    assert_eq!(seen[0], (Step::Downloading, 0, total));
    assert!(seen.contains(&(Step::Downloading, total, total)));
    assert!(seen.contains(&(Step::Checking, total, total)));
    assert_eq!(seen.last(), Some(&(Step::Unpacking, 3, 3)));
    assert_eq!(requests(&server), ["/clips.zip?download=1 from 0"]);
}

#[test]
fn a_second_call_does_nothing_until_a_clip_is_missing() {
    let (server, _, archive, out) = set_up(Behavior::default());
    run(&archive, out.path()).unwrap();
    let again = run(&archive, out.path()).unwrap();
    assert_eq!((again.clips, again.already_there), (3, true));
    assert_eq!(requests(&server).len(), 1);
    fs::remove_file(out.path().join(CLIPS[1])).unwrap();
    assert!(!run(&archive, out.path()).unwrap().already_there);
    assert_all_there(out.path());
}

#[test]
fn a_clip_that_has_changed_is_unpacked_again() {
    let (_server, _, archive, out) = set_up(Behavior::default());
    let first = run(&archive, out.path()).unwrap();
    let clip = out.path().join(CLIPS[1]);
    let whole = fs::read(&clip).unwrap();
    let mut damaged = whole.clone();
    damaged[25_000] ^= 1;
    fs::write(&clip, damaged).unwrap();
    let again = run(&archive, out.path()).unwrap();
    assert!(!again.already_there);
    assert_eq!(
        (again.clips, fs::read(&clip).unwrap()),
        (first.clips, whole)
    );
    assert!(run(&archive, out.path()).unwrap().already_there);
}

#[test]
fn an_interrupted_download_is_resumed() {
    let (server, content, archive, out) = set_up(Behavior {
        break_first_at: Some(70_000),
        ..Behavior::default()
    });
    let error = run(&archive, out.path()).unwrap_err();
    assert!(
        error.to_string().contains("run the same command again"),
        "{error}"
    );
    let ArchiveError::Transfer(TransferError::Interrupted { done, total, .. }) = error else {
        panic!("{error}")
    };
    assert_eq!((done, total), (70_000, content.len() as u64));
    run(&archive, out.path()).unwrap();
    assert_all_there(out.path());
    assert_eq!(requests(&server)[1], "/clips.zip?download=1 from 70000");
}

#[test]
fn a_server_without_ranges_sends_the_whole_archive() {
    let (_server, content, archive, out) = set_up(Behavior {
        no_ranges: true,
        ..Behavior::default()
    });
    fs::write(out.path().join("clips.zip.part"), &content[..1000]).unwrap();
    run(&archive, out.path()).unwrap();
    assert_all_there(out.path());
}

#[test]
fn a_server_that_sends_another_range_is_asked_for_the_whole_archive() {
    let (server, content, archive, out) = set_up(Behavior {
        wrong_range: true,
        ..Behavior::default()
    });
    fs::write(out.path().join("clips.zip.part"), &content[..1000]).unwrap();
    run(&archive, out.path()).unwrap();
    assert_all_there(out.path());
    assert_eq!(requests(&server).len(), 2);
}

#[test]
fn a_wrong_partial_archive_is_downloaded_again() {
    let (server, content, archive, out) = set_up(Behavior::default());
    for length in [1000, content.len(), content.len() + 5] {
        fs::write(out.path().join("clips.zip.part"), vec![7; length]).unwrap();
        let _ = fs::remove_file(out.path().join("clips.zip.unpacked"));
        run(&archive, out.path()).unwrap();
        assert_all_there(out.path());
    }
    let starts: Vec<bool> = requests(&server)
        .iter()
        .map(|request| request.ends_with("from 0"))
        .collect();
    assert_eq!(starts, [false, true, true, true]);
}

#[test]
fn a_finished_download_is_only_unpacked() {
    let (server, content, archive, out) = set_up(Behavior::default());
    fs::write(out.path().join("clips.zip.part"), &content).unwrap();
    run(&archive, out.path()).unwrap();
    assert_all_there(out.path());
    assert!(requests(&server).is_empty());
}

#[test]
fn an_interrupted_unpacking_is_completed() {
    let (_server, content, archive, out) = set_up(Behavior::default());
    fs::write(out.path().join("clips.zip.part"), &content).unwrap();
    fs::create_dir(out.path().join("Actor_01")).unwrap();
    fs::write(out.path().join(CLIPS[0]), b"cut short by something else").unwrap();
    fs::write(
        out.path().join("Actor_01/03-01-02-01-01-01-01.wav.part"),
        b"half",
    )
    .unwrap();
    run(&archive, out.path()).unwrap();
    assert_all_there(out.path());
    assert!(
        !out.path()
            .join("Actor_01/03-01-02-01-01-01-01.wav.part")
            .exists()
    );
}

#[test]
fn an_archive_put_there_by_hand_is_used_and_kept() {
    let (server, content, archive, out) = set_up(Behavior::default());
    let by_hand = out.path().join("clips.zip");
    fs::write(&by_hand, &content).unwrap();
    run(&archive, out.path()).unwrap();
    assert_all_there(out.path());
    assert!(by_hand.exists() && requests(&server).is_empty());

    let other = tempfile::tempdir().unwrap();
    for wrong in [vec![7; content.len()], vec![7; 10]] {
        fs::write(other.path().join("clips.zip"), wrong).unwrap();
        let error = run(&archive, other.path()).unwrap_err();
        assert!(
            matches!(error, ArchiveError::NotTheArchive { .. }),
            "{error}"
        );
        assert!(other.path().join("clips.zip").exists());
    }
}

#[test]
fn a_wrong_hash_removes_the_download_and_unpacks_nothing() {
    let (_server, _, archive, out) = set_up(Behavior::default());
    let expected = "0".repeat(32);
    let error = run(
        &Archive {
            md5: expected,
            ..archive
        },
        out.path(),
    )
    .unwrap_err();
    assert!(
        matches!(
            error,
            ArchiveError::Transfer(TransferError::WrongHash { .. })
        ),
        "{error}"
    );
    assert_eq!(fs::read_dir(out.path()).unwrap().count(), 0);
}

#[test]
fn a_wrong_size_is_an_error_and_keeps_the_partial_file() {
    let (_server, content, archive, out) = set_up(Behavior::default());
    let part = out.path().join("clips.zip.part");
    fs::write(&part, &content[..1000]).unwrap();
    let total = content.len() as u64;
    for size in [total - 10, total + 10] {
        let archive = Archive {
            size,
            ..archive.clone()
        };
        match run(&archive, out.path()).unwrap_err() {
            ArchiveError::Transfer(TransferError::WrongSize {
                expected, found, ..
            }) => {
                assert_eq!((expected, found), (size, total));
            }
            error => panic!("{error}"),
        }
        assert_eq!(fs::metadata(&part).unwrap().len(), 1000);
    }
}

#[test]
fn a_body_without_a_length_cannot_exceed_the_size() {
    let (_server, content, archive, out) = set_up(Behavior {
        no_length: true,
        no_ranges: true,
        ..Behavior::default()
    });
    run(&archive, out.path()).unwrap();
    assert_all_there(out.path());
    let other = tempfile::tempdir().unwrap();
    let archive = Archive {
        size: content.len() as u64 - 10,
        ..archive
    };
    let error = run(&archive, other.path()).unwrap_err();
    assert!(
        matches!(
            error,
            ArchiveError::Transfer(TransferError::WrongSize { .. })
        ),
        "{error}"
    );
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
        let (_server, content, archive, out) = set_up(Behavior {
            refuse: Some((status, retry_after)),
            ..Behavior::default()
        });
        let part = out.path().join("clips.zip.part");
        fs::write(&part, &content[..1000]).unwrap();
        let message = run(&archive, out.path()).unwrap_err().to_string();
        assert!(message.contains(advice), "{status}: {message}");
        assert_eq!(fs::metadata(&part).unwrap().len(), 1000, "{status}");
    }
}

#[test]
fn a_server_that_is_not_there_is_an_error() {
    let (server, _, mut archive, out) = set_up(Behavior::default());
    drop(server);
    archive.base_url = "http://127.0.0.1:1".to_owned();
    let error = run(&archive, out.path()).unwrap_err();
    assert!(
        matches!(
            error,
            ArchiveError::Transfer(TransferError::Unreachable { .. })
        ),
        "{error}"
    );
}

#[test]
fn a_target_that_cannot_be_written_is_an_error() {
    let (_server, _, archive, out) = set_up(Behavior::default());
    let file = out.path().join("file");
    fs::write(&file, b"").unwrap();
    let error = run(&archive, &file.join("below")).unwrap_err();
    assert!(is_about(&error, &file), "{error}");
    // A folder stands where a clip has to go.
    fs::create_dir_all(out.path().join(CLIPS[2]).join("full")).unwrap();
    let error = run(&archive, out.path()).unwrap_err();
    assert!(is_about(&error, Path::new(CLIPS[2])), "{error}");
}

#[test]
fn simultaneous_calls_do_not_write_into_one_file() {
    let (_server, _, archive, out) = set_up(Behavior::default());
    let part = File::create(out.path().join("clips.zip.part")).unwrap();
    part.lock().unwrap();
    let error = run(&archive, out.path()).unwrap_err();
    assert!(
        matches!(error, ArchiveError::AlreadyRunning { .. }),
        "{error}"
    );
}

#[test]
fn an_entry_that_leads_out_of_the_folder_stops_everything() {
    let name = "03-01-01-01-01-01-01.wav";
    for evil in [format!("../Actor_01/{name}"), "../evil.txt".to_owned()] {
        let content = zip_of(&[CLIPS[2], &evil]);
        let server = serve(content.clone(), Behavior::default());
        let parent = tempfile::tempdir().unwrap();
        let out = parent.path().join("out");
        let error = run(&archive(&server, &content), &out).unwrap_err();
        assert!(matches!(&error, ArchiveError::UnsafeEntry { entry, .. } if *entry == evil));
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
    let content = zip_of(&[&CLIPS[..], &strangers].concat());
    let server = serve(content.clone(), Behavior::default());
    let out = tempfile::tempdir().unwrap();
    let fetched = run(&archive(&server, &content), out.path()).unwrap();
    assert_eq!(fetched.ignored, strangers);
    assert_all_there(out.path());
}

#[test]
fn a_file_that_is_no_archive_of_clips_is_an_error() {
    for content in [zip_of(&["readme.txt"]), b"not a zip".to_vec()] {
        let server = serve(content.clone(), Behavior::default());
        let out = tempfile::tempdir().unwrap();
        let error = run(&archive(&server, &content), out.path()).unwrap_err();
        assert!(matches!(error, ArchiveError::Unpack { .. }), "{error}");
    }
}
