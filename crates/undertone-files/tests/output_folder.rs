//! What is written, and what is left alone.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use undertone_files::{
    AtomicFile, FolderError, FolderRules, OutputFolder, list_files, remove_abandoned,
};

/// A page that lists its files in `index.html`.
const PAGE: FolderRules = FolderRules {
    command: "test",
    names: &["index.html", "figures/"],
    written: |folder| {
        let page = fs::read_to_string(folder.join("index.html")).unwrap_or_default();
        match page.strip_prefix("files\n") {
            Some(files) => files.lines().map(str::to_owned).collect(),
            None => Vec::new(),
        }
    },
    exclusive: false,
};
/// The same, in a folder that may hold nothing else.
const ALONE: FolderRules = FolderRules {
    exclusive: true,
    ..PAGE
};

fn write(
    folder: &Path,
    rules: FolderRules,
    force: bool,
    files: &[&str],
) -> Result<(), FolderError> {
    let output = OutputFolder::begin(folder, rules, force)?;
    fs::create_dir_all(output.path().join("figures"))?;
    for file in files {
        fs::write(output.path().join(file), "new")?;
    }
    let page = format!("files\nindex.html\n{}", files.join("\n"));
    fs::write(output.path().join("index.html"), page)?;
    output.publish()?;
    Ok(())
}

#[test]
fn an_earlier_output_is_replaced_only_by_force() {
    for rules in [PAGE, ALONE] {
        let parent = tempfile::tempdir().unwrap();
        let out = parent.path().join("deep/out");
        write(&out, rules, false, &["figures/a", "figures/b"]).unwrap();
        let refused = write(&out, rules, false, &[]).unwrap_err();
        assert!(matches!(refused, FolderError::Exists { .. }), "{refused}");
        write(&out, rules, true, &["figures/b", "c"]).unwrap();
        assert_eq!(list_files(&out).unwrap(), ["c", "figures/b", "index.html"]);
        let around = fs::read_dir(out.parent().unwrap()).unwrap();
        assert_eq!(around.count(), 1, "nothing hidden is left");
    }
}

#[test]
fn files_of_the_user_are_never_replaced_or_removed() {
    let parent = tempfile::tempdir().unwrap();
    let out = parent.path().join("out");
    write(&out, PAGE, false, &["figures/a"]).unwrap();
    fs::write(out.join("figures/mine"), "mine").unwrap();
    write(&out, PAGE, true, &["figures/b"]).unwrap();
    let refused = write(&out, PAGE, true, &["figures/mine"]).unwrap_err();
    assert!(
        matches!(&refused, FolderError::Foreign { path, .. } if *path == out.join("figures/mine"))
    );
    assert_eq!(
        list_files(&out).unwrap(),
        ["figures/b", "figures/mine", "index.html"]
    );
    let refused = write(&out, ALONE, true, &[]).unwrap_err();
    assert!(matches!(refused, FolderError::Foreign { .. }));
    for (name, content) in [("index.html", "my page"), ("figures", "a file")] {
        let out = parent.path().join(name);
        fs::create_dir(&out).unwrap();
        fs::write(out.join(name), content).unwrap();
        let refused = write(&out, PAGE, true, &[]).unwrap_err();
        assert!(matches!(&refused, FolderError::Foreign { path, .. } if *path == out.join(name)));
        assert_eq!(fs::read_to_string(out.join(name)).unwrap(), content);
    }
}

#[test]
fn a_list_cannot_remove_files_outside_the_folder() {
    let parent = tempfile::tempdir().unwrap();
    let out = parent.path().join("out");
    fs::create_dir(&out).unwrap();
    let treasure = parent.path().join("treasure");
    fs::write(&treasure, "gold").unwrap();
    let list = format!("files\nindex.html\n../treasure\n{}", treasure.display());
    fs::write(out.join("index.html"), list).unwrap();
    write(&out, PAGE, true, &[]).unwrap();
    assert!(treasure.is_file());
}

#[test]
fn dropped_work_changes_nothing() {
    let parent = tempfile::tempdir().unwrap();
    for rules in [PAGE, ALONE] {
        let out = parent.path().join("out");
        drop(OutputFolder::begin(&out, rules, false).unwrap());
        assert!(!out.exists());
        assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 0);
    }
}

#[test]
fn leftovers_of_a_killed_process_do_not_block_and_are_removed() {
    let parent = tempfile::tempdir().unwrap();
    let out = parent.path().join("out");
    fs::create_dir(&out).unwrap();
    let left = out.join(".undertone-killed");
    fs::create_dir(&left).unwrap();
    fs::write(left.join("lock"), "").unwrap();
    let at_work = OutputFolder::begin(&out, PAGE, false).unwrap();
    assert!(!left.exists());
    write(&out, PAGE, false, &[]).unwrap();
    assert!(at_work.path().exists(), "another process is still at work");
    drop(at_work);
    assert_eq!(fs::read_dir(&out).unwrap().count(), 1);
}

#[test]
fn a_file_in_the_way_is_named() {
    let parent = tempfile::tempdir().unwrap();
    let file = parent.path().join("file");
    fs::write(&file, "").unwrap();
    for out in [file.clone(), file.join("out")] {
        let refused = OutputFolder::begin(&out, PAGE, true).unwrap_err();
        assert!(matches!(refused, FolderError::NotAFolder { path } if path == file));
    }
}

#[test]
fn old_leftovers_without_an_owner_are_removed() {
    let parent = tempfile::tempdir().unwrap();
    let hour_ago = SystemTime::now() - Duration::from_secs(3600);
    let [old, new] =
        ["old", "new"].map(|name| parent.path().join(format!(".undertone-{name}.tmp")));
    let folder = parent.path().join(".undertone-half");
    fs::create_dir_all(folder.join("new")).unwrap();
    for path in [&old, &new] {
        fs::write(path, "half").unwrap();
    }
    for path in [&old, &folder] {
        fs::File::open(path)
            .unwrap()
            .set_modified(hour_ago)
            .unwrap();
    }
    // An owner that lives, however long it takes.
    let written = AtomicFile::create(&parent.path().join("result")).unwrap();
    let unfinished = fs::read_dir(parent.path()).unwrap().flatten();
    let ours: Vec<_> = unfinished
        .map(|entry| entry.path())
        .filter(|path| ![&old, &new, &folder].contains(&path))
        .collect();
    fs::File::open(&ours[0])
        .unwrap()
        .set_modified(hour_ago)
        .unwrap();
    remove_abandoned(parent.path());
    assert!(!old.exists() && !folder.exists());
    assert!(new.exists(), "its owner may be about to lock it");
    written.commit().unwrap();
    assert!(parent.path().join("result").exists());
}
