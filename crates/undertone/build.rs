//! States what is built, for `undertone version`.

use std::env;
use std::path::Path;
use std::process::Command;

fn main() {
    // Set by packagers, who often build from an archive without a repository.
    println!("cargo::rerun-if-env-changed=UNDERTONE_COMMIT");
    let stated = env::var("UNDERTONE_COMMIT").ok();
    if let Some(commit) = stated.or_else(commit) {
        println!("cargo::rustc-env=UNDERTONE_COMMIT={}", commit.trim());
    }
    let target = env::var("TARGET").unwrap_or_default();
    println!("cargo::rustc-env=UNDERTONE_TARGET={target}");
}

/// Return the commit of the repository that this package is a part of.
fn commit() -> Option<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    // Not the repository that an unpacked archive happens to lie in.
    if !root.join(".git").exists() {
        return None;
    }
    let git = |arguments: &[&str]| {
        let done = Command::new("git")
            .args(arguments)
            .current_dir(&root)
            .output()
            .ok()?;
        let text = String::from_utf8(done.stdout).ok()?;
        done.status.success().then(|| text.trim().to_owned())
    };
    // Changes with every commit, and exists in worktrees too.
    if let Some(log) = git(&["rev-parse", "--git-path", "logs/HEAD"]) {
        println!("cargo::rerun-if-changed={}", root.join(log).display());
    }
    git(&["rev-parse", "--short=12", "HEAD"])
}
