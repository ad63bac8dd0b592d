//! A model with its page, or with its npm package, as files.

use thiserror::Error;
use undertone_app::{ModelDescription, model_document, page_assets, page_index};
use zlib_rs::{DeflateConfig, ReturnCode, Strategy, compress_bound, compress_slice};

use crate::packed_model::{File, pack};
use crate::page;

/// The largest part that a browser keeps at the first visit, before it is asked for, in bytes.
const SMALL: usize = 100_000;
/// The server's own file, which has no use in a page without a server.
const SERVER_ONLY: &str = "api.js";
const MODEL: &str = "model.packed";
const INDEX: &str = "index.html";
/// The place of the version in files of the page.
const VERSION: &str = "@VERSION@";

/// The largest window of gzip, as zlib asks for it.
const GZIP: i32 = 15 + 16;
/// The bytes of a header of gzip and of what follows the content.
const GZIP_HEADER: usize = 18;

/// Rules for the page: it runs and asks nothing but what its folder holds.
const CONTENT_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; \
    style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; connect-src 'self'; \
    worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'";

/// A model that is to run without a server.
#[derive(Debug)]
pub struct WebModel {
    /// What the page says about the model.
    pub description: ModelDescription,
    /// The files of the model's folder that its engine reads.
    pub files: Vec<File>,
}

/// Why the files cannot be made.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum FolderError {
    /// Something cannot be written as JSON.
    #[error("cannot write as JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// Compression failed.
    #[error("cannot compress a file of {0} bytes")]
    Compress(usize),
    /// The page lacks a place to change, which the tests rule out.
    #[error("the page has no `{0}`")]
    Page(&'static str),
}

/// Return the files of a page that runs a model without a server. `samples` are recordings to try,
/// by name. Any host for static files can serve them, under any path.
///
/// # Errors
/// If a file cannot be made.
pub fn page_files(model: &WebModel, samples: &[File]) -> Result<Vec<File>, FolderError> {
    let mut files = vec![(INDEX.to_owned(), index()?)];
    let owned = |(name, content): &page::Fixed| ((*name).to_owned(), content.to_vec());
    files.extend(page::PAGE.iter().map(owned));
    for asset in page_assets() {
        let name = format!("assets/{}", asset.name);
        let replaced = files.iter().any(|(present, _)| *present == name);
        if !replaced && asset.name != SERVER_ONLY {
            files.push((name, asset.content.to_vec()));
        }
    }
    for (name, glue) in [page::GLUE, page::THREADED_GLUE] {
        files.push((format!("assets/{name}"), glue.to_vec()));
    }
    files.extend([page::ENGINE, page::THREADED_ENGINE].iter().map(owned));
    files.push((MODEL.to_owned(), compressed(&pack(&model.files)?)?));
    let document = model_document(model.description.clone())?;
    files.push(("model.json".to_owned(), document.into_bytes()));
    let samples = samples.iter();
    files.extend(samples.map(|(name, content)| (format!("samples/{name}"), content.clone())));
    let version = version(&files);
    let worker = service_worker(&files, &version)?;
    files.push(("service-worker.js".to_owned(), worker.into_bytes()));
    if let Some((_, index)) = files.iter_mut().find(|(name, _)| name == INDEX) {
        let page = String::from_utf8_lossy(index).replace(VERSION, &version);
        *index = page.into_bytes();
    }
    Ok(files)
}

/// Return the files of an npm package that runs a model in Node. `version` is that of the package,
/// and `card` what is to be known about the model, as Markdown.
///
/// # Errors
/// If a file cannot be made.
pub fn npm_files(model: &WebModel, version: &str, card: &str) -> Result<Vec<File>, FolderError> {
    let package = page::PACKAGE_JSON.replace(VERSION, version);
    let mut files = vec![("package.json".to_owned(), package.into_bytes())];
    let fixed = page::NPM.iter().chain(page::LICENSES);
    let fixed = fixed.chain([&page::LOADER, &page::GLUE, &page::ENGINE]);
    files.extend(fixed.map(|(name, content)| ((*name).to_owned(), content.to_vec())));
    files.push((MODEL.to_owned(), compressed(&pack(&model.files)?)?));
    files.push(("MODEL.md".to_owned(), card.as_bytes().to_vec()));
    Ok(files)
}

/// Return the server's `index.html` as that of a page without a server.
fn index() -> Result<Vec<u8>, FolderError> {
    let page = String::from_utf8_lossy(page_index()).into_owned();
    let policy = format!(
        "<meta charset=\"utf-8\">\n  \
         <meta http-equiv=\"Content-Security-Policy\" content=\"{CONTENT_POLICY}\">\n  \
         <meta name=\"referrer\" content=\"no-referrer\">\n  \
         <link rel=\"manifest\" href=\"manifest.webmanifest\">"
    );
    let page = replaced(
        page,
        "<html lang=\"en\">",
        &format!("<html lang=\"en\" data-engine=\"browser\" data-version=\"{VERSION}\">"),
    )?;
    let page = replaced(page, "<meta charset=\"utf-8\">", &policy)?;
    Ok(page.into_bytes())
}

fn replaced(page: String, place: &'static str, text: &str) -> Result<String, FolderError> {
    match page.contains(place) {
        true => Ok(page.replacen(place, text, 1)),
        false => Err(FolderError::Page(place)),
    }
}

/// Return the service worker for these files of a version.
fn service_worker(files: &[File], version: &str) -> Result<String, FolderError> {
    let names = |small: bool| {
        let names = files.iter().filter(|(name, content)| {
            let is_small = content.len() <= SMALL && !name.starts_with("samples/");
            is_small == small
        });
        let names: Vec<&str> = names.map(|(name, _)| name.as_str()).collect();
        serde_json::to_string(&names)
    };
    // The folder's own address shows it. Some hosts redirect its name to the folder.
    let small = names(true)?.replacen("\"index.html\"", "\"./\"", 1);
    Ok(page::SERVICE_WORKER
        .replace(VERSION, version)
        .replace("@SMALL@", &small)
        .replace("@LARGE@", &names(false)?))
}

/// Return what tells files apart from those of another export: the 64-bit FNV-1a hash.
fn version(files: &[File]) -> String {
    let bytes = files
        .iter()
        .flat_map(|(name, content)| name.bytes().chain(content.iter().copied()));
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
    });
    format!("{hash:016x}")
}

/// Return bytes as gzip. Those of weights hardly repeat: the strategy looks for fewer repetitions,
/// and the whole gets a hundredth smaller.
fn compressed(bytes: &[u8]) -> Result<Vec<u8>, FolderError> {
    let config = DeflateConfig {
        level: 9,
        window_bits: GZIP,
        mem_level: 9,
        strategy: Strategy::Filtered,
        ..DeflateConfig::default()
    };
    let mut space = vec![0; compress_bound(bytes.len()) + GZIP_HEADER];
    match compress_slice(&mut space, bytes, config) {
        (written, ReturnCode::Ok) => Ok(written.to_vec()),
        _ => Err(FolderError::Compress(bytes.len())),
    }
}
