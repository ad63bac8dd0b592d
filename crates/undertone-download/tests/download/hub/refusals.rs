//! Errors of the Hub's client and their messages.

use std::fs;

use undertone_download::TransferError;
use undertone_download::hub::HubError;

use super::fake_hub::{Behavior, COMMIT};
use super::setup::{Setup, model, repository};
use crate::server::{Response, Server};

#[test]
fn a_wrong_hash_is_an_error_and_leaves_nothing() {
    let setup = Setup::new(
        &model(),
        Behavior {
            damage: true,
            ..Behavior::default()
        },
    );
    let error = setup.refusal("owner/name", &["SHA-256", "removed"]);
    assert!(matches!(
        error,
        HubError::Transfer(TransferError::WrongHash { .. })
    ));
    let left: Vec<_> = fs::read_dir(setup.cached().join("blobs"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left.len(), 3, "all but the weights: {left:?}");
}

#[test]
fn a_file_that_is_too_long_is_an_error() {
    let setup = Setup::new(
        &model(),
        Behavior {
            excess: true,
            ..Behavior::default()
        },
    );
    let error = setup.refusal("owner/name", &["instead of 200000"]);
    assert!(matches!(
        error,
        HubError::Transfer(TransferError::WrongSize { .. })
    ));
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
        "owner/name",
        &["HTTP 401", "HF_TOKEN", "accept its license at", &page],
    );
    let mut hub = setup.hub.clone();
    hub.token = Some("hf_other".to_owned());
    let error = hub.fetch(&repository(), |_| {}).unwrap_err().to_string();
    assert!(
        error.contains("the token in HF_TOKEN may read it"),
        "{error}"
    );
    assert!(!error.contains("hf_other"));

    hub.token = Some("hf_secret".to_owned());
    hub.fetch(&repository(), |_| {}).unwrap();
    let storage = setup.fake.storage.take_requests();
    assert_eq!(storage.len(), 1);
    assert!(!storage[0].headers.contains_key("authorization"));
}

#[test]
fn a_missing_repository_revision_or_file_has_its_own_error() {
    let setup = Setup::new(&model(), Behavior::default());
    let error = setup.refusal("owner/other", &["owner/other: no such model"]);
    assert!(matches!(error, HubError::NoRepository { .. }));
    let error = setup.refusal("owner/name@v9", &["no revision v9"]);
    assert!(matches!(error, HubError::NoRevision { .. }));
    let setup = Setup::new(&[], Behavior::default());
    let error = setup.refusal("owner/name", &["no file config.json"]);
    assert!(matches!(error, HubError::NoFile { .. }));
    assert!(!setup.cached().exists());
}

#[test]
fn server_errors_and_bad_redirects_name_the_remedy() {
    for (status, words) in [
        ("500 Internal Server Error", "HTTP 500; try again in 7 s"),
        ("429 Too Many Requests", "HTTP 429"),
        ("503 Service Unavailable", "HTTP 503"),
    ] {
        let behavior = Behavior {
            refuse: Some((status, "Retry-After", "7")),
            ..Behavior::default()
        };
        Setup::new(&model(), behavior).refusal("owner/name", &[words]);
    }
    let behavior = Behavior {
        is_no_hub: true,
        ..Behavior::default()
    };
    Setup::new(&model(), behavior).refusal("owner/name", &["X-Repo-Commit", "HF_ENDPOINT"]);
    let loops = Behavior {
        refuse: Some(("302 Found", "Location", "/again")),
        ..Behavior::default()
    };
    Setup::new(&model(), loops).refusal("owner/name", &["more than 10 redirects"]);
    let elsewhere = Behavior {
        refuse: Some(("302 Found", "Location", "ftp://host/file")),
        ..Behavior::default()
    };
    Setup::new(&model(), elsewhere).refusal("owner/name", &["no http(s) address"]);
}

#[test]
fn hashes_and_commits_that_are_not_safe_names_are_errors() {
    for (name, value) in [
        ("ETag", "\"../../x\""),
        ("ETag", "\"abc\""),
        ("ETag", ""),
        ("X-Repo-Commit", "../../x"),
    ] {
        let server = Server::start(move |_| {
            let other = if name == "ETag" {
                "X-Repo-Commit"
            } else {
                "ETag"
            };
            Response::new("200 OK")
                .header(name, value)
                .header(other, COMMIT)
        });
        let mut setup = Setup::new(&[], Behavior::default());
        setup.hub.endpoint = server.url();
        setup.refusal("owner/name", &["no usable", name]);
        assert!(!setup.cached().exists());
    }
}

#[test]
fn a_small_file_that_is_not_the_one_of_the_commit_is_an_error() {
    let behavior = Behavior {
        damage_small: true,
        ..Behavior::default()
    };
    Setup::new(&model(), behavior).refusal("owner/name", &["git's SHA-1"]);
}

#[test]
fn the_cache_is_used_without_a_network() {
    let mut setup = Setup::new(&model(), Behavior::default());
    setup.hub.endpoint = "http://127.0.0.1:9".to_owned();
    setup.refusal(
        "owner/name",
        &["no answer", "check the network", "HF_HUB_OFFLINE=1"],
    );
    let error = setup.offline().fetch(&repository(), |_| {}).unwrap_err();
    let cache = setup.hub.cache.display().to_string();
    for word in ["owner/name at main", &cache, "lacks the revision", "unset"] {
        assert!(error.to_string().contains(word), "{error}");
    }

    setup.hub.endpoint = setup.fake.hub.url();
    let snapshot = setup.fetch("owner/name").unwrap();
    setup.hub.endpoint = "http://127.0.0.1:9".to_owned();
    let cached = setup.fetch("owner/name").unwrap();
    assert_eq!(cached.folder, snapshot.folder);
    assert!(cached.unchecked.unwrap().contains("no answer"));
    let cached = setup.offline().fetch(&repository(), |_| {}).unwrap();
    assert_eq!(cached, snapshot);
}
