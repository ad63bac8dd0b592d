//! The page and its figures on disk.

use std::collections::HashSet;
use std::fs;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::thread;

use crate::error::FigureError;
use crate::figure::Figure;

use super::Page;

/// Pixels a CSS pixel in the PNG files.
const SCALE: f64 = 2.0;

/// What a page says it was made by.
pub(super) const GENERATOR: &str = concat!("undertone ", env!("CARGO_PKG_VERSION"));

/// A name for each figure's files, from its title.
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

/// The text as a file's name or an anchor: lower-case letters, digits and single hyphens.
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
    /// Writes `index.html` into a folder, which is made if it is not there, and each figure as
    /// SVG and PNG into `figures/` in it, named after its title. Returns the page's path. Figures
    /// of the page that was there before, and that this one lacks, are removed.
    ///
    /// # Errors
    /// [`FigureError::File`] where a file or folder cannot be written.
    pub fn save(&self, folder: &Path) -> Result<PathBuf, FigureError> {
        let figures_folder = folder.join("figures");
        let path = folder.join("index.html");
        let before = fs::read_to_string(&path).map_or_else(|_| Vec::new(), |html| linked(&html));
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
        let html = self.html()?;
        write(&path, html.as_bytes())?;
        let now = linked(&html);
        for stale in before.iter().filter(|file| !now.contains(file)) {
            // One that is gone already is as good.
            let _ = fs::remove_file(figures_folder.join(stale));
        }
        Ok(path)
    }
}

/// The files in `figures/` that a page made here links to.
fn linked(html: &str) -> Vec<String> {
    if !html.contains("<meta name=\"generator\" content=\"undertone ") {
        return Vec::new();
    }
    let files = html
        .split("href=\"figures/")
        .skip(1)
        .filter_map(|rest| rest.split('"').next());
    let harmless = |file: &&str| {
        let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
        file.chars().all(allowed) && (file.ends_with(".svg") || file.ends_with(".png"))
    };
    files.filter(harmless).map(str::to_owned).collect()
}

impl Figure {
    /// Writes `NAME.svg` and `NAME.png` into a folder that is there; `scale` as for
    /// [`Figure::png`], or less where the figure is too large for it.
    ///
    /// # Errors
    /// [`FigureError::File`] where a file cannot be written, and those of [`Figure::png`].
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
