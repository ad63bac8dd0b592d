//! The files of an exploration.

mod support;

use std::fs;
use std::path::Path;

use support::*;
use undertone_corpus::LabelScheme;
use undertone_explore::{ExploreError, ExploreOptions, explore, output_folder};
use undertone_files::FolderError;

#[test]
fn page_figures_table_and_summary_are_written() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = small_corpus(folder.path());
    let out = folder.path().join("deep/er/out");
    let page = page_of(&corpus, &out);
    assert!(page.contains("<audio"));
    assert!(
        !page.contains("http://") || page.contains("http://www.w3.org"),
        "no network"
    );
    for name in ["index.html", "clips.csv", "summary.json"] {
        assert!(out.join(name).is_file(), "{name}");
    }
    let figures = files(&out.join("figures"));
    let of = |extension: &str| {
        let kind = figures
            .iter()
            .filter(|path| path.extension().is_some_and(|e| e == extension));
        kind.count()
    };
    assert!(of("svg") > 30);
    assert_eq!(of("svg"), of("png"));
    let summary: serde_json::Value =
        serde_json::from_slice(&fs::read(out.join("summary.json")).unwrap()).unwrap();
    assert_eq!(summary["clips"], 6);
    assert_eq!(
        summary["files"].as_array().unwrap().len(),
        figures.len() + 3
    );
    let angry = &summary["measures"]["rms_dbfs"]["emotions"]["angry"]["median"];
    let sad = &summary["measures"]["rms_dbfs"]["emotions"]["sad"]["median"];
    assert!(angry.as_f64().unwrap() > sad.as_f64().unwrap() + 20.0);
    assert!(page.contains("Angry is the loudest"));
    assert!(page.contains("sad is the quietest"));
    assert!(page.contains("Angry is the highest"));
    assert!(page.contains("Sad is the longest"));
}

#[cfg(unix)]
#[test]
fn other_users_may_read_the_page() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let corpus = small_corpus(folder.path());
    let out = folder.path().join("out");
    page_of(&corpus, &out);
    let usual = folder.path().join("usual");
    fs::create_dir(&usual).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode(&out), mode(&usual));
}

#[test]
fn a_folder_that_is_not_empty_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    fs::create_dir(&out).unwrap();
    output_folder(&out, false).unwrap();
    fs::write(out.join("thesis.tex"), "years of work").unwrap();
    let refused = output_folder(&out, false).unwrap_err();
    assert!(matches!(refused, FolderError::Exists { .. }));
    assert!(refused.to_string().contains("--force"));
    assert_eq!(files(folder.path()), [Path::new("out/thesis.tex")]);
}

#[test]
fn force_replaces_the_files_of_an_exploration_and_no_others() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = small_corpus(folder.path());
    let out = folder.path().join("out");
    page_of(&corpus, &out);
    fs::write(out.join("thesis.tex"), "years of work").unwrap();
    fs::write(out.join("figures/mine.png"), "a photograph").unwrap();
    let stale = out.join("figures/clips-by-pca-colored-by-label.svg");
    assert!(stale.is_file());
    fs::write(out.join("index.html"), "old").unwrap();

    let output = output_folder(&out, true).unwrap();
    let options = ExploreOptions {
        // With eight classes there is no figure by label.
        scheme: LabelScheme::Emotion8,
        ..ExploreOptions::default()
    };
    let exploration = explore(&corpus, &options, UNWATCHED).unwrap();
    exploration.save(output, UNWATCHED).unwrap();
    assert!(!stale.exists());
    assert_eq!(
        fs::read_to_string(out.join("thesis.tex")).unwrap(),
        "years of work"
    );
    assert!(out.join("figures/mine.png").is_file());
    assert!(fs::read_to_string(out.join("index.html")).unwrap().len() > 10_000);
    let left: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .filter(|name| name.to_string_lossy().starts_with('.'))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn force_does_not_replace_the_users_files() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["index.html", "clips.csv", "summary.json", "figures"] {
        let out = folder.path().join(name).join("out");
        fs::create_dir_all(&out).unwrap();
        fs::write(out.join(name), "years of work").unwrap();
        let refused = output_folder(&out, true).unwrap_err();
        assert!(matches!(refused, FolderError::Foreign { .. }), "{name}");
        assert!(refused.to_string().contains(name), "{refused}");
        assert_eq!(files(&out), [Path::new(name)]);
    }
    // A figure's name is known when the page is.
    let corpus = small_corpus(folder.path());
    let out = folder.path().join("out");
    let own = out.join("figures/clips-by-emotion.png");
    fs::create_dir_all(out.join("figures")).unwrap();
    fs::write(&own, "a photograph").unwrap();
    let output = output_folder(&out, true).unwrap();
    let Err(ExploreError::Folder(refused)) = explored(&corpus).unwrap().save(output, UNWATCHED)
    else {
        panic!("the user's file was replaced");
    };
    assert!(matches!(refused, FolderError::Foreign { path, .. } if path == own));
    assert_eq!(files(&out), [Path::new("figures/clips-by-emotion.png")]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_folder_on_another_file_system_is_written_into() {
    use std::os::unix::fs::{MetadataExt, symlink};
    let folder = tempfile::tempdir().unwrap();
    let Ok(elsewhere) = tempfile::tempdir_in("/dev/shm") else {
        println!("skipped: there is no /dev/shm");
        return;
    };
    let device = |path: &Path| fs::metadata(path).unwrap().dev();
    println!(
        "another: {}",
        device(elsewhere.path()) != device(folder.path())
    );
    let out = folder.path().join("out");
    symlink(elsewhere.path(), &out).unwrap();
    page_of(&small_corpus(folder.path()), &out);
    let written = fs::read_dir(elsewhere.path()).unwrap();
    assert_eq!(written.count(), 4, "the page and nothing hidden");
}

#[cfg(unix)]
#[test]
fn a_dead_link_is_refused_before_any_work() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    std::os::unix::fs::symlink("nowhere", &out).unwrap();
    let refused = output_folder(&out, false).unwrap_err();
    assert!(matches!(refused, FolderError::DeadLink { .. }));
}

#[test]
fn a_summary_cannot_make_force_delete_files_outside_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = small_corpus(folder.path());
    let out = folder.path().join("out");
    fs::create_dir(&out).unwrap();
    let treasure = folder.path().join("treasure.txt");
    fs::write(&treasure, "gold").unwrap();
    let absolute = treasure.display();
    let summary = format!(r#"{{"files": ["summary.json", "../treasure.txt", "{absolute}"]}}"#);
    fs::write(out.join("summary.json"), summary).unwrap();
    let output = output_folder(&out, true).unwrap();
    explored(&corpus).unwrap().save(output, UNWATCHED).unwrap();
    assert!(treasure.is_file());
}

#[test]
fn a_file_in_the_way_is_refused_before_any_work() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let refused = output_folder(&file, true).unwrap_err();
    assert!(
        matches!(refused, FolderError::NotAFolder { .. }),
        "{refused}"
    );
    let below = output_folder(&file.join("out"), false).unwrap_err();
    assert!(below.to_string().contains("file"), "{below}");
}

#[test]
fn the_numbers_of_a_corpus_are_shown() {
    let folder = tempfile::tempdir().unwrap();
    let mut corpus = small_corpus(folder.path());
    let out = folder.path().join("without");
    assert!(!words(&page_of(&corpus, &out)).contains("Distribution of arousal"));
    for (index, clip) in corpus.utterances.iter_mut().enumerate().skip(1) {
        clip.values.insert("arousal".to_owned(), index as f64);
    }
    let out = folder.path().join("with");
    let page = page_of(&corpus, &out);
    assert!(page.contains("Distribution of arousal"));
    assert!(page.contains("from 1.00 to 5.00, mean 3.00"), "{page}");
    let summary: serde_json::Value =
        serde_json::from_slice(&fs::read(out.join("summary.json")).unwrap()).unwrap();
    assert_eq!(summary["numbers"]["arousal"]["count"], 5);
}
