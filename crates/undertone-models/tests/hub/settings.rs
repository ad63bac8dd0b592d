//! Sources as they are written, and settings from the environment.

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use undertone_models::hub::{Hub, ModelSource};

#[test]
fn sources_are_written_as_they_are_read() {
    for text in [
        "hf:facebook/wav2vec2-base",
        "hf:gpt2",
        "hf:openai/whisper-tiny.en@main",
        "hf:a/b@refs/pr/1",
        "models/mine",
        "C:\\models",
    ] {
        let source: ModelSource = text.parse().unwrap();
        assert_eq!(source.to_string(), text);
        let json = serde_json::to_string(&source).unwrap();
        assert_eq!(serde_json::from_str::<ModelSource>(&json).unwrap(), source);
    }
    assert_eq!(
        "models/mine".parse(),
        Ok(ModelSource::Folder("models/mine".into()))
    );
    for text in [
        "hf:",
        "hf:a/b/c",
        "hf:../b",
        "hf:a/",
        "hf:a/b@",
        "hf:a/b@../c",
        "hf:a b/c",
        "hf:a--b/c",
        "hf:/b",
        "hf:a/b@x/",
        "hf:a/b?c",
    ] {
        let error = text.parse::<ModelSource>().unwrap_err().to_string();
        assert!(error.contains("hf:owner/name@revision"), "{error}");
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
