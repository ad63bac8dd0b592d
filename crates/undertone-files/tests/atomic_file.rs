//! Files are whole or not there.

use std::fs;
use std::io::{self, Write};

use undertone_files::{AtomicFile, list_files, write_atomically, write_atomically_with};

#[test]
fn two_writers_of_one_file_do_not_mix() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let mut one = AtomicFile::create(&path).unwrap();
    let mut two = AtomicFile::create(&path).unwrap();
    for _ in 0..1000 {
        one.write_all(b"one").unwrap();
        two.write_all(b"two").unwrap();
    }
    assert!(!path.exists());
    two.commit().unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"two".repeat(1000));
    one.commit().unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"one".repeat(1000));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_failed_write_leaves_the_old_content_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    write_atomically(&path, b"old").unwrap();
    let failed = write_atomically_with(&path, |file| {
        file.write_all(b"ne")?;
        Err(io::Error::other("no more"))
    });
    assert_eq!(failed.unwrap_err().to_string(), "no more");
    drop(AtomicFile::create(&path).unwrap());
    assert_eq!(fs::read(&path).unwrap(), b"old");
    assert_eq!(list_files(folder.path()).unwrap(), ["file"]);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[cfg(unix)]
#[test]
fn a_new_file_has_the_usual_permissions_and_a_replaced_one_keeps_its_own() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let [path, usual] = ["file", "usual"].map(|name| folder.path().join(name));
    fs::write(&usual, "").unwrap();
    let mode = |path| fs::metadata(path).unwrap().permissions().mode();
    write_atomically(&path, b"").unwrap();
    assert_eq!(mode(&path), mode(&usual));
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    write_atomically(&path, b"new").unwrap();
    assert_eq!(mode(&path) & 0o777, 0o640);
}

#[cfg(unix)]
#[test]
fn a_link_is_followed_and_a_device_is_written_to() {
    let folder = tempfile::tempdir().unwrap();
    let [file, link] = ["file", "link"].map(|name| folder.path().join(name));
    fs::write(&file, "old").unwrap();
    std::os::unix::fs::symlink(&file, &link).unwrap();
    write_atomically(&link, b"new").unwrap();
    assert!(link.is_symlink());
    assert_eq!(fs::read(&file).unwrap(), b"new");
    write_atomically(std::path::Path::new("/dev/null"), b"gone").unwrap();
}
