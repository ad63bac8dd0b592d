//! Runs Gradio's own clients, at the versions that `tests/clients/` pins. Tests whose client is not
//! installed are skipped, which is an error with `UNDERTONE_REQUIRE_CLIENTS=1`.
//!
//! ```text
//! python3 -m venv target/clients && target/clients/bin/pip install -r
//! tests/clients/requirements.txt npm ci --prefix tests/clients
//! ```

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::program::{Serving, sample, serve};

const TOKEN: &str = "s3cret-token";

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn script(name: &str) -> PathBuf {
    root().join("tests/clients").join(name)
}

/// Return the Python with `gradio_client`: `$UNDERTONE_CLIENTS_PYTHON`, or that of
/// `target/clients`.
fn python() -> Option<PathBuf> {
    let in_target = || Path::new(env!("CARGO_TARGET_TMPDIR")).join("../clients/bin/python");
    let python = std::env::var_os("UNDERTONE_CLIENTS_PYTHON").map_or_else(in_target, PathBuf::from);
    let has_client = Command::new(&python)
        .args(["-c", "import gradio_client"])
        .output();
    has_client
        .is_ok_and(|output| output.status.success())
        .then_some(python)
}

fn node() -> Option<PathBuf> {
    script("node_modules/@gradio/client")
        .is_dir()
        .then(|| PathBuf::from("node"))
}

/// Report a skipped test, or fail if clients are required.
#[allow(clippy::print_stdout)] // reports what is skipped
pub(crate) fn skip(what: &str) {
    let required = std::env::var_os("UNDERTONE_REQUIRE_CLIENTS").is_some_and(|value| value == "1");
    assert!(!required, "{what}");
    println!("skipped: {what}");
}

/// Run a script against a server, and check that its result equals that of the REST interface.
fn run(program: &Path, script: &Path, serving: &Serving, token: Option<&str>) {
    let output = Command::new(program)
        .arg(script)
        .arg(serving.url())
        .arg(sample("neutral.flac"))
        .arg(root().join("README.md"))
        .args(token)
        .env("HF_HUB_DISABLE_TELEMETRY", "1")
        .env("NO_PROXY", "127.0.0.1")
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{stdout}\n{stderr}");
    let printed: Value = serde_json::from_str(stdout.lines().last().unwrap()).unwrap();
    let header = token
        .map(|token| format!("authorization: Bearer {token}\r\n"))
        .unwrap_or_default();
    let recording = std::fs::read(sample("neutral.flac")).unwrap();
    let (_, answer) = serving.send("POST", "/api/predict", &header, &recording);
    let answer: Value = serde_json::from_slice(&answer).unwrap();
    assert_eq!(printed["label"], answer["label"]);
    let (found, expected) = (
        &printed["confidences"][0]["confidence"],
        &answer["confidence"],
    );
    assert!((found.as_f64().unwrap() - expected.as_f64().unwrap()).abs() < 1e-5);
}

#[test]
fn the_python_client_of_gradio_works() {
    let Some(python) = python() else {
        return skip("gradio_client is not installed");
    };
    run(&python, &script("check.py"), &serve(&[]), None);
    run(
        &python,
        &script("check.py"),
        &serve(&["--token", TOKEN]),
        Some(TOKEN),
    );
}

#[test]
fn the_javascript_client_of_gradio_works() {
    let Some(node) = node() else {
        return skip("@gradio/client is not installed");
    };
    run(&node, &script("check.mjs"), &serve(&[]), None);
    run(
        &node,
        &script("check.mjs"),
        &serve(&["--token", TOKEN]),
        Some(TOKEN),
    );
}
