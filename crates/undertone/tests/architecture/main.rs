//! Hold the source of every crate against the rules of `docs/architecture.md`.
//!
//! The files are read as text; nothing is compiled. Inside a crate, no two files may import each
//! other in a circle, directly or over others. A file imports another when its code names an item
//! that the other file defines. Declaring a module (`mod x;`) and re-exporting from it
//! (`pub use x::Y;`) are no imports, and `#[cfg(test)]` code does not count.

mod circles;
mod graph;
mod module;

use std::path::{Path, PathBuf};

use module::Crate;

#[test]
fn no_crate_has_an_import_circle() {
    let mut found = Vec::new();
    let crates = crates();
    assert!(crates.len() > 8, "crates are missing: {crates:?}");
    for folder in crates {
        let edges = graph::imports(&Crate::read(&folder));
        for circle in circles::circles(&edges) {
            found.push(format!("{}: {}", name(&folder), circle.join(" ↔ ")));
        }
    }
    assert!(found.is_empty(), "import circles:\n{}", found.join("\n"));
}

#[test]
fn a_circle_is_found() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/architecture/example");
    let edges = graph::imports(&Crate::read(&folder));
    let circles = circles::circles(&edges);
    assert_eq!(
        circles,
        [vec!["circle", "circle::child"], vec!["one", "two"]]
    );
    assert!(edges["user"].contains("owner"), "{edges:?}");
    assert!(edges["macros"].contains("owner"), "{edges:?}");
}

fn crates() -> Vec<PathBuf> {
    let above = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut folders: Vec<PathBuf> = std::fs::read_dir(above)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("Cargo.toml").is_file())
        .collect();
    folders.sort();
    folders
}

fn name(folder: &Path) -> String {
    folder.file_name().unwrap().to_string_lossy().into_owned()
}
