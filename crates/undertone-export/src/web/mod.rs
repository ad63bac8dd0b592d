//! A model with the page of `undertone serve`, or as an npm package, that need no server.

use burn::tensor::Device;
use fs_err as fs;
use serde_json::json;
use undertone_app::Recognizer;
use undertone_lab::card::{ModelCard, inline, title};
use undertone_models::{CONFIG_FILE, Classifier, NetworkConfig, PREPROCESSOR_FILE, WEIGHTS_FILE};
use undertone_recognizer::ServedClassifier;
use undertone_samples::SAMPLES;
use undertone_web::{File, WebModel, npm_files, page_files};
use yaml_serde::{Mapping, Value};

use crate::bundle::{ModelBundle, card_text};
use crate::error::ExportError;
use crate::folder::NewFolder;

/// Where the model lies for a moment.
const SCRATCH: &str = "model";
const NOTICE: &str = concat!(
    "The program in `engine.packed` is Undertone, licensed under either of Apache 2.0 and MIT, and \
     so is the one in `threaded-engine.packed`, which pages have. The license of the model's weights \
     is in what the page says about the model.\n\n",
    include_str!("../../../../samples/NOTICE"),
);

/// The headers by which a browser isolates the page and gives it threads, for hosts that read them
/// from a file of the folder (Netlify, Cloudflare Pages).
const HEADERS: &str = "/*\n  \
    Cross-Origin-Opener-Policy: same-origin\n  \
    Cross-Origin-Embedder-Policy: require-corp\n";

/// Write the folder of a page that runs the model in the browser.
pub(crate) fn write_page(bundle: &ModelBundle, folder: &NewFolder) -> Result<(), ExportError> {
    let samples = SAMPLES.map(|it| (it.name.to_owned(), it.content.to_vec()));
    for (name, content) in page_files(&web_model(bundle, folder)?, &samples)? {
        folder.write(&name, &content)?;
    }
    folder.write("NOTICE", NOTICE.as_bytes())?;
    folder.write("README.md", card_text(&readme(bundle))?.as_bytes())?;
    folder.write("_headers", HEADERS.as_bytes())?;
    folder.write_attributes(&["*.flac", "*.packed"])
}

/// Write the folder of an npm package.
pub(crate) fn write_npm(bundle: &ModelBundle, folder: &NewFolder) -> Result<(), ExportError> {
    let card = card_text(&bundle.card())?;
    let model = web_model(bundle, folder)?;
    for (name, content) in npm_files(&model, env!("CARGO_PKG_VERSION"), &card)? {
        folder.write(&name, &content)?;
    }
    folder.write("NOTICE", NOTICE.as_bytes())?;
    folder.write_attributes(&["*.packed"])
}

fn web_model(bundle: &ModelBundle, folder: &NewFolder) -> Result<WebModel, ExportError> {
    if let NetworkConfig::Joined(_) = bundle.model.config.network {
        return Err(ExportError::SeveralEncoders);
    }
    let scratch = folder.path().join(SCRATCH);
    bundle.model.save(&scratch)?;
    let mut files: Vec<File> = Vec::new();
    for name in [CONFIG_FILE, PREPROCESSOR_FILE, WEIGHTS_FILE] {
        let path = scratch.join(name);
        // A model without a pretrained encoder has no file of its preprocessor.
        if path.is_file() {
            files.push((name.to_owned(), fs::read(path)?));
        }
    }
    fs::remove_dir_all(&scratch)?;
    let classifier = Classifier::new(bundle.model.clone(), &Device::flex())?;
    let classes = classifier.answers().own().clone();
    let identity = classifier.identity();
    let card = card_text(&bundle.card())?;
    let served = ServedClassifier::new(classifier, classes, None, identity, Some(card));
    Ok(WebModel {
        description: served.description(),
        files,
    })
}

/// Return the Space's page on the Hub. Its metadata tell the Hub that it is a static one
/// (<https://huggingface.co/docs/hub/spaces-config-reference>).
fn readme(bundle: &ModelBundle) -> ModelCard {
    let config = &bundle.model.config;
    let mut metadata = Mapping::new();
    let mut set = |key: &str, value: serde_json::Value| {
        // Strings, numbers and lists can always be written as YAML.
        let value: Value = yaml_serde::to_value(value).unwrap_or_default();
        metadata.insert(key.into(), value);
    };
    set("title", json!(title(config)));
    set("emoji", json!("🎙️"));
    set("colorFrom", json!("blue"));
    set("colorTo", json!("gray"));
    set("sdk", json!("static"));
    set("app_file", json!("index.html"));
    set("pinned", json!(false));
    // The Hub's names for the same headers as in `HEADERS`. The third one lets its page show this
    // one.
    set(
        "custom_headers",
        json!({
            "cross-origin-embedder-policy": "require-corp",
            "cross-origin-opener-policy": "same-origin",
            "cross-origin-resource-policy": "cross-origin",
        }),
    );
    if let Some(license) = bundle.license() {
        set("license", json!(license));
    }
    set(
        "tags",
        json!(["speech-emotion-recognition", "audio", "undertone"]),
    );
    let text = format!(
        "# {}\n\nThe page of Undertone with a model that runs in the visitor's browser: no \
         recording leaves the device. The page says what the model was trained on, how good it is, \
         and what it must not be used for.\n\n\
         Any host for static files can serve this folder, under any path. The microphone needs \
         HTTPS or `localhost`. The model computes on several cores if the host sends the headers of \
         `_headers`, and from the second visit on in any case. GitHub Pages serves no file of Git \
         LFS: keep only the first line of `.gitattributes` there before you commit.\n\n```\n\
         python3 -m http.server --directory .\n\
         hf upload OWNER/NAME . --repo-type space\n```\n",
        inline(&title(config)),
    );
    ModelCard { metadata, text }
}
