//! What goes wrong, and what is said of it.

use std::fs;

use undertone_models::hub::HubError;

use crate::fake_hub::{Behavior, COMMIT};
use crate::server::{Answer, Server};
use crate::setup::{Setup, model, source};

#[test]
fn a_wrong_hash_is_an_error_and_leaves_nothing() {
    let setup = Setup::new(
        &model(),
        Behavior {
            damage: true,
            ..Behavior::default()
        },
    );
    let error = setup.refusal("hf:owner/name", &["SHA-256", "removed"]);
    assert!(matches!(error, HubError::WrongHash { .. }));
    let left: Vec<_> = fs::read_dir(setup.repository().join("blobs"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left.len(), 3, "all but the weights: {left:?}");
}

#[test]
fn bytes_too_many_are_an_error() {
    let setup = Setup::new(
        &model(),
        Behavior {
            excess: true,
            ..Behavior::default()
        },
    );
    let error = setup.refusal("hf:owner/name", &["instead of 200000"]);
    assert!(matches!(error, HubError::WrongSize { .. }));
}

#[test]
fn the_token_goes_to_the_hub_and_nowhere_else() {
    let setup = Setup::new(
        &model(),
        Behavior {
            token: Some("hf_secret"),
            ..Behavior::default()
        },
    );
    let page = format!("{}/owner/name", setup.hub.endpoint);
    setup.refusal(
        "hf:owner/name",
        &["HTTP 401", "HF_TOKEN", "accept its license at", &page],
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
    let setup = Setup::new(&model(), Behavior::default());
    let error = setup.refusal("hf:owner/other", &["owner/other: no such model"]);
    assert!(matches!(error, HubError::NoRepository { .. }));
    let error = setup.refusal("hf:owner/name@v9", &["no revision v9"]);
    assert!(matches!(error, HubError::NoRevision { .. }));
    let setup = Setup::new(&[], Behavior::default());
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
        let behavior = Behavior {
            refuse: Some((status, "Retry-After", "7")),
            ..Behavior::default()
        };
        Setup::new(&model(), behavior).refusal("hf:owner/name", &[words]);
    }
    let behavior = Behavior {
        is_no_hub: true,
        ..Behavior::default()
    };
    Setup::new(&model(), behavior).refusal("hf:owner/name", &["X-Repo-Commit", "HF_ENDPOINT"]);
    let loops = Behavior {
        refuse: Some(("302 Found", "Location", "/again")),
        ..Behavior::default()
    };
    Setup::new(&model(), loops).refusal("hf:owner/name", &["more than 10 redirects"]);
    let elsewhere = Behavior {
        refuse: Some(("302 Found", "Location", "ftp://host/file")),
        ..Behavior::default()
    };
    Setup::new(&model(), elsewhere).refusal("hf:owner/name", &["no http(s) address"]);
}

#[test]
fn hashes_and_commits_that_are_no_names_are_refused() {
    for (name, value) in [("ETag", "\"../../x\""), ("X-Repo-Commit", "../../x")] {
        let server = Server::start(move |_| {
            let mut answer = Answer::new("200 OK").header(name, value);
            let other = if name == "ETag" {
                "X-Repo-Commit"
            } else {
                "ETag"
            };
            answer = answer.header(other, COMMIT);
            answer
        });
        let mut setup = Setup::new(&[], Behavior::default());
        setup.hub.endpoint = server.url();
        setup.refusal("hf:owner/name", &["no usable", name]);
        assert!(!setup.repository().exists());
    }
}

#[test]
fn without_a_network_the_cache_counts() {
    let mut setup = Setup::new(&model(), Behavior::default());
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
