//! The files that a manifest names.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The files of a manifest. Each is looked up once, however many rows it has.
#[derive(Default)]
pub(super) struct Files {
    /// The file of each path, as written.
    written: HashMap<PathBuf, File>,
    /// The number of each file, by its real path.
    numbers: HashMap<PathBuf, usize>,
}

#[derive(Clone)]
pub(super) struct File {
    /// The path with the corpus's root in front.
    pub(super) path: PathBuf,
    /// The file's number; `None` if there is no such file.
    pub(super) number: Option<usize>,
}

impl Files {
    /// Find the file that `written` means. Blanks at both ends count only if such a file exists,
    /// and a backslash can separate folders, as in manifests that were written on Windows.
    pub(super) fn find(&mut self, root: &Path, written: &Path) -> File {
        if let Some(known) = self.written.get(written) {
            return known.clone();
        }
        let text = written.to_string_lossy();
        let trimmed = text.trim();
        let slashed = trimmed.replace('\\', "/");
        let mut candidates = vec![&*text, trimmed, &slashed];
        candidates.dedup();
        let found = candidates.into_iter().find_map(|candidate| {
            let path = root.join(candidate);
            let real_path = fs::canonicalize(&path).ok()?;
            real_path.is_file().then_some((path, real_path))
        });
        let file = match found {
            None => File {
                path: root.join(trimmed),
                number: None,
            },
            Some((path, real_path)) => {
                let next = self.numbers.len();
                let number = *self.numbers.entry(real_path).or_insert(next);
                File {
                    path,
                    number: Some(number),
                }
            }
        };
        self.written.insert(written.to_owned(), file.clone());
        file
    }
}
