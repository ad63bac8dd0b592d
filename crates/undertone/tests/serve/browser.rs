//! Runs the tests of the page in a real browser: `tests/browser/`. Without a browser they are
//! skipped, which is an error with `UNDERTONE_REQUIRE_CLIENTS=1`.
//!
//! ```text
//! apt-get install chromium ffmpeg
//! npm ci --prefix tests/browser --ignore-scripts
//! ```

use std::process::Command;

use crate::clients::{root, skip};

#[test]
fn the_page_works_in_a_browser() {
    let script = root().join("tests/browser/run.mjs");
    let run = |arguments: &[&str]| {
        Command::new("node")
            .arg(&script)
            .args(arguments)
            .env("UNDERTONE_BIN", env!("CARGO_BIN_EXE_undertone"))
            .output()
    };
    let output = match run(&[]) {
        // The script ends with this code if a program is missing.
        Ok(output) if output.status.code() == Some(2) => {
            return skip(&String::from_utf8_lossy(&output.stderr));
        }
        Ok(output) => output,
        Err(_) => return skip("node is not installed"),
    };
    let report = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{}\n{report}\n{errors}",
        output.status
    );
}
