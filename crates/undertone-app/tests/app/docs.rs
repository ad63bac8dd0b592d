//! Compares the OpenAPI document with the responses of a real server. A test beside the table of
//! routes compares its paths and methods.

use std::cell::RefCell;
use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::adaptive::start_adaptive;
use crate::schema::violations;
use crate::support::{Response, Running, settings, start, start_with, wav, wav_at};

/// The OpenAPI document, and what has been checked against it.
pub(crate) struct OpenApi {
    /// The document, in which no object may have a property that it does not name.
    document: Value,
    operations: RefCell<BTreeSet<String>>,
}

impl OpenApi {
    pub(crate) fn of(server: &Running) -> Self {
        let mut document = server.get("/api/openapi.json").json();
        forbid_other_properties(&mut document);
        Self {
            document,
            operations: RefCell::default(),
        }
    }

    /// Check a value against the schema at a JSON pointer.
    pub(crate) fn check_schema(&self, pointer: &str, value: &Value) {
        let errors = violations(&self.document, pointer, value);
        assert!(errors.is_empty(), "{pointer}: {errors:#?}");
    }

    /// Check a response against the operation's description: status, content type and schema.
    pub(crate) fn check(&self, operation: &str, response: &Response) {
        let (method, path) = operation.split_once(' ').unwrap();
        let mut pointer = format!(
            "/paths/{}/{}/responses/{}",
            escaped(path),
            method.to_lowercase(),
            response.status
        );
        let described = self.document.pointer(&pointer);
        let described = described.unwrap_or_else(|| panic!("{operation}: {}", response.text()));
        if let Some(reference) = described["$ref"].as_str() {
            pointer = reference[1..].to_owned();
        }
        let content_type = response.header("content-type").unwrap();
        let media_type = content_type.split(';').next().unwrap();
        pointer += &format!("/content/{}/schema", escaped(media_type));
        if media_type.ends_with("json") {
            self.check_schema(&pointer, &response.json());
        } else {
            self.check_schema(&pointer, &response.text().into());
        }
        if response.status == 200 {
            self.operations.borrow_mut().insert(operation.to_owned());
        }
    }
}

fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// Close all schemas that name properties, so that a property without a description is an error.
fn forbid_other_properties(value: &mut Value) {
    match value {
        Value::Object(object) => {
            object.values_mut().for_each(forbid_other_properties);
            if object.contains_key("properties") && object.get("type") == Some(&json!("object")) {
                object.insert("additionalProperties".to_owned(), Value::Bool(false));
            }
        }
        Value::Array(values) => values.iter_mut().for_each(forbid_other_properties),
        _ => {}
    }
}

#[test]
fn responses_match_the_openapi_document() {
    let server = start();
    let openapi = OpenApi::of(&server);
    let (loud, quiet) = (wav(0.9), wav(0.002));
    let parts: [(&str, &str, &[u8]); 3] = [
        ("file", "loud.wav", &loud),
        ("file", "notes.txt", b"once upon a time"),
        ("file", "quiet.wav", &quiet),
    ];
    let batch = |query: &str| server.post_form(&format!("/api/predict/batch{query}"), &parts);
    let everything = start_adaptive().post_form(
        "/api/predict?timeline=1&picture=1&voice=1&why=1",
        &[("file", "a.wav", &wav_at(48_000, 5.0, 0.5))],
    );
    // Every property of an analysis that the document describes appears in this one, except that
    // windows are not summed up.
    let described = openapi.document["components"]["schemas"]["Analysis"]["properties"].clone();
    let keys = |value: &Value| -> BTreeSet<String> {
        value.as_object().unwrap().keys().cloned().collect()
    };
    let mut found = keys(&everything.json());
    found.insert("summary".to_owned());
    assert_eq!(found, keys(&described));
    for (operation, response) in [
        ("POST /api/predict", server.predict(&loud)),
        ("POST /api/predict", everything),
        ("POST /api/predict", server.predict(b"")),
        ("POST /api/predict", server.predict(b"once upon a time")),
        ("POST /api/predict", server.predict(&wav(0.0))),
        ("POST /api/predict/batch", batch("")),
        (
            "POST /api/segments",
            server.send(
                "POST",
                "/api/segments?format=srt",
                &[],
                b"{\"seconds\": 1, \"segments\": []}",
            ),
        ),
        ("POST /api/predict/batch", batch("?timeline=1&picture=1")),
        ("GET /api/live", server.get("/api/live")),
        ("GET /api/model", server.get("/api/model")),
        ("GET /api/model", start_adaptive().get("/api/model")),
        ("GET /api/openapi.json", server.get("/api/openapi.json")),
        (
            "GET /api/answer.schema.json",
            server.get("/api/answer.schema.json"),
        ),
        ("GET /healthz", server.get("/healthz")),
        ("GET /readyz", server.get("/readyz")),
        ("GET /metrics", server.get("/metrics")),
    ] {
        openapi.check(operation, &response);
    }
    let checked = openapi.operations.borrow();
    for (path, operations) in openapi.document["paths"].as_object().unwrap() {
        for method in operations.as_object().unwrap().keys() {
            let operation = format!("{} {path}", method.to_uppercase());
            // The messages of a live connection are checked in live.rs.
            let is_checked = checked.contains(&operation) || path == "/api/live";
            assert!(is_checked, "no response of {operation} was checked");
        }
    }
}

#[test]
fn the_document_has_the_schema_of_answers() {
    let server = start();
    let served = server.get("/api/answer.schema.json").json();
    // The document has the definitions among its own.
    let moved = served["$defs"].to_string();
    let moved = moved.replace("#/$defs/", "#/components/schemas/");
    let shared: Value = serde_json::from_str(&moved).unwrap();
    let document = server.get("/api/openapi.json").json();
    let schemas = &document["components"]["schemas"];
    for (name, schema) in shared.as_object().unwrap() {
        match name.as_str() {
            "Answer" | "Failure" | "NumbersAnswer" | "NumbersSegment" => {}
            name => assert_eq!(&schemas[name], schema, "{name}"),
        }
    }
    let of_answers = shared["Answer"]["properties"].as_object().unwrap();
    for (name, property) in of_answers {
        assert_eq!(&schemas["Analysis"]["properties"][name], property, "{name}");
        let live = &schemas["LiveAnalysis"]["properties"][name];
        assert!(live.is_null() || live == property, "{name}");
    }
}

#[test]
fn all_answers_are_as_their_schema_says() {
    let schema: Value = serde_json::from_str(undertone_answer::SCHEMA).unwrap();
    let check = |shape: &str, answer: &Value| {
        let found = violations(&schema, &format!("/$defs/{shape}"), answer);
        assert!(found.is_empty(), "{found:#?}");
        assert!(violations(&schema, "", answer).is_empty());
    };
    let loud = wav(0.9);
    for server in [start(), start_adaptive()] {
        for query in ["", "?timeline=1", "?scheme=sentiment3&timeline=1"] {
            let answer = server.post(&format!("/api/predict{query}"), &loud);
            check("Answer", &answer.json());
        }
        let silent = server.post("/api/predict?timeline=1", &wav(0.0));
        check("Answer", &silent.json());
        let parts: [(&str, &str, &[u8]); 2] =
            [("file", "a.wav", &loud), ("file", "b.txt", b"words")];
        let batch = server.post_form("/api/predict/batch", &parts).json();
        check("Answer", &batch["results"][0]);
        check("Failure", &batch["results"][1]);
    }
}

#[test]
fn refusals_match_the_openapi_document() {
    let mut settings = settings();
    settings.limits.max_bytes = 1000;
    let server = start_with(settings);
    let openapi = OpenApi::of(&server);
    for path in ["/api/predict", "/api/predict/batch"] {
        let send = |header: &str| server.send("POST", path, &[header], b"x");
        let operation = format!("POST {path}");
        openapi.check(&operation, &send("origin: https://evil.example.org"));
        openapi.check(&operation, &send("host: evil.example.org"));
        openapi.check(&operation, &server.post(path, &wav(0.5)));
    }
}

#[test]
#[should_panic(expected = "seconds")]
fn an_undocumented_property_fails_the_check() {
    let server = start();
    let mut openapi = OpenApi::of(&server);
    let analysis = &mut openapi.document["components"]["schemas"]["Analysis"];
    let properties = analysis["properties"].as_object_mut().unwrap();
    properties.remove("seconds");
    analysis["required"] = json!([]);
    openapi.check("POST /api/predict", &server.predict(&wav(0.5)));
}

#[test]
fn the_document_describes_this_version() {
    let server = start();
    let response = server.get("/api/openapi.json");
    assert_eq!(response.header("content-type"), Some("application/json"));
    let document = response.json();
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["info"]["version"], env!("CARGO_PKG_VERSION"));
}

#[test]
fn there_is_a_page_to_try_the_api() {
    let server = start();
    let page = server.get("/api/docs");
    assert_eq!(
        page.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    let html = page.text();
    for (attribute, name) in [("href=\"", "docs.css"), ("src=\"", "docs.js")] {
        assert!(html.contains(&format!("{attribute}docs/{name}")), "{name}");
        assert_eq!(server.get(&format!("/api/docs/{name}")).status, 200);
    }
    assert!(!html.contains("<style") && !html.contains(" style=") && !html.contains("onclick"));
}
