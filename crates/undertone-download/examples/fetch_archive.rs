//! Download, check and unpack any archive of clips. After a kill, the same command goes on.
//!
//!     cargo run --release -p undertone-download --example fetch_archive -- BASE_URL FILE SIZE MD5 OUT

#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use undertone_download::archive::{Archive, fetch};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [base_url, file_name, size, md5, out] = &arguments[..] else {
        eprintln!("usage: fetch_archive BASE_URL FILE SIZE MD5 OUT");
        return ExitCode::from(2);
    };
    let Ok(size) = size.parse() else {
        eprintln!("{size}: not a size in bytes");
        return ExitCode::from(2);
    };
    let archive = Archive {
        base_url: base_url.clone(),
        file_name: file_name.clone(),
        page: base_url.clone(),
        size,
        md5: md5.clone(),
    };
    match fetch(&archive, Path::new(out), clip_path, |_progress| ()) {
        Ok(fetched) => {
            println!("{out}: {} clips", fetched.clips);
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Recordings keep their place.
fn clip_path(entry: &Path) -> Option<PathBuf> {
    let found = entry.extension()?;
    ["flac", "wav"]
        .iter()
        .any(|extension| found == *extension)
        .then(|| entry.to_owned())
}
