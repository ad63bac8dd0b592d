//! Which recordings are read: folders, lists, and what is left out.

use std::io::Write;
use std::process::Stdio;

use crate::support::{Done, Folder, model};

fn paths(done: &Done) -> Vec<String> {
    let rows = done.json();
    let path = |row: &serde_json::Value| row["path"].as_str().unwrap().to_owned();
    rows.iter().map(path).collect()
}

#[test]
fn a_list_names_recordings_and_folders_one_in_each_line() {
    let folder = Folder::new();
    for name in ["a.wav", "below/c.wav", "below/b.wav", "last one.wav"] {
        folder.wav(name, 300.0, 0.5);
    }
    folder.write("list.txt", "\u{feff}last one.wav\r\n\nbelow\na.wav");
    let done = folder.succeed(&format!("predict {} --json --files-from list.txt", model()));
    assert_eq!(
        paths(&done),
        ["last one.wav", "below/b.wav", "below/c.wav", "a.wav"]
    );
    let done = folder.succeed(&format!(
        "predict {} --json a.wav --files-from list.txt",
        model()
    ));
    assert_eq!(paths(&done).len(), 5);
    assert_eq!(paths(&done)[0], "a.wav");
}

#[cfg(unix)]
#[test]
fn a_list_from_stdin_may_end_its_paths_with_nul() {
    let folder = Folder::new();
    folder.wav("two\nlines.wav", 300.0, 0.5);
    folder.wav("b.wav", 300.0, 0.5);
    let mut program = folder
        .command(&format!("predict {} --json --files-from - -0", model()))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = program.stdin.take().unwrap();
    stdin.write_all(b"two\nlines.wav\0b.wav\0").unwrap();
    drop(stdin);
    let done: Done = program.wait_with_output().unwrap().into();
    assert_eq!(paths(&done), ["two\nlines.wav", "b.wav"]);
}

#[test]
fn rows_come_while_the_list_is_still_being_written() {
    use std::io::{BufRead, BufReader};
    let folder = Folder::new();
    folder.wav("a.wav", 300.0, 0.5);
    let mut program = folder
        .command(&format!("predict {} --json --files-from -", model()))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = program.stdin.take().unwrap();
    stdin.write_all(b"a.wav\n").unwrap();
    let mut row = String::new();
    BufReader::new(program.stdout.take().unwrap())
        .read_line(&mut row)
        .unwrap();
    assert!(row.contains("\"a.wav\""), "{row}");
    drop(stdin);
    assert_eq!(program.wait().unwrap().code(), Some(0));
}

#[test]
fn a_list_that_is_none_is_named() {
    let folder = Folder::new();
    folder.wav("a.wav", 300.0, 0.5);
    folder.write("empty.txt", "\n\n");
    folder.write("long.txt", "x".repeat(100_000));
    folder.write("nul.txt", "a.wav\0a.wav\0");
    for (list, code, message) in [
        ("missing.txt", 2, "missing.txt: No such file or directory"),
        (".", 2, ".: is a folder, not a list"),
        ("empty.txt", 2, "empty.txt: lists no recordings"),
        (
            "long.txt",
            2,
            "long.txt: is no list of paths: a line is longer than 64 KB",
        ),
        (
            "nul.txt",
            2,
            "nul.txt: is no list of lines; if its paths end with NUL bytes, add -0",
        ),
    ] {
        let done = folder.run(&format!("predict {} --files-from {list}", model()));
        assert_eq!(done.code, code, "{list}: {}", done.stderr);
        assert!(done.stderr.contains(message), "{list}: {}", done.stderr);
    }
    let done = folder.run(&format!("predict {} - --files-from -", model()));
    assert_eq!(done.code, 2);
    assert!(done.stderr.contains("not both"), "{}", done.stderr);
}

#[test]
fn what_is_left_out_of_a_folder_is_counted_and_said() {
    let folder = Folder::new();
    for name in [
        "all/a.wav",
        "all/.hidden.wav",
        "all/._a.wav",
        "all/.git/b.wav",
    ] {
        folder.wav(name, 300.0, 0.5);
    }
    folder.write("all/notes.txt", "");
    folder.write("all/sub/README", "");
    let done = folder.succeed(&format!("predict {} --json all", model()));
    assert_eq!(paths(&done), ["all/a.wav"]);
    assert!(
        done.stderr.contains(
            "left out of the folders: 3 hidden entries, 2 files that are not named as recordings \
             (.txt)"
        ),
        "{}",
        done.stderr
    );
    // What is named is read.
    let done = folder.succeed(&format!(
        "predict {} --json all/.git all/.hidden.wav",
        model()
    ));
    assert_eq!(paths(&done), ["all/.git/b.wav", "all/.hidden.wav"]);
    assert_eq!(done.stderr, "");
}

#[cfg(unix)]
#[test]
fn links_are_followed_but_not_back() {
    use std::os::unix::fs::symlink;
    let folder = Folder::new();
    folder.wav("one/a.wav", 300.0, 0.5);
    folder.wav("two/b.wav", 300.0, 0.5);
    symlink("../two", folder.path("one/to_two")).unwrap();
    symlink("../one", folder.path("two/to_one")).unwrap();
    symlink("a.wav", folder.path("one/link.wav")).unwrap();
    let done = folder.succeed(&format!("predict {} --json one", model()));
    assert_eq!(
        paths(&done),
        ["one/a.wav", "one/link.wav", "one/to_two/b.wav"]
    );
}
