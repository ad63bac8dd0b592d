//! The files of a page without a server, and of the npm package.

use std::collections::BTreeSet;

use serde_json::Value;
use undertone_answer::{Answers, Classes, ModelIdentity};
use undertone_app::ModelDescription;
use undertone_web::{File, WebModel, npm_files, page_files};

fn model() -> WebModel {
    let labels = ["happy", "sad"].map(str::to_owned);
    let identity = ModelIdentity {
        name: "toy".to_owned(),
        version: Some("1".to_owned()),
    };
    WebModel {
        description: ModelDescription {
            answers: Answers::new(identity, Classes::new(labels, None), None),
            window_seconds: 2.0,
            sample_rate: 16_000,
            card: Some("# Toy\n".to_owned()),
            adapts: false,
            voice: None,
        },
        files: vec![
            ("config.json".to_owned(), b"{}".to_vec()),
            ("model.safetensors".to_owned(), vec![7; 300_000]),
        ],
    }
}

fn page() -> Vec<File> {
    let samples = [("happy.flac".to_owned(), vec![1, 2, 3])];
    page_files(&model(), &samples).unwrap()
}

fn text(files: &[File], name: &str) -> String {
    let (_, content) = files.iter().find(|(found, _)| found == name).unwrap();
    String::from_utf8(content.clone()).unwrap()
}

#[test]
fn every_file_that_the_page_names_is_there_once() {
    let files = page();
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    let unique: BTreeSet<&str> = names.iter().copied().collect();
    assert_eq!(unique.len(), names.len(), "{names:?}");
    for name in names.iter().filter(|name| name.ends_with(".js")) {
        for line in text(&files, name).lines() {
            let imported = line.split(" from \"./").nth(1);
            let Some(imported) = imported.and_then(|rest| rest.split('"').next()) else {
                continue;
            };
            let path = format!("assets/{imported}");
            assert!(unique.contains(path.as_str()), "{name} imports {imported}");
        }
    }
    assert!(!unique.contains("assets/api.js"), "it is the server's");
}

#[test]
fn the_page_asks_no_server_and_states_its_rules() {
    let files = page();
    let index = text(&files, "index.html");
    assert!(index.contains("<html lang=\"en\" data-engine=\"browser\" data-version=\""));
    assert!(!index.contains("@VERSION@"));
    assert!(index.contains("connect-src 'self'"));
    assert!(index.contains("manifest.webmanifest"));
    let engine = text(&files, "assets/engine.js");
    assert!(engine.contains("browser-engine.js"), "{engine}");
    let model: Value = serde_json::from_str(&text(&files, "model.json")).unwrap();
    assert_eq!(model["labels"][1]["name"], "sad");
    assert_eq!(model["card_html"], "<h1>Toy</h1>\n");
}

#[test]
fn the_service_worker_lists_all_files_and_changes_with_them() {
    let files = page();
    let worker = text(&files, "service-worker.js");
    for (name, _) in &files {
        let listed = worker.contains(&format!("\"{name}\""));
        // "./" stands for the index.
        assert_eq!(listed, name != "index.html", "{name}");
    }
    assert!(worker.contains("\"./\""));
    assert!(!worker.contains('@'), "{worker}");
    let version = worker.split("VERSION = \"").nth(1).unwrap();
    let version = version.split('"').next().unwrap();
    assert!(text(&files, "index.html").contains(&format!("data-version=\"{version}\"")));
    let mut other = model();
    other.files[0].1 = b"{ }".to_vec();
    let other = page_files(&other, &[]).unwrap();
    assert_ne!(text(&other, "service-worker.js"), worker);
}

#[test]
fn the_package_has_all_files_that_it_names() {
    let files = npm_files(&model(), "1.2.3", "# Toy\n").unwrap();
    let package: Value = serde_json::from_str(&text(&files, "package.json")).unwrap();
    assert_eq!(package["version"], "1.2.3");
    let names: BTreeSet<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    for name in [
        "index.js",
        "index.d.ts",
        "load-engine.js",
        "undertone.js",
        "engine.packed",
        "model.packed",
        "MODEL.md",
        "LICENSE-APACHE",
        "LICENSE-MIT",
    ] {
        assert!(names.contains(name), "{name}");
    }
}
