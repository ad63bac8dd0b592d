//! The files that are left out of folders.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use crate::output;

/// The most extensions to name.
const MOST_NAMED: usize = 4;

/// Counts what is left out of folders.
#[derive(Debug, Default)]
pub(super) struct LeftOut(Mutex<Counts>);

#[derive(Debug, Default)]
struct Counts {
    hidden: usize,
    others: usize,
    /// How often each extension was left out.
    extensions: BTreeMap<String, usize>,
}

impl LeftOut {
    /// Count a file or folder whose name begins with a dot.
    pub(super) fn hidden(&self) {
        self.counts(|counts| counts.hidden += 1);
    }

    /// Count a file that is not named as a recording.
    pub(super) fn other(&self, name: &OsStr) {
        /// A folder may hold as many extensions as files.
        const MOST_KEPT: usize = 1000;
        let extension = Path::new(name).extension().unwrap_or_default();
        let extension = extension.to_string_lossy().to_lowercase();
        self.counts(|counts| {
            counts.others += 1;
            if counts.extensions.len() < MOST_KEPT || counts.extensions.contains_key(&extension) {
                *counts.extensions.entry(extension).or_default() += 1;
            }
        });
    }

    /// Say what was left out, if anything was.
    pub(super) fn say(&self) {
        let text = self.counts(|counts| counts.in_words());
        if let Some(text) = text {
            output::say(format_args!("left out of the folders: {text}"));
        }
    }

    fn counts<T>(&self, change: impl FnOnce(&mut Counts) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Counts {
    fn in_words(&self) -> Option<String> {
        let of = |count: usize, one: &str, many: &str| match count {
            0 => None,
            1 => Some(format!("1 {one}")),
            count => Some(format!("{count} {many}")),
        };
        let hidden = of(self.hidden, "hidden entry", "hidden entries");
        let others = of(
            self.others,
            "file that is not named as a recording",
            "files that are not named as recordings",
        );
        let others = others.map(|others| match self.most_frequent() {
            named if named.is_empty() => others,
            named => format!("{others} ({})", named.join(", ")),
        });
        let parts: Vec<String> = [hidden, others].into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }

    /// Return the most frequent extensions.
    fn most_frequent(&self) -> Vec<String> {
        let mut all: Vec<_> = self.extensions.iter().collect();
        all.sort_by_key(|&(_, count)| std::cmp::Reverse(*count));
        let named = all.iter().filter(|(extension, _)| !extension.is_empty());
        let mut named: Vec<String> = named
            .map(|(extension, _)| format!(".{extension}"))
            .collect();
        if named.len() > MOST_NAMED {
            named.truncate(MOST_NAMED);
            named.push("…".to_owned());
        }
        named
    }
}

#[cfg(test)]
mod tests {
    use super::{Counts, LeftOut};

    fn words(hidden: usize, names: &[&str]) -> Option<String> {
        let left_out = LeftOut::default();
        (0..hidden).for_each(|_| left_out.hidden());
        names.iter().for_each(|name| left_out.other(name.as_ref()));
        left_out.counts(|counts| Counts::in_words(counts))
    }

    #[test]
    fn what_is_left_out_is_said_in_words() {
        assert_eq!(words(0, &[]), None);
        assert_eq!(words(1, &[]).as_deref(), Some("1 hidden entry"));
        let others = words(2, &["a.txt", "b.CSV", "c.csv", "README"]);
        let expected = "2 hidden entries, 4 files that are not named as recordings (.csv, .txt)";
        assert_eq!(others.as_deref(), Some(expected));
    }
}
