use std::fs;
use std::path::Path;

use crate::support::start;

#[test]
fn every_file_of_the_page_is_embedded() {
    let server = start();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("web/assets");
    let mut total = server.get("/").body.len();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let response = server.get(&format!("/assets/{name}"));
        assert_eq!(response.status, 200, "{name} is missing in src/assets.rs");
        assert!(response.body == fs::read(entry.path()).unwrap(), "{name}");
        assert_ne!(
            response.header("content-type"),
            Some("application/octet-stream"),
            "{name}"
        );
        total += response.body.len();
    }
    assert!(total < 160_000, "the page has {total} bytes");
}

#[test]
fn an_unchanged_file_is_not_sent_again() {
    let server = start();
    let first = server.get("/");
    assert_eq!(
        first.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    let known = format!("if-none-match: {}", first.header("etag").unwrap());
    let second = server.send("GET", "/", &[&known], b"");
    assert_eq!((second.status, second.body.len()), (304, 0));
}

#[test]
fn the_model_and_the_limits_are_described() {
    let server = start();
    let model = server.get("/api/model").json();
    assert_eq!(model["name"], "obedient");
    assert_eq!(model["labels"][0]["name"], "negative");
    assert_eq!(model["labels"][0]["colour"], "#882255");
    assert_eq!(
        model["card_html"],
        "<h1>Obedient</h1>\n<p>Knows &lt;b&gt;nothing&lt;/b&gt;.</p>\n"
    );
    assert_eq!(
        (&model["max_seconds"], &model["max_bytes"]),
        (&21_600.0.into(), &(100 << 20).into())
    );
    for sample in model["samples"].as_array().unwrap() {
        let response = server.get(sample["url"].as_str().unwrap());
        assert_eq!(response.status, 200);
        assert!(
            response
                .header("content-type")
                .unwrap()
                .starts_with("audio/")
        );
        assert_eq!(server.predict(&response.body).status, 200);
    }
}
