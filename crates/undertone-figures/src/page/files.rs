//! Saving a page and its figures.

use std::collections::HashSet;
use std::fs;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::thread;

use crate::error::FigureError;
use crate::figure::Figure;

use super::blocks::Page;

/// Pixels per CSS pixel in the PNG files.
const SCALE: f64 = 2.0;

/// The page's own file.
const PAGE: &str = "index.html";
/// The folder of its figures.
const FIGURES: &str = "figures";
/// The name of the program in a page's metadata.
pub(super) const GENERATOR: &str = concat!("undertone ", env!("CARGO_PKG_VERSION"));

/// Return a unique file name for each figure, made from its title.
pub(super) fn names(figures: &[&Figure]) -> Vec<String> {
    let mut taken = HashSet::new();
    figures
        .iter()
        .map(|figure| {
            let slug = slug(&figure.title);
            let mut name = slug.clone();
            let mut number = 1;
            while !taken.insert(name.clone()) {
                number += 1;
                name = format!("{slug}-{number}");
            }
            name
        })
        .collect()
}

/// Turn a text into a file name or an anchor: lower-case letters, digits and single hyphens.
pub(super) fn slug(text: &str) -> String {
    let mut slug = String::new();
    for character in text.to_lowercase().chars().take(80) {
        if character.is_ascii_alphanumeric() {
            slug.push(character);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() {
        "figure".into()
    } else {
        slug.to_owned()
    }
}

impl Page {
    /// Write `index.html` into a folder, which is made if it does not exist, and each figure as
    /// SVG and PNG into `figures/` in it, named after its title. Return the page's path.
    ///
    /// # Errors
    /// [`FigureError::File`] if a file or folder cannot be written.
    pub fn save(&self, folder: &Path) -> Result<PathBuf, FigureError> {
        let figures_folder = folder.join(FIGURES);
        let path = folder.join(PAGE);
        fs::create_dir_all(&figures_folder).map_err(|source| FigureError::File {
            path: figures_folder.clone(),
            source,
        })?;
        let figures = self.figures();
        let named: Vec<(String, &Figure)> = names(&figures).into_iter().zip(figures).collect();
        let threads = thread::available_parallelism().map_or(1, NonZero::get);
        let share = named.len().div_ceil(threads).max(1);
        thread::scope(|scope| {
            let workers: Vec<_> = named
                .chunks(share)
                .map(|share| {
                    let folder = &figures_folder;
                    scope.spawn(move || {
                        share
                            .iter()
                            .try_for_each(|(name, figure)| figure.save(folder, name, SCALE))
                    })
                })
                .collect();
            workers
                .into_iter()
                .try_for_each(|worker| match worker.join() {
                    Ok(result) => result,
                    Err(panic) => std::panic::resume_unwind(panic),
                })
        })?;
        write(&path, self.html()?.as_bytes())?;
        Ok(path)
    }

    /// List the files of the page that was saved in a folder, relative to it: `index.html` and
    /// the figures that it links to. The list is empty if the folder holds no page of this crate.
    pub fn saved_in(folder: &Path) -> Vec<String> {
        let html = fs::read_to_string(folder.join(PAGE)).unwrap_or_default();
        if !html.contains("<meta name=\"generator\" content=\"undertone ") {
            return Vec::new();
        }
        let entries = fs::read_dir(folder.join(FIGURES)).into_iter().flatten();
        let names = entries.flatten().map(|entry| entry.file_name());
        let figures = names.map(|name| format!("{FIGURES}/{}", name.to_string_lossy()));
        let is_linked = |file: &String| html.contains(&format!("href=\"{file}\""));
        figures.filter(is_linked).chain([PAGE.to_owned()]).collect()
    }
}

impl Figure {
    /// Write `NAME.svg` and `NAME.png` into an existing folder. `scale` is that of
    /// [`Figure::png`]; a figure that is too large for it is written at a smaller scale.
    ///
    /// # Errors
    /// [`FigureError::File`] if a file cannot be written, and those of [`Figure::png`].
    pub fn save(&self, folder: &Path, name: &str, scale: f64) -> Result<(), FigureError> {
        write(&folder.join(format!("{name}.svg")), self.svg.as_bytes())?;
        write(
            &folder.join(format!("{name}.png")),
            &self.png(self.fitting(scale))?,
        )
    }
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), FigureError> {
    fs::write(path, bytes).map_err(|source| FigureError::File {
        path: path.to_owned(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::slug;

    #[test]
    fn names_of_files_are_harmless() {
        assert_eq!(slug("Loss, fold 1 (Actor_01)"), "loss-fold-1-actor-01");
        assert_eq!(slug("../../etc/passwd"), "etc-passwd");
        assert_eq!(slug("日本"), "figure");
    }
}
