//! A model as a Docker Space of the Hugging Face Hub, with the page and API of `undertone serve`.

mod binary;

use std::fmt::Write;
use std::path::Path;

use fs_err as fs;
use serde_json::json;
use sha2::{Digest, Sha256};
use undertone_lab::card::{ModelCard, inline, title};
use undertone_models::CARD_FILE;
use undertone_samples::SAMPLES;
use yaml_serde::{Mapping, Value};

use crate::bundle::{ModelBundle, card_text};
use crate::error::ExportError;
use crate::folder::NewFolder;

pub use binary::{Binary, BinaryError};

/// The Dockerfile without the name of the base image.
const DOCKERFILE: &str = include_str!("Dockerfile");
const BASE: &str = "@BASE@";
/// The program's port in the container.
const PORT: u16 = 7860;
/// Files that the build of the image does not need.
const DOCKERIGNORE: &str = ".git\n.gitattributes\nREADME.md\n";
/// The licenses that must accompany the program.
const NOTICE: &str = concat!(
    "`undertone` is licensed under either of Apache 2.0 and MIT. The license of the model's weights \
     is in model/README.md.\n\n",
    include_str!("../../../../samples/NOTICE"),
    "\nThe program carries these recordings. It also carries the typeface Inter, whose license \
     follows.\n\n",
    include_str!("../../../undertone-figures/fonts/OFL.txt"),
);
/// The largest length of the card's short description, in characters.
const LONGEST_DESCRIPTION: usize = 60;

/// Write the program, the model, and a Dockerfile that checks both and makes a small image of them.
pub(crate) fn write(
    bundle: &ModelBundle,
    binary: &Path,
    folder: &NewFolder,
) -> Result<(), ExportError> {
    let found = Binary::read(binary).map_err(|source| ExportError::Binary {
        path: binary.to_owned(),
        source,
    })?;
    folder.copy(binary, "undertone")?;
    bundle.model.save(&folder.path().join("model"))?;
    let card = format!("model/{CARD_FILE}");
    folder.write(&card, card_text(&bundle.card())?.as_bytes())?;
    let [sample, ..] = &SAMPLES;
    folder.write(&format!("samples/{}", sample.name), sample.content)?;
    folder.write("SHA256SUMS", checksums(folder)?.as_bytes())?;
    let dockerfile = DOCKERFILE.replace(BASE, found.base_image());
    folder.write("Dockerfile", dockerfile.as_bytes())?;
    folder.write(".dockerignore", DOCKERIGNORE.as_bytes())?;
    folder.write("NOTICE", NOTICE.as_bytes())?;
    folder.write("README.md", card_text(&readme(bundle))?.as_bytes())?;
    folder.write_attributes(&["*.flac", "*.safetensors", "/undertone"])
}

/// Return the hashes of the program and the model's files in the format of `sha256sum --check`.
fn checksums(folder: &NewFolder) -> Result<String, ExportError> {
    let root = folder.path();
    let model = root.join("model");
    let mut names = vec!["undertone".to_owned()];
    for entry in fs::read_dir(&model)? {
        let name = entry?.file_name();
        // The card may be edited on the Hub's page.
        if name != CARD_FILE {
            names.push(format!("model/{}", name.to_string_lossy()));
        }
    }
    names.sort();
    let mut lines = String::new();
    for name in names {
        let hash = Sha256::digest(fs::read(root.join(&name))?);
        for byte in hash {
            // Writing into a string never fails.
            let _ = write!(lines, "{byte:02x}");
        }
        lines += &format!("  {name}\n");
    }
    Ok(lines)
}

/// Return the Space's page on the Hub. Its metadata tell the Hub how to run it
/// (<https://huggingface.co/docs/hub/spaces-config-reference>).
fn readme(bundle: &ModelBundle) -> ModelCard {
    let config = &bundle.model.config;
    let description: String = format!("Tells {} apart in speech", config.labels.join(", "))
        .chars()
        .take(LONGEST_DESCRIPTION)
        .collect();
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
    set("sdk", json!("docker"));
    set("app_port", json!(PORT));
    set("pinned", json!(false));
    if let Some(license) = bundle.license() {
        set("license", json!(license));
    }
    set("short_description", json!(description));
    set(
        "tags",
        json!(["speech-emotion-recognition", "audio", "undertone"]),
    );
    let text = format!(
        "# {}\n\nThe page and the API of `undertone serve` for the model in \
         [`model/`](model/{CARD_FILE}), which says what it was trained on, how good it is, and what it must not be used for. \
         Recordings are kept in memory only.\n\n\
         Upload this folder as a Space, or run it anywhere else:\n\n```\n\
         hf upload OWNER/NAME . --repo-type space\n\
         docker build -t {name} . && docker run --rm -p {PORT}:{PORT} {name}\n```\n",
        inline(&title(config)),
        name = image_name(&config.name),
    );
    ModelCard { metadata, text }
}

/// Return a valid name for Docker: lower-case letters, digits and single dashes.
fn image_name(name: &str) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric());
    let words: Vec<String> = words
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    match words.is_empty() {
        true => "undertone".to_owned(),
        false => words.join("-"),
    }
}

#[cfg(test)]
mod tests {
    use super::DOCKERFILE;
    use super::binary::MARK;

    #[test]
    fn the_dockerfile_begins_with_the_mark() {
        assert!(DOCKERFILE.as_bytes().starts_with(MARK));
    }
}
