//! Several corpora as one.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use crate::clip_key::ClipKey;
use crate::joined_notes::{keep_unused_columns, keep_unused_labels};
use crate::{
    CodeBook, Corpus, CorpusError, CorpusInfo, CorpusNote, RavdessName, Skipped, TableLayout,
    Utterance,
};

impl Corpus {
    /// Join corpora. The name of its corpus stands in front of each speaker: `EmoDB/03`. The root
    /// is the deepest folder that all have in common. One corpus alone stays as it is.
    ///
    /// Folders with the same published corpus are parts of one corpus: they share speakers, and a
    /// clip that two of them have is used once, and they are counted together. Of other corpora
    /// with equal names, the later ones get a number.
    ///
    /// # Errors
    /// If there is no corpus.
    pub fn join(corpora: Vec<Corpus>) -> Result<Corpus, CorpusError> {
        let mut corpora = corpora.into_iter();
        let mut joined = corpora.next().ok_or(CorpusError::NoCorpus)?;
        let rest: Vec<Corpus> = corpora.collect();
        if rest.is_empty() {
            return Ok(joined);
        }
        let mut names = Names::default();
        names.rename(&mut joined);
        let mut seen: HashMap<ClipKey, PathBuf> = keys(&joined).collect();
        let mut ravdess_parts = usize::from(is_ravdess(&joined));
        for mut corpus in rest {
            ravdess_parts += usize::from(is_ravdess(&corpus));
            names.rename(&mut corpus);
            drop_copies(&mut corpus, &seen, &mut joined.notes);
            seen.extend(keys(&corpus));
            joined.root = common_folder(&joined.root, &corpus.root);
            joined.utterances.append(&mut corpus.utterances);
            joined.skipped.append(&mut corpus.skipped);
            joined.notes.append(&mut corpus.notes);
            joined.left_out.add(corpus.left_out);
            joined.missing.append(&mut corpus.missing);
            for info in corpus.sources {
                add_source(&mut joined.sources, info);
            }
        }
        keep_unused_labels(&mut joined.notes, &joined.sources);
        keep_unused_columns(&mut joined.notes, &joined.sources);
        // A clip is missing if all parts of RAVDESS lack it and no manifest has it.
        let clips = joined.utterances.iter();
        let takes: BTreeSet<_> = clips
            .filter_map(|clip| Some(clip.ravdess?.take()))
            .collect();
        let mut lacking: BTreeMap<RavdessName, usize> = BTreeMap::new();
        for name in joined.missing.drain(..) {
            *lacking.entry(name).or_insert(0) += 1;
        }
        lacking.retain(|name, parts| *parts == ravdess_parts && !takes.contains(name));
        joined.missing = lacking.into_keys().collect();
        Ok(joined)
    }
}

/// The names of the corpora so far.
#[derive(Default)]
struct Names {
    taken: BTreeSet<String>,
}

impl Names {
    /// Give the corpora of `corpus` names that no earlier one has, and put them before speakers.
    fn rename(&mut self, corpus: &mut Corpus) {
        let file_name = corpus.sources.first().map(|info| info.name.clone());
        let mut new_names: BTreeMap<String, String> = BTreeMap::new();
        for clip in &mut corpus.utterances {
            let new = new_names.entry(clip.corpus.clone()).or_insert_with(|| {
                let name = match &file_name {
                    Some(name) if clip.corpus == Utterance::NO_CORPUS => name,
                    _ => &clip.corpus,
                };
                self.free(name)
            });
            clip.corpus.clone_from(new);
            if let Some(speaker) = &mut clip.speaker {
                let prefix = format!("{new}/");
                if !speaker.starts_with(&prefix) {
                    speaker.insert_str(0, &prefix);
                }
            }
        }
        for info in &mut corpus.sources {
            if let Some(new) = new_names.get(&info.name) {
                info.name.clone_from(new);
            } else if let Some(new) = new_names.get(Utterance::NO_CORPUS) {
                info.name.clone_from(new);
            }
        }
        self.taken.extend(new_names.into_values());
    }

    /// Return the name, with a number if an earlier corpus has it. A published corpus keeps its
    /// name.
    fn free(&self, name: &str) -> String {
        if CodeBook::named(name).is_some() || !self.taken.contains(name) {
            return name.to_owned();
        }
        let numbered = (2..).map(|number| format!("{name} {number}"));
        let mut free = numbered.filter(|name| !self.taken.contains(name));
        free.next().unwrap_or_else(|| name.to_owned())
    }
}

fn is_ravdess(corpus: &Corpus) -> bool {
    let mut books = corpus.sources.iter().filter_map(CorpusInfo::book);
    books.any(|book| book.layout() == Some(TableLayout::Ravdess))
}

/// Return the key of each clip of a published corpus, with the clip's path.
fn keys(corpus: &Corpus) -> impl Iterator<Item = (ClipKey, PathBuf)> {
    corpus
        .utterances
        .iter()
        .filter_map(|clip| Some((ClipKey::of(clip)?, clip.path.clone())))
}

/// Add what is known about a corpus. Clips that are counted already are not counted again, and the
/// parts of one published corpus are counted together.
fn add_source(sources: &mut Vec<CorpusInfo>, mut info: CorpusInfo) {
    for earlier in sources.iter() {
        info.leave_out_clips_of(earlier);
    }
    let same = |other: &&mut CorpusInfo| info.book().is_some() && other.book() == info.book();
    match sources.iter_mut().find(same) {
        Some(first) => first.merge(info),
        None => sources.push(info),
    }
}

/// Drop the clips that an earlier folder has too, and say so.
fn drop_copies(corpus: &mut Corpus, seen: &HashMap<ClipKey, PathBuf>, notes: &mut Vec<CorpusNote>) {
    let mut copies: BTreeMap<String, (usize, PathBuf)> = BTreeMap::new();
    let skipped = &mut corpus.skipped;
    corpus.utterances.retain(|clip| {
        let Some((key, kept)) = ClipKey::of(clip).and_then(|key| seen.get_key_value(&key)) else {
            return true;
        };
        skipped.push(Skipped::Duplicate {
            path: clip.path.clone(),
            kept: kept.clone(),
        });
        let folder = kept.parent().unwrap_or(kept);
        copies
            .entry(key.corpus.clone())
            .or_insert((0, folder.to_owned()))
            .0 += 1;
        false
    });
    for (name, (clips, first)) in copies {
        notes.push(CorpusNote::SameCorpus {
            corpus: name,
            paths: [first, corpus.root.clone()],
            clips,
        });
    }
}

/// Return the deepest folder that both paths are below. Empty if there is none.
fn common_folder(a: &Path, b: &Path) -> PathBuf {
    let pairs = a.components().zip(b.components());
    let common = pairs.take_while(|(a, b)| a == b);
    common.map(|(part, _)| part).collect()
}
