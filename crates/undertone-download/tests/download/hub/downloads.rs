//! Downloads of models, complete and interrupted.

use std::fs;

use undertone_download::hub::HubError;
use undertone_download::{Step, TransferError};

use super::fake_hub::{Behavior, COMMIT, sha256};
use super::setup::{CARD, CONFIG, PREPROCESSOR, Setup, assert_holds, model, noise, repository};

#[test]
fn a_model_is_downloaded_once() {
    let setup = Setup::new(&model(), Behavior::default());
    let mut seen = Vec::new();
    let snapshot = setup.hub.fetch(&repository(), |progress| {
        if progress.step == Step::Downloading {
            seen.push((progress.file.to_owned(), progress.done, progress.total));
        }
    });
    let snapshot = snapshot.unwrap();
    assert_holds(&snapshot.folder, &model());
    assert_eq!(
        snapshot.folder,
        setup.cached().join("snapshots").join(COMMIT)
    );
    assert_eq!(snapshot.commit, COMMIT);
    assert_eq!(snapshot.unchecked, None);
    let weights = "model.safetensors".to_owned();
    assert!(seen.contains(&(weights.clone(), 0, 200_000)));
    assert_eq!(seen.last(), Some(&(weights, 200_000, 200_000)));

    let blob = setup.cached().join("blobs").join(sha256(&noise(200_000)));
    assert!(blob.is_file());
    let link = fs::read_link(snapshot.folder.join("model.safetensors")).unwrap();
    assert!(link.is_relative());
    let reference = fs::read_to_string(setup.cached().join("refs/main")).unwrap();
    assert_eq!(reference, COMMIT);

    setup.fake.take_requests();
    assert_eq!(setup.fetch("owner/name").unwrap(), snapshot);
    assert_eq!(
        setup.fake.take_requests(),
        ["HEAD config.json", "HEAD config.json"],
        "one request, redirected"
    );
    assert_eq!(
        setup.fetch(&format!("owner/name@{COMMIT}")).unwrap(),
        snapshot
    );
    assert_eq!(
        setup.fake.take_requests(),
        [""; 0],
        "a commit never changes"
    );
}

#[test]
fn missing_optional_files_are_requested_once() {
    let mut files = model();
    files.drain(1..3);
    let setup = Setup::new(&files, Behavior::default());
    let snapshot = setup.fetch("owner/name").unwrap();
    assert!(!snapshot.folder.join(PREPROCESSOR.0).exists());
    assert!(!snapshot.folder.join(CARD.0).exists());
    setup.fake.take_requests();
    setup.fetch("owner/name").unwrap();
    assert_eq!(setup.fake.take_requests().len(), 2);
}

#[test]
fn a_model_of_funasr_has_other_files() {
    let files = vec![
        ("config.yaml", b"model: Emotion2vec\n".to_vec()),
        ("tokens.txt", b"angry\n".to_vec()),
        (CARD.0, CARD.1.to_vec()),
        ("model.pt", noise(200_000)),
    ];
    let setup = Setup::new(&files, Behavior::default());
    let snapshot = setup.fetch("owner/name").unwrap();
    assert_holds(&snapshot.folder, &files);
    setup.fake.take_requests();
    let again = setup.fetch(&format!("owner/name@{COMMIT}")).unwrap();
    assert_eq!(again.folder, snapshot.folder);
    assert_eq!(setup.fake.take_requests(), [""; 0]);
    assert!(setup.offline().fetch(&repository(), |_| {}).is_ok());
}

#[test]
fn a_revision_is_a_branch_a_tag_or_a_commit() {
    let setup = Setup::new(&model(), Behavior::default());
    for revision in ["refs/pr/1", COMMIT] {
        let snapshot = setup.fetch(&format!("owner/name@{revision}")).unwrap();
        assert_holds(&snapshot.folder, &model());
    }
    assert!(setup.cached().join("refs/refs/pr/1").is_file());
    assert!(!setup.cached().join("refs").join(COMMIT).exists());
    let offline = setup.offline();
    for revision in ["refs/pr/1", COMMIT] {
        let repository = repository().at(revision);
        assert!(offline.fetch(&repository, |_| {}).is_ok());
    }
}

#[test]
fn sharded_pytorch_weights_are_complete_or_an_error() {
    let shards = ["a.bin", "b c#.bin"];
    let index = format!(
        r#"{{"weight_map": {{"x": "{}", "y": "{}", "z": "{}"}}}}"#,
        shards[1], shards[0], shards[1]
    );
    let sharded = vec![
        (CONFIG.0, CONFIG.1.to_vec()),
        ("pytorch_model.bin.index.json", index.clone().into_bytes()),
        (shards[0], noise(5_000)),
        ("b%20c%23.bin", noise(6_000)),
    ];
    let setup = Setup::new(&sharded, Behavior::default());
    let snapshot = setup.fetch("owner/name").unwrap();
    assert_holds(&snapshot.folder, &sharded[..3]);
    assert_holds(&snapshot.folder, &[(shards[1], noise(6_000))]);

    // A shard is missing in the cache, or on the Hub.
    fs::remove_file(snapshot.folder.join(shards[0])).unwrap();
    let error = setup.offline().fetch(&repository(), |_| {}).unwrap_err();
    assert!(error.to_string().contains("lacks a.bin"), "{error}");
    let setup = Setup::new(&sharded[..3], Behavior::default());
    setup.refusal("owner/name", &["no file b c#.bin", COMMIT]);
    let setup = Setup::new(&sharded[..1], Behavior::default());
    setup.refusal("owner/name", &["no weights", "model.safetensors", COMMIT]);

    let escaping = index.replace("a.bin", "../../a.bin");
    let setup = Setup::new(
        &[
            sharded[0].clone(),
            ("model.safetensors.index.json", escaping.into_bytes()),
        ],
        Behavior::default(),
    );
    setup.refusal("owner/name", &["\"../../a.bin\" is no plain file name"]);
}

#[test]
fn an_interrupted_download_is_resumed() {
    let setup = Setup::new(
        &model(),
        Behavior {
            break_first_at: Some(70_000),
            ..Behavior::default()
        },
    );
    let error = setup.refusal("owner/name", &["stopped after 70000 of 200000 bytes"]);
    assert!(matches!(
        error,
        HubError::Transfer(TransferError::Interrupted { done: 70_000, .. })
    ));
    let snapshot = setup.cached().join("snapshots").join(COMMIT);
    assert!(!snapshot.join("model.safetensors").exists());
    let error = setup.offline().fetch(&repository(), |_| {}).unwrap_err();
    assert!(matches!(error, HubError::NotCached { .. }));

    setup.fake.take_requests();
    setup.fetch("owner/name").unwrap();
    assert!(
        setup
            .fake
            .take_requests()
            .contains(&"from 70000".to_owned())
    );
    assert_holds(&snapshot, &model());
    assert_eq!(
        fs::read_dir(setup.cached().join("blobs")).unwrap().count(),
        4
    );
}

#[test]
fn a_server_without_ranges_sends_the_whole_file() {
    let setup = Setup::new(
        &model(),
        Behavior {
            break_first_at: Some(70_000),
            no_ranges: true,
            ..Behavior::default()
        },
    );
    setup.fetch("owner/name").unwrap_err();
    assert_holds(&setup.fetch("owner/name").unwrap().folder, &model());
}

#[test]
fn a_wrong_partial_file_is_downloaded_again() {
    let setup = Setup::new(&model(), Behavior::default());
    let blobs = setup.cached().join("blobs");
    fs::create_dir_all(&blobs).unwrap();
    let part = blobs.join(format!("{}.incomplete", sha256(&noise(200_000))));
    for length in [10, 200_000, 300_000] {
        fs::write(&part, vec![7; length]).unwrap();
        assert_holds(&setup.fetch("owner/name").unwrap().folder, &model());
        fs::remove_dir_all(setup.cached()).unwrap();
        fs::create_dir_all(&blobs).unwrap();
    }
}

#[test]
fn a_removed_blob_is_downloaded_again() {
    let setup = Setup::new(&model(), Behavior::default());
    let snapshot = setup.fetch("owner/name").unwrap();
    fs::remove_dir_all(setup.cached().join("blobs")).unwrap();
    setup.fetch("owner/name").unwrap();
    assert_holds(&snapshot.folder, &model());
}

#[test]
fn simultaneous_calls_download_once() {
    let setup = Setup::new(&model(), Behavior::default());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let snapshot = setup.fetch("owner/name").unwrap();
                assert_holds(&snapshot.folder, &model());
            });
        }
    });
    let downloads = setup.fake.storage.take_requests();
    assert_eq!(downloads.len(), 1);
}
