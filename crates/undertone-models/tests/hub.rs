//! Models from a Hub of our own, and the cache that is shared with Python's `huggingface_hub`.

#![cfg(feature = "hub")]
#![allow(clippy::print_stdout, reason = "a skipped test says so")]

mod hub_server;

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use hub_server::{Behaviour, COMMIT, FakeHub, REPOSITORY, sha256};
use tempfile::TempDir;
use undertone_models::hub::{Hub, HubError, ModelSource, Progress, Snapshot};

const CONFIG: (&str, &[u8]) = ("config.json", b"{\"model_type\": \"wav2vec2\"}");
const PREPROCESSOR: (&str, &[u8]) = ("preprocessor_config.json", b"{}");

fn noise(length: u32) -> Vec<u8> {
    (0..length)
        .map(|index| (index.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect()
}

/// The usual three files.
fn model() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        (CONFIG.0, CONFIG.1.to_vec()),
        (PREPROCESSOR.0, PREPROCESSOR.1.to_vec()),
        ("model.safetensors", noise(200_000)),
    ]
}

struct Setup {
    fake: FakeHub,
    hub: Hub,
    _folder: TempDir,
}

impl Setup {
    fn new(files: &[(&'static str, Vec<u8>)], behaviour: Behaviour) -> Self {
        let fake = FakeHub::start(files, behaviour);
        let folder = tempfile::tempdir().unwrap();
        let hub = Hub {
            endpoint: fake.hub.url(),
            cache: folder.path().join("hub"),
            token: None,
            offline: false,
        };
        Self {
            fake,
            hub,
            _folder: folder,
        }
    }

    fn resolve(&self, source: &str) -> Result<Snapshot, HubError> {
        self.hub.resolve(&source.parse().unwrap(), |_| {})
    }

    #[track_caller]
    fn refusal(&self, source: &str, words: &[&str]) -> HubError {
        let error = self.resolve(source).unwrap_err();
        let message = error.to_string();
        for word in words {
            assert!(message.contains(word), "{message:?} lacks {word:?}");
        }
        error
    }

    fn offline(&self) -> Hub {
        Hub {
            offline: true,
            endpoint: "http://127.0.0.1:9".to_owned(),
            ..self.hub.clone()
        }
    }

    fn repository(&self) -> PathBuf {
        self.hub.cache.join("models--owner--name")
    }
}

fn source() -> ModelSource {
    "hf:owner/name".parse().unwrap()
}

#[track_caller]
fn assert_holds(folder: &Path, files: &[(&'static str, Vec<u8>)]) {
    for (name, content) in files {
        assert!(fs::read(folder.join(name)).unwrap() == *content, "{name}");
    }
}

#[test]
fn sources_are_written_as_they_are_read() {
    for text in [
        "hf:facebook/wav2vec2-base",
        "hf:gpt2",
        "hf:openai/whisper-tiny.en@main",
        "hf:a/b@refs/pr/1",
        "models/mine",
        "C:\\models",
    ] {
        let source: ModelSource = text.parse().unwrap();
        assert_eq!(source.to_string(), text);
        let json = serde_json::to_string(&source).unwrap();
        assert_eq!(serde_json::from_str::<ModelSource>(&json).unwrap(), source);
    }
    assert_eq!(
        "models/mine".parse(),
        Ok(ModelSource::Folder("models/mine".into()))
    );
    for text in [
        "hf:",
        "hf:a/b/c",
        "hf:../b",
        "hf:a/",
        "hf:a/b@",
        "hf:a/b@../c",
        "hf:a b/c",
        "hf:a--b/c",
        "hf:/b",
        "hf:a/b@x/",
        "hf:a/b?c",
    ] {
        let error = text.parse::<ModelSource>().unwrap_err().to_string();
        assert!(error.contains("hf:owner/name@revision"), "{error}");
    }
}

#[test]
fn settings_are_those_of_python() {
    let with = |variables: &[(&str, &str)]| {
        let variables = variables.to_vec();
        Hub::from_variables(move |name| {
            let found = variables.iter().find(|(key, _)| *key == name)?;
            Some(OsString::from(found.1))
        })
    };
    let hub = with(&[]);
    assert_eq!(hub.endpoint, "https://huggingface.co");
    assert!(hub.cache.ends_with(".cache/huggingface/hub"));
    assert!(hub.cache.is_absolute());
    assert!(!hub.offline);

    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("token"), "hf_file\n").unwrap();
    let home = home.path().to_str().unwrap();
    let hub = with(&[("HF_HOME", home), ("HF_ENDPOINT", "https://mirror/")]);
    assert_eq!(hub.cache, Path::new(home).join("hub"));
    assert_eq!(hub.token.as_deref(), Some("hf_file"));
    assert_eq!(hub.endpoint, "https://mirror");

    let hub = with(&[
        ("HF_HOME", home),
        ("HF_HUB_CACHE", "/elsewhere"),
        ("HF_TOKEN", "hf_secret"),
        ("HF_HUB_OFFLINE", "true"),
    ]);
    assert_eq!(hub.cache, Path::new("/elsewhere"));
    assert_eq!(hub.token.as_deref(), Some("hf_secret"));
    assert!(hub.offline);
    assert!(!format!("{hub:?}").contains("hf_secret"));
    assert!(!with(&[("HF_HUB_OFFLINE", "0")]).offline);
    assert!(with(&[("XDG_CACHE_HOME", "/x")]).cache == Path::new("/x/huggingface/hub"));
}

#[test]
fn a_folder_is_itself() {
    let setup = Setup::new(&[], Behaviour::default());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let snapshot = setup.resolve(path).unwrap();
    assert_eq!(snapshot.folder, folder.path());
    assert_eq!(snapshot.pinned.to_string(), path);
    setup.refusal(
        &format!("{path}/absent"),
        &["absent: no such folder", "hf:"],
    );
}

#[test]
fn a_model_is_downloaded_once() {
    let setup = Setup::new(&model(), Behaviour::default());
    let mut seen = Vec::new();
    let snapshot = setup.hub.resolve(&source(), |progress| {
        if let Progress::Downloading { file, done, total } = progress {
            seen.push((file.to_owned(), done, total));
        }
    });
    let snapshot = snapshot.unwrap();
    assert_holds(&snapshot.folder, &model());
    assert_eq!(
        snapshot.folder,
        setup.repository().join("snapshots").join(COMMIT)
    );
    assert_eq!(
        snapshot.pinned.to_string(),
        format!("hf:owner/name@{COMMIT}")
    );
    assert_eq!(snapshot.unchecked, None);
    let weights = "model.safetensors".to_owned();
    assert!(seen.contains(&(weights.clone(), 0, 200_000)));
    assert_eq!(seen.last(), Some(&(weights, 200_000, 200_000)));

    let blob = setup
        .repository()
        .join("blobs")
        .join(sha256(&noise(200_000)));
    assert!(blob.is_file());
    let link = fs::read_link(snapshot.folder.join("model.safetensors")).unwrap();
    assert!(link.is_relative());
    let reference = fs::read_to_string(setup.repository().join("refs/main")).unwrap();
    assert_eq!(reference, COMMIT);

    setup.fake.take_requests();
    assert_eq!(setup.resolve("hf:owner/name").unwrap(), snapshot);
    assert_eq!(
        setup.fake.take_requests(),
        ["HEAD config.json", "HEAD config.json"],
        "one question, redirected"
    );
    assert_eq!(
        setup.resolve(&snapshot.pinned.to_string()).unwrap(),
        snapshot
    );
    assert_eq!(
        setup.fake.take_requests(),
        [""; 0],
        "a commit never changes"
    );
}

#[test]
fn a_preprocessor_that_is_not_there_is_asked_for_once() {
    let mut files = model();
    files.remove(1);
    let setup = Setup::new(&files, Behaviour::default());
    let snapshot = setup.resolve("hf:owner/name").unwrap();
    assert!(!snapshot.folder.join(PREPROCESSOR.0).exists());
    setup.fake.take_requests();
    setup.resolve("hf:owner/name").unwrap();
    assert_eq!(setup.fake.take_requests().len(), 2);
}

#[test]
fn a_branch_a_tag_or_a_commit() {
    let setup = Setup::new(&model(), Behaviour::default());
    for revision in ["refs/pr/1", COMMIT] {
        let snapshot = setup.resolve(&format!("hf:owner/name@{revision}")).unwrap();
        assert_holds(&snapshot.folder, &model());
    }
    assert!(setup.repository().join("refs/refs/pr/1").is_file());
    assert!(!setup.repository().join("refs").join(COMMIT).exists());
    let offline = setup.offline();
    for revision in ["refs/pr/1", COMMIT] {
        let source = format!("hf:owner/name@{revision}").parse().unwrap();
        assert!(offline.resolve(&source, |_| {}).is_ok());
    }
}

#[test]
fn shards_and_pytorch_files() {
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
    let setup = Setup::new(&sharded, Behaviour::default());
    let snapshot = setup.resolve("hf:owner/name").unwrap();
    assert_holds(&snapshot.folder, &sharded[..3]);
    assert_holds(&snapshot.folder, &[(shards[1], noise(6_000))]);

    // Without one of them, offline and on the Hub.
    fs::remove_file(snapshot.folder.join(shards[0])).unwrap();
    let error = setup.offline().resolve(&source(), |_| {}).unwrap_err();
    assert!(error.to_string().contains("lacks a.bin"), "{error}");
    let setup = Setup::new(&sharded[..3], Behaviour::default());
    setup.refusal("hf:owner/name", &["no file b c#.bin", COMMIT]);
    let setup = Setup::new(&sharded[..1], Behaviour::default());
    setup.refusal(
        "hf:owner/name",
        &["no weights", "model.safetensors", COMMIT],
    );

    let escaping = index.replace("a.bin", "../../a.bin");
    let setup = Setup::new(
        &[
            sharded[0].clone(),
            ("model.safetensors.index.json", escaping.into_bytes()),
        ],
        Behaviour::default(),
    );
    setup.refusal("hf:owner/name", &["\"../../a.bin\" is no plain file name"]);
}

#[test]
fn a_download_that_breaks_off_goes_on_where_it_stopped() {
    let setup = Setup::new(
        &model(),
        Behaviour {
            break_first_at: Some(70_000),
            ..Behaviour::default()
        },
    );
    let error = setup.refusal("hf:owner/name", &["broke off after 70000 of 200000 bytes"]);
    assert!(matches!(error, HubError::Interrupted { done: 70_000, .. }));
    let snapshot = setup.repository().join("snapshots").join(COMMIT);
    assert!(!snapshot.join("model.safetensors").exists());
    let error = setup.offline().resolve(&source(), |_| {}).unwrap_err();
    assert!(matches!(error, HubError::NotCached { .. }));

    setup.fake.take_requests();
    setup.resolve("hf:owner/name").unwrap();
    assert!(
        setup
            .fake
            .take_requests()
            .contains(&"from 70000".to_owned())
    );
    assert_holds(&snapshot, &model());
    assert_eq!(
        fs::read_dir(setup.repository().join("blobs"))
            .unwrap()
            .count(),
        3
    );
}

#[test]
fn a_server_without_ranges_begins_anew() {
    let setup = Setup::new(
        &model(),
        Behaviour {
            break_first_at: Some(70_000),
            no_ranges: true,
            ..Behaviour::default()
        },
    );
    setup.resolve("hf:owner/name").unwrap_err();
    assert_holds(&setup.resolve("hf:owner/name").unwrap().folder, &model());
}

#[test]
fn a_wrong_beginning_of_an_earlier_download_is_distrusted() {
    let setup = Setup::new(&model(), Behaviour::default());
    let blobs = setup.repository().join("blobs");
    fs::create_dir_all(&blobs).unwrap();
    let part = blobs.join(format!("{}.incomplete", sha256(&noise(200_000))));
    for length in [10, 200_000, 300_000] {
        fs::write(&part, vec![7; length]).unwrap();
        assert_holds(&setup.resolve("hf:owner/name").unwrap().folder, &model());
        fs::remove_dir_all(setup.repository()).unwrap();
        fs::create_dir_all(&blobs).unwrap();
    }
}

#[test]
fn a_wrong_hash_is_an_error_and_leaves_nothing() {
    let setup = Setup::new(
        &model(),
        Behaviour {
            damage: true,
            ..Behaviour::default()
        },
    );
    let error = setup.refusal("hf:owner/name", &["SHA-256", "removed"]);
    assert!(matches!(error, HubError::WrongHash { .. }));
    let left: Vec<_> = fs::read_dir(setup.repository().join("blobs"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left.len(), 2, "only the two configurations: {left:?}");
}

#[test]
fn bytes_too_many_are_an_error() {
    let setup = Setup::new(
        &model(),
        Behaviour {
            excess: true,
            ..Behaviour::default()
        },
    );
    let error = setup.refusal("hf:owner/name", &["instead of 200000"]);
    assert!(matches!(error, HubError::WrongSize { .. }));
}

#[test]
fn the_token_goes_to_the_hub_and_nowhere_else() {
    let setup = Setup::new(
        &model(),
        Behaviour {
            token: Some("hf_secret"),
            ..Behaviour::default()
        },
    );
    let page = format!("{}/owner/name", setup.hub.endpoint);
    setup.refusal(
        "hf:owner/name",
        &["HTTP 401", "HF_TOKEN", "accept its licence at", &page],
    );
    let mut hub = setup.hub.clone();
    hub.token = Some("hf_other".to_owned());
    let error = hub.resolve(&source(), |_| {}).unwrap_err().to_string();
    assert!(
        error.contains("the token in HF_TOKEN may read it"),
        "{error}"
    );
    assert!(!error.contains("hf_other"));

    hub.token = Some("hf_secret".to_owned());
    hub.resolve(&source(), |_| {}).unwrap();
    let storage = setup.fake.storage.take_requests();
    assert_eq!(storage.len(), 1);
    assert!(!storage[0].headers.contains_key("authorization"));
}

#[test]
fn what_is_not_there_is_said_apart() {
    let setup = Setup::new(&model(), Behaviour::default());
    let error = setup.refusal("hf:owner/other", &["owner/other: no such model"]);
    assert!(matches!(error, HubError::NoRepository { .. }));
    let error = setup.refusal("hf:owner/name@v9", &["no revision v9"]);
    assert!(matches!(error, HubError::NoRevision { .. }));
    let setup = Setup::new(&[], Behaviour::default());
    let error = setup.refusal("hf:owner/name", &["no file config.json"]);
    assert!(matches!(error, HubError::NoFile { .. }));
    assert!(!setup.repository().exists());
}

#[test]
fn a_server_out_of_order() {
    for (status, words) in [
        ("500 Internal Server Error", "HTTP 500; try again in 7 s"),
        ("429 Too Many Requests", "HTTP 429"),
        ("503 Service Unavailable", "HTTP 503"),
    ] {
        let behaviour = Behaviour {
            refuse: Some((status, "Retry-After", "7")),
            ..Behaviour::default()
        };
        Setup::new(&model(), behaviour).refusal("hf:owner/name", &[words]);
    }
    let behaviour = Behaviour {
        is_no_hub: true,
        ..Behaviour::default()
    };
    Setup::new(&model(), behaviour).refusal("hf:owner/name", &["X-Repo-Commit", "HF_ENDPOINT"]);
    let loops = Behaviour {
        refuse: Some(("302 Found", "Location", "/again")),
        ..Behaviour::default()
    };
    Setup::new(&model(), loops).refusal("hf:owner/name", &["more than 10 redirects"]);
    let elsewhere = Behaviour {
        refuse: Some(("302 Found", "Location", "ftp://host/file")),
        ..Behaviour::default()
    };
    Setup::new(&model(), elsewhere).refusal("hf:owner/name", &["no http(s) address"]);
}

#[test]
fn hashes_and_commits_that_are_no_names_are_refused() {
    for (name, value) in [("ETag", "\"../../x\""), ("X-Repo-Commit", "../../x")] {
        let server = hub_server::Server::start(move |_| {
            let mut answer = hub_server::Answer::new("200 OK").header(name, value);
            let other = if name == "ETag" {
                "X-Repo-Commit"
            } else {
                "ETag"
            };
            answer = answer.header(other, COMMIT);
            answer
        });
        let mut setup = Setup::new(&[], Behaviour::default());
        setup.hub.endpoint = server.url();
        setup.refusal("hf:owner/name", &["no usable", name]);
        assert!(!setup.repository().exists());
    }
}

#[test]
fn without_a_network_the_cache_counts() {
    let mut setup = Setup::new(&model(), Behaviour::default());
    setup.hub.endpoint = "http://127.0.0.1:9".to_owned();
    setup.refusal(
        "hf:owner/name",
        &["no answer", "check the network", "HF_HUB_OFFLINE=1"],
    );
    let error = setup.offline().resolve(&source(), |_| {}).unwrap_err();
    let cache = setup.hub.cache.display().to_string();
    for word in ["owner/name at main", &cache, "lacks the revision", "unset"] {
        assert!(error.to_string().contains(word), "{error}");
    }

    setup.hub.endpoint = setup.fake.hub.url();
    let snapshot = setup.resolve("hf:owner/name").unwrap();
    setup.hub.endpoint = "http://127.0.0.1:9".to_owned();
    let cached = setup.resolve("hf:owner/name").unwrap();
    assert_eq!(cached.folder, snapshot.folder);
    assert!(cached.unchecked.unwrap().contains("no answer"));
    let cached = setup.offline().resolve(&source(), |_| {}).unwrap();
    assert_eq!(cached, snapshot);
}

#[test]
fn a_content_that_was_removed_is_downloaded_again() {
    let setup = Setup::new(&model(), Behaviour::default());
    let snapshot = setup.resolve("hf:owner/name").unwrap();
    fs::remove_dir_all(setup.repository().join("blobs")).unwrap();
    setup.resolve("hf:owner/name").unwrap();
    assert_holds(&snapshot.folder, &model());
}

#[test]
fn two_at_a_time_download_once() {
    let setup = Setup::new(&model(), Behaviour::default());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let snapshot = setup.resolve("hf:owner/name").unwrap();
                assert_holds(&snapshot.folder, &model());
            });
        }
    });
    let downloads = setup.fake.storage.take_requests();
    assert_eq!(downloads.len(), 1);
}

/// Runs a Python with `huggingface_hub`, if there is one.
fn python(setup: &Setup, script: &str) -> Option<String> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../venv/bin/python");
    let interpreter = std::env::var_os("UNDERTONE_PYTHON").map_or(beside, PathBuf::from);
    let has_library = Command::new(&interpreter)
        .args(["-c", "import huggingface_hub"])
        .output()
        .is_ok_and(|output| output.status.success());
    if !has_library {
        println!(
            "skipped: {} has no huggingface_hub; set UNDERTONE_PYTHON",
            interpreter.display()
        );
        return None;
    }
    let output = Command::new(&interpreter)
        .args(["-c", script])
        .env("HF_ENDPOINT", setup.fake.hub.url())
        .env("HF_HUB_CACHE", &setup.hub.cache)
        .env("HF_HOME", setup.hub.cache.with_file_name("home"))
        .env("HF_HUB_DISABLE_PROGRESS_BARS", "1")
        .env_remove("HF_HUB_OFFLINE")
        .output()
        .unwrap();
    let (out, err) = (&output.stdout, String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{err}");
    Some(String::from_utf8_lossy(out).trim().to_owned())
}

#[test]
fn python_finds_what_was_downloaded_here() {
    let setup = Setup::new(&model(), Behaviour::default());
    let snapshot = setup.resolve("hf:owner/name").unwrap();
    let script = format!(
        "from huggingface_hub import hf_hub_download, snapshot_download, try_to_load_from_cache
print(snapshot_download('{REPOSITORY}', local_files_only=True))
print(hf_hub_download('{REPOSITORY}', 'model.safetensors', local_files_only=True))
from huggingface_hub import scan_cache_dir
info = scan_cache_dir()
print(len(info.repos), len(info.warnings), next(iter(info.repos)).nb_files)"
    );
    let Some(out) = python(&setup, &script) else {
        return;
    };
    let folder = snapshot.folder.display();
    assert_eq!(out, format!("{folder}\n{folder}/model.safetensors\n1 0 3"));
}

#[test]
fn what_python_downloaded_is_found_here() {
    let setup = Setup::new(&model(), Behaviour::default());
    let script = format!(
        "from huggingface_hub import hf_hub_download
for name in ['config.json', 'preprocessor_config.json', 'model.safetensors']:
    hf_hub_download('{REPOSITORY}', name)"
    );
    if python(&setup, &script).is_none() {
        return;
    }
    let snapshot = setup.offline().resolve(&source(), |_| {}).unwrap();
    assert_holds(&snapshot.folder, &model());
    setup.fake.take_requests();
    setup.resolve("hf:owner/name").unwrap();
    assert_eq!(setup.fake.take_requests().len(), 2, "nothing to download");
}

#[test]
fn python_goes_on_with_a_download_that_broke_off_here() {
    let setup = Setup::new(
        &model(),
        Behaviour {
            break_first_at: Some(70_000),
            ..Behaviour::default()
        },
    );
    setup.resolve("hf:owner/name").unwrap_err();
    setup.fake.take_requests();
    let script = format!(
        "from huggingface_hub import hf_hub_download
print(hf_hub_download('{REPOSITORY}', 'model.safetensors'))"
    );
    let Some(path) = python(&setup, &script) else {
        return;
    };
    assert!(fs::read(path).unwrap() == noise(200_000));
    assert!(
        setup
            .fake
            .take_requests()
            .contains(&"from 70000".to_owned())
    );
}
