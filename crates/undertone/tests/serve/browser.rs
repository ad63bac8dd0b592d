//! What a person does with the page, in a real browser: `tests/browser/`. Where there is none this is
//! said; with `UNDERTONE_REQUIRE_CLIENTS=1` it is an error.
//!
//! ```text
//! apt-get install chromium ffmpeg
//! npm ci --prefix tests/browser --ignore-scripts
//! ```

use std::process::Command;

use crate::clients::{root, skip};

#[test]
fn a_person_gets_along_with_the_page() {
    let script = root().join("tests/browser/run.mjs");
    let run = |arguments: &[&str]| {
        Command::new("node")
            .arg(&script)
            .args(arguments)
            .env("UNDERTONE_BIN", env!("CARGO_BIN_EXE_undertone"))
            .output()
    };
    let output = match run(&[]) {
        // The script ends so where it lacks something.
        Ok(output) if output.status.code() == Some(2) => {
            return skip(&String::from_utf8_lossy(&output.stderr));
        }
        Ok(output) => output,
        Err(_) => return skip("node is not installed"),
    };
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}");
}
