//! Names of repositories, and settings from the environment.

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use undertone_download::hub::{Hub, Repository};

#[test]
fn names_of_repositories_survive_parsing() {
    for text in [
        "facebook/wav2vec2-base",
        "gpt2",
        "openai/whisper-tiny.en@main",
        "a/b@refs/pr/1",
    ] {
        let repository: Repository = text.parse().unwrap();
        assert_eq!(repository.to_string(), text);
    }
    for text in [
        "", "a/b/c", "../b", "a/", "a/b@", "a/b@../c", "a b/c", "a--b/c", "/b", "a/b@x/", "a/b?c",
    ] {
        let error = text.parse::<Repository>().unwrap_err().to_string();
        assert!(error.contains("owner/name@revision"), "{error}");
    }
}

#[test]
fn settings_are_those_of_python() {
    let with = |variables: &[(&str, &str)]| {
        let variables = variables.to_vec();
        Hub::from_variables(move |name| {
            let found = variables.iter().find(|(key, _)| *key == name)?;
            Some(OsString::from(found.1))
        })
    };
    let hub = with(&[]);
    assert_eq!(hub.endpoint, "https://huggingface.co");
    assert!(hub.cache.ends_with(".cache/huggingface/hub"));
    assert!(hub.cache.is_absolute());
    assert!(!hub.offline);

    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("token"), "hf_file\n").unwrap();
    let home = home.path().to_str().unwrap();
    let hub = with(&[("HF_HOME", home), ("HF_ENDPOINT", "https://mirror/")]);
    assert_eq!(hub.cache, Path::new(home).join("hub"));
    assert_eq!(hub.token.as_deref(), Some("hf_file"));
    assert_eq!(hub.endpoint, "https://mirror");

    let hub = with(&[
        ("HF_HOME", home),
        ("HF_HUB_CACHE", "/elsewhere"),
        ("HF_TOKEN", "hf_secret"),
        ("HF_HUB_OFFLINE", "true"),
    ]);
    assert_eq!(hub.cache, Path::new("/elsewhere"));
    assert_eq!(hub.token.as_deref(), Some("hf_secret"));
    assert!(hub.offline);
    assert!(!format!("{hub:?}").contains("hf_secret"));
    assert!(!with(&[("HF_HUB_OFFLINE", "0")]).offline);
    assert!(with(&[("XDG_CACHE_HOME", "/x")]).cache == Path::new("/x/huggingface/hub"));
}
