//! The cache that is shared with Python's `huggingface_hub`.
#![allow(clippy::print_stdout, reason = "a skipped test says so")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::fake_hub::{Behavior, REPOSITORY};
use super::setup::{Setup, assert_holds, model, noise, repository};

/// Run a script, if there is a Python with `huggingface_hub`.
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
    let setup = Setup::new(&model(), Behavior::default());
    let snapshot = setup.fetch("owner/name").unwrap();
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
    assert_eq!(out, format!("{folder}\n{folder}/model.safetensors\n1 0 4"));
}

#[test]
fn downloads_of_python_are_found_here() {
    let setup = Setup::new(&model(), Behavior::default());
    let script = format!(
        "from huggingface_hub import hf_hub_download
for name in ['config.json', 'preprocessor_config.json', 'README.md', 'model.safetensors']:
    hf_hub_download('{REPOSITORY}', name)"
    );
    if python(&setup, &script).is_none() {
        return;
    }
    let snapshot = setup.offline().fetch(&repository(), |_| {}).unwrap();
    assert_holds(&snapshot.folder, &model());
    setup.fake.take_requests();
    setup.fetch("owner/name").unwrap();
    assert_eq!(setup.fake.take_requests().len(), 2, "nothing to download");
}

#[test]
fn python_resumes_a_download_that_was_interrupted_here() {
    let setup = Setup::new(
        &model(),
        Behavior {
            break_first_at: Some(70_000),
            ..Behavior::default()
        },
    );
    setup.fetch("owner/name").unwrap_err();
    setup.fake.take_requests();
    let script = format!(
        "from huggingface_hub import __version__, hf_hub_download
print(hf_hub_download('{REPOSITORY}', 'model.safetensors'))
print(__version__)"
    );
    let Some(out) = python(&setup, &script) else {
        return;
    };
    let (path, version) = out.split_once('\n').unwrap();
    assert!(fs::read(path).unwrap() == noise(200_000));
    // Since version 2 Python does not resume: it has another file for each download.
    if version.starts_with("0.") || version.starts_with("1.") {
        let requests = setup.fake.take_requests();
        assert!(requests.contains(&"from 70000".to_owned()), "{requests:?}");
    }
}
