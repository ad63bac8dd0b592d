//! Which of the segments of a file are wanted.

use std::collections::BTreeSet;
use std::path::Path;

use crate::entry::Entry;
use crate::error::{Fault, listed};
use crate::{Segment, SegmentFault};

/// Which segments of a file to take, where the file holds those of several recordings or tiers.
#[derive(Debug, Clone, Copy, Default)]
pub struct Choice<'a> {
    /// The path or name of the recording. Folders and the extension do not count.
    pub recording: Option<&'a str>,
    /// The name of a tier of a TextGrid or of ELAN.
    pub tier: Option<&'a str>,
}

impl Choice<'_> {
    pub(super) fn of(self, mut entries: Vec<Entry>) -> Result<Vec<Segment>, Fault> {
        if let Some(tier) = self.tier {
            let tiers = names(&entries, |entry| entry.tier.as_deref());
            if !tiers.is_empty() && !tiers.contains(tier) {
                return Err(SegmentFault::OtherTier {
                    tier: tier.to_owned(),
                    found: listed(tiers),
                }
                .into());
            }
            entries.retain(|entry| entry.tier.as_deref().is_none_or(|name| name == tier));
        }
        let recording = self.one_recording(&entries)?;
        let of_it = |entry: &Entry| entry.recording.is_none() || entry.recording == recording;
        let chosen = entries.into_iter().filter(of_it);
        Ok(chosen.map(|entry| entry.segment).collect())
    }

    /// Return the name that the file has for the chosen recording, if it has names.
    fn one_recording(self, entries: &[Entry]) -> Result<Option<String>, SegmentFault> {
        let all = names(entries, |entry| entry.recording.as_deref());
        if all.is_empty() {
            return Ok(None);
        }
        let mut fitting = match self.recording {
            Some(recording) if all.contains(recording) => BTreeSet::from([recording]),
            Some(recording) => all
                .iter()
                .copied()
                .filter(|name| same_recording(name, recording))
                .collect(),
            None => all.clone(),
        };
        match (fitting.pop_first(), self.recording) {
            (Some(only), _) if fitting.is_empty() => Ok(Some(only.to_owned())),
            (Some(first), _) => Err(SegmentFault::SeveralRecordings {
                found: listed([first].into_iter().chain(fitting)),
            }),
            (None, recording) => Err(SegmentFault::OtherRecording {
                recording: recording.unwrap_or_default().to_owned(),
                found: listed(all),
            }),
        }
    }
}

fn names<'a>(
    entries: &'a [Entry],
    name: impl Fn(&'a Entry) -> Option<&'a str>,
) -> BTreeSet<&'a str> {
    entries.iter().filter_map(name).collect()
}

/// Return whether two paths or names are those of one recording. RTTM has no extensions, and names
/// may have dots.
fn same_recording(a: &str, b: &str) -> bool {
    let [a, b] = [a, b].map(Path::new);
    let same = a.file_name() == b.file_name()
        || a.file_name() == b.file_stem()
        || a.file_stem() == b.file_name()
        || a.file_stem() == b.file_stem() && a.extension().is_some() && b.extension().is_some();
    same && a.file_name().is_some()
}
