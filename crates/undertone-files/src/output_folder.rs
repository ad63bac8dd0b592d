//! Folders of results that appear whole or not at all.

use std::io;
use std::path::{Component, Path, PathBuf};

use fs_err as fs;

use crate::error::FolderError;
use crate::listing::{files_below, is_unfinished, list_files};
use crate::staging::Staging;

/// How a command tells its own files in a folder from the user's.
#[derive(Debug, Clone, Copy)]
pub struct FolderRules {
    /// The command's name, for messages.
    pub command: &'static str,
    /// What the command writes in every run, for a check before any work: files, and folders with
    /// a `/` at the end. The first one is put in place last, because it refers to the others.
    pub names: &'static [&'static str],
    /// List the files that an earlier run of the command wrote into a folder, relative to it and
    /// with `/` between the parts. The list is empty if no earlier run wrote the folder. Paths
    /// that lead out of the folder are ignored.
    pub written: fn(&Path) -> Vec<String>,
    /// Whether the folder may hold nothing but the command's files, because it is used as a whole.
    pub exclusive: bool,
}

impl FolderRules {
    fn written_in(&self, folder: &Path) -> Vec<String> {
        let is_inside = |file: &String| {
            let mut parts = Path::new(file).components();
            parts.all(|part| matches!(part, Component::Normal(_)))
        };
        (self.written)(folder)
            .into_iter()
            .filter(is_inside)
            .collect()
    }
}

/// A folder in the making. The new files are written to [`OutputFolder::path`], a hidden folder
/// beside their place, and [`OutputFolder::publish`] renames them into place. If the value is
/// dropped, nothing has changed.
#[derive(Debug)]
pub struct OutputFolder {
    /// The folder as the user named it.
    target: PathBuf,
    /// The folder with links resolved.
    place: PathBuf,
    rules: FolderRules,
    force: bool,
    staging: Staging,
}

impl OutputFolder {
    /// Check that a folder may be written, and begin to write it. See the table on the crate's
    /// front page for what `force` does.
    ///
    /// # Errors
    /// If the folder may not be written, or its file system reports an error.
    pub fn begin(target: &Path, rules: FolderRules, force: bool) -> Result<Self, FolderError> {
        let mut ancestors = target.ancestors();
        if let Some(file) = ancestors.find(|path| path.exists() && !path.is_dir()) {
            return Err(FolderError::NotAFolder {
                path: file.to_owned(),
            });
        }
        let present = target.canonicalize().ok();
        if present.is_none() && target.is_symlink() {
            return Err(FolderError::DeadLink {
                path: target.to_owned(),
            });
        }
        let beside = match &present {
            // Renaming needs one file system. A folder may be on another one than its parent.
            Some(present) if !rules.exclusive => present.clone(),
            present => parent(present.as_deref().unwrap_or(target)).to_owned(),
        };
        if present.is_some() {
            check(target, &rules, force)?;
        }
        fs::create_dir_all(&beside)?;
        Ok(Self {
            staging: Staging::begin(&beside)?,
            target: target.to_owned(),
            place: present.unwrap_or_else(|| target.to_owned()),
            rules,
            force,
        })
    }

    /// Where to write the new files. The folder exists and is empty at the beginning.
    pub fn path(&self) -> PathBuf {
        self.staging.new_files()
    }

    /// The folder as the user named it.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// The hidden folder of unfinished work. A caller that ends the process without dropping this
    /// value should remove it.
    pub fn workplace(&self) -> &Path {
        self.staging.path()
    }

    /// Put the new files in place, remove stale files of an earlier run, and return the names of
    /// the new ones, sorted.
    ///
    /// # Errors
    /// If the folder has changed so that it may no longer be written, or its file system reports
    /// an error.
    pub fn publish(self) -> Result<Vec<String>, FolderError> {
        let files = list_files(&self.path())?;
        if !self.place.exists() {
            fs::rename(self.path(), &self.place)?;
            return Ok(files);
        }
        check(&self.target, &self.rules, self.force)?;
        if self.rules.exclusive {
            self.swap()?;
        } else {
            self.replace(&files)?;
        }
        Ok(files)
    }

    /// Replace the folder as a whole.
    fn swap(&self) -> io::Result<()> {
        let before = self.staging.path().join("before");
        fs::rename(&self.place, &before)?;
        fs::rename(self.path(), &self.place).inspect_err(|_| {
            // The error to report is the first one.
            let _ = fs::rename(&before, &self.place);
        })
    }

    /// Replace the files of an earlier run one by one.
    fn replace(&self, files: &[String]) -> Result<(), FolderError> {
        let written = self.rules.written_in(&self.place);
        for file in files {
            refuse_foreign(&self.target, file, &written, &self.rules)?;
        }
        for stale in written.iter().filter(|file| !files.contains(file)) {
            // It may be gone already.
            let _ = fs::remove_file(self.place.join(stale));
        }
        let is_first = |file: &&String| self.rules.names.first() == Some(&file.as_str());
        let others = files.iter().filter(|file| !is_first(file));
        for file in others.chain(files.iter().filter(is_first)) {
            let path = self.place.join(file);
            fs::create_dir_all(parent(&path))?;
            fs::rename(self.path().join(file), &path)?;
        }
        Ok(())
    }
}

/// Check that an existing folder may be written.
fn check(folder: &Path, rules: &FolderRules, force: bool) -> Result<(), FolderError> {
    let mut is_empty = true;
    for entry in fs::read_dir(folder)? {
        is_empty &= is_unfinished(&entry?.file_name());
    }
    if is_empty {
        return Ok(());
    }
    let written = rules.written_in(folder);
    if rules.exclusive {
        for file in files_below(folder) {
            refuse_foreign(folder, &file?, &written, rules)?;
        }
    }
    for name in rules.names {
        refuse_foreign(folder, name, &written, rules)?;
    }
    match force {
        true => Ok(()),
        false => Err(FolderError::Exists {
            path: folder.to_owned(),
        }),
    }
}

/// Check that `name` can be written into a folder without replacing a file that is not in
/// `written`.
fn refuse_foreign(
    folder: &Path,
    name: &str,
    written: &[String],
    rules: &FolderRules,
) -> Result<(), FolderError> {
    let is_file_in_the_way = |path: &&Path| {
        folder
            .join(path)
            .metadata()
            .is_ok_and(|found| !found.is_dir())
    };
    let path = Path::new(name.trim_end_matches('/'));
    let folders = path.ancestors().skip(usize::from(!name.ends_with('/')));
    let is_foreign = |path: &&Path| {
        folder.join(path).symlink_metadata().is_ok() && !written.iter().any(|file| file == name)
    };
    let foreign = folders.clone().find(is_file_in_the_way).or_else(|| {
        Some(path)
            .filter(|_| !name.ends_with('/'))
            .filter(is_foreign)
    });
    match foreign {
        None => Ok(()),
        Some(path) => Err(FolderError::Foreign {
            path: folder.join(path),
            command: rules.command,
        }),
    }
}

/// The folder around a path.
fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}
