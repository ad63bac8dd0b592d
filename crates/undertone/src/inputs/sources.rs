//! The recordings of a command line, found as they are needed.

use std::collections::{HashSet, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;
use std::vec;

use anyhow::{Context, bail};

use super::file_list::{FileList, is_stdin};
use super::input::Input;
use super::left_out::LeftOut;
use super::walk::Walk;
use crate::cli::InputArgs;
use crate::unfinished::key;

/// How many recordings are looked at before the first is read.
const LOOKED_AT: usize = 1000;

/// The recordings that arguments and lists name: `-` is stdin, a folder stands for all recordings
/// below it, and anything else is a file, whatever its name.
///
/// They are found as they are needed, so that a million of them need no more memory than ten.
#[derive(Debug)]
pub(crate) struct Inputs {
    words: vec::IntoIter<PathBuf>,
    list: Option<FileList>,
    /// Whether the next recording is found without waiting for a program that writes the list.
    is_at_hand: bool,
    /// Whether there is one recording at most.
    is_one: bool,
    walk: Option<Walk>,
    looked_at: VecDeque<Input>,
    /// The recordings to skip: see [`key`].
    skipped: HashSet<u64>,
    left_out: Arc<LeftOut>,
}

impl Inputs {
    /// Find the recordings that arguments name.
    pub(crate) fn of(args: &InputArgs) -> anyhow::Result<Self> {
        let mut inputs = Self::of_words(args.inputs.clone());
        if let Some(path) = &args.files_from {
            if is_stdin(path) && args.inputs.iter().any(|word| is_stdin(word)) {
                bail!("stdin can be a recording or the list of --files-from, not both");
            }
            let list = FileList::open(path, args.null);
            inputs.list = Some(list.with_context(|| format!("{}", path.display()))?);
            inputs.is_at_hand = !is_stdin(path);
            inputs.is_one = false;
        }
        Ok(inputs)
    }

    fn of_words(words: Vec<PathBuf>) -> Self {
        Self {
            is_one: matches!(&words[..], [word] if !word.is_dir()),
            words: words.into_iter(),
            list: None,
            is_at_hand: true,
            walk: None,
            looked_at: VecDeque::new(),
            skipped: HashSet::new(),
            left_out: Arc::default(),
        }
    }

    /// Return the first recordings, as far as they are at hand, without taking them.
    pub(crate) fn first(&mut self) -> &VecDeque<Input> {
        while self.is_at_hand && self.looked_at.len() < LOOKED_AT {
            match self.advance() {
                Some(input) => self.looked_at.push_back(input),
                None => break,
            }
        }
        &self.looked_at
    }

    /// Skip recordings whose names have one of these keys.
    pub(crate) fn leave_out(&mut self, names: HashSet<u64>) {
        self.skipped = names;
    }

    /// Return whether there is one recording at most.
    pub(crate) fn is_one(&self) -> bool {
        self.is_one
    }

    /// Say what was left out of the folders so far.
    pub(crate) fn say_left_out(&self) -> impl FnOnce() + use<> {
        let left_out = Arc::clone(&self.left_out);
        move || left_out.say()
    }

    fn advance(&mut self) -> Option<Input> {
        loop {
            if let Some(walk) = &mut self.walk {
                match walk.next() {
                    Some(input) => return Some(input),
                    None => self.walk = None,
                }
            }
            let word = match self.words.next() {
                Some(word) if is_stdin(&word) => return Some(Input::Stdin),
                Some(word) => word,
                None => match self.list.as_mut()?.next()? {
                    Ok(word) => word,
                    Err(nothing) => return Some(nothing),
                },
            };
            match word.is_dir() {
                true => self.walk = Some(Walk::below(word, Arc::clone(&self.left_out))),
                false => return Some(Input::File(word)),
            }
        }
    }
}

impl Iterator for Inputs {
    type Item = Input;

    fn next(&mut self) -> Option<Input> {
        loop {
            let next = self.looked_at.pop_front().or_else(|| self.advance())?;
            if self.skipped.is_empty() || !self.skipped.contains(&key(&next.name())) {
                return Some(next);
            }
        }
    }
}

impl From<Vec<Input>> for Inputs {
    fn from(inputs: Vec<Input>) -> Self {
        Self {
            is_one: inputs.len() == 1,
            looked_at: inputs.into(),
            ..Self::of_words(Vec::new())
        }
    }
}

/// Find the recordings that words name, all at once. Say what is left out.
pub(crate) fn find(words: &[PathBuf]) -> Vec<Input> {
    let mut inputs = Inputs::of_words(words.to_vec());
    let all = inputs.by_ref().collect();
    inputs.say_left_out()();
    all
}
