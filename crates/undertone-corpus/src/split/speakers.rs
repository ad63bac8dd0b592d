//! `speakers`: folds over speakers, and validation sets made of whole speakers.

use std::collections::{BTreeMap, HashSet};

use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::error::SplitError;
use super::fold::Fold;
use crate::random_stream::{Purpose, stream};
use crate::{Gender, Utterance};

/// A speaker and their number of clips.
#[derive(Clone, Copy)]
struct Speaker<'a> {
    name: &'a str,
    gender: Option<Gender>,
    clips: usize,
}

/// Split into k folds over speakers.
pub(super) fn split(
    utterances: &[Utterance],
    folds: usize,
    validation: f64,
    seed: u64,
) -> Result<Vec<Fold>, SplitError> {
    let all: Vec<usize> = (0..utterances.len()).collect();
    let mut speakers = speakers_of(utterances, &all)?;
    if folds < 2 || folds > speakers.len() {
        return Err(SplitError::Folds {
            folds,
            speakers: speakers.len(),
        });
    }
    speakers.shuffle(&mut stream(seed, Purpose::Test));
    let fold_of = deal(&speakers, folds);
    fold_by(utterances, folds, validation, seed, |utterance| {
        fold_of.get(utterance.speaker.as_deref()?).copied()
    })
}

/// Make folds whose test sets are the utterances that `fold_of` assigns to them.
pub(super) fn fold_by(
    utterances: &[Utterance],
    folds: usize,
    validation: f64,
    seed: u64,
    fold_of: impl Fn(&Utterance) -> Option<usize>,
) -> Result<Vec<Fold>, SplitError> {
    let mut rng = stream(seed, Purpose::Validation);
    (0..folds)
        .map(|number| {
            let (test, train) = (0..utterances.len())
                .partition(|&index| fold_of(&utterances[index]) == Some(number));
            let name = format!("fold-{}", number + 1);
            let mut fold = Fold {
                name,
                train,
                validation: Vec::new(),
                test,
            };
            carve_validation(utterances, &mut fold, validation, &mut rng)?;
            Ok(fold)
        })
        .collect()
}

/// Move whole speakers from the training to the validation set: `fraction` of them and at least
/// one, with both genders if there are two or more. A fraction of 0 moves none.
pub(super) fn carve_validation(
    utterances: &[Utterance],
    fold: &mut Fold,
    fraction: f64,
    rng: &mut ChaCha8Rng,
) -> Result<(), SplitError> {
    if fraction == 0.0 {
        return Ok(());
    }
    let train = std::mem::take(&mut fold.train);
    (fold.train, fold.validation) =
        hold_out_speakers(utterances, train, fraction, &fold.name, rng)?;
    Ok(())
}

/// Divide clips into those of the remaining and those of the held-out speakers: `fraction` of the
/// speakers and at least one, with both genders if there are two or more.
pub(super) fn hold_out_speakers(
    utterances: &[Utterance],
    clips: Vec<usize>,
    fraction: f64,
    fold: &str,
    rng: &mut ChaCha8Rng,
) -> Result<(Vec<usize>, Vec<usize>), SplitError> {
    let mut speakers = speakers_of(utterances, &clips)?;
    if speakers.len() < 2 {
        return Err(SplitError::OneSpeaker {
            fold: fold.to_owned(),
        });
    }
    let wanted = (speakers.len() as f64 * fraction).round() as usize;
    let wanted = wanted.clamp(1, speakers.len() - 1);
    speakers.shuffle(rng);
    let chosen = choose(speakers, wanted);
    let (held_out, remaining) = clips
        .into_iter()
        .partition(|&index| chosen.contains(utterances[index].speaker_name()));
    Ok((remaining, held_out))
}

/// Return the speakers of some utterances, in the order of their names.
fn speakers_of<'a>(
    utterances: &'a [Utterance],
    indices: &[usize],
) -> Result<Vec<Speaker<'a>>, SplitError> {
    let mut speakers: BTreeMap<&str, Speaker> = BTreeMap::new();
    let mut unknown = 0;
    for &index in indices {
        let Utterance {
            speaker, gender, ..
        } = &utterances[index];
        let Some(name) = speaker else {
            unknown += 1;
            continue;
        };
        let speaker = speakers.entry(name).or_insert(Speaker {
            name,
            gender: None,
            clips: 0,
        });
        speaker.gender = speaker.gender.or(*gender);
        speaker.clips += 1;
    }
    match unknown {
        0 => Ok(speakers.into_values().collect()),
        clips => Err(SplitError::NoSpeaker { clips }),
    }
}

/// Assign speakers to folds, those with most clips first. Each goes to the fold with the fewest
/// speakers of the same gender and, among equals, with the fewest clips.
fn deal<'a>(speakers: &[Speaker<'a>], folds: usize) -> BTreeMap<&'a str, usize> {
    let mut by_gender_and_size = speakers.to_vec();
    by_gender_and_size.sort_by_key(|speaker| (speaker.gender, std::cmp::Reverse(speaker.clips)));
    let mut clips = vec![0; folds];
    let mut members: Vec<Vec<Option<Gender>>> = vec![Vec::new(); folds];
    let mut fold_of = BTreeMap::new();
    for speaker in by_gender_and_size {
        let same_gender = |fold: usize| {
            members[fold]
                .iter()
                .filter(|&&gender| gender == speaker.gender)
                .count()
        };
        // An empty fold comes first, because every fold needs a test set.
        let rank = |&fold: &usize| (!members[fold].is_empty(), same_gender(fold), clips[fold]);
        let fold = (0..folds).min_by_key(rank).unwrap_or(0);
        clips[fold] += speaker.clips;
        members[fold].push(speaker.gender);
        fold_of.insert(speaker.name, fold);
    }
    fold_of
}

/// Choose the first speakers that keep the genders balanced: as even as possible among the chosen,
/// and without taking the last speaker of a gender if another one can be taken.
fn choose(mut speakers: Vec<Speaker<'_>>, wanted: usize) -> HashSet<&str> {
    let count = |speakers: &[Speaker], gender: Option<Gender>| {
        speakers
            .iter()
            .filter(|speaker| speaker.gender == gender)
            .count()
    };
    let mut chosen: Vec<Speaker> = Vec::with_capacity(wanted);
    while chosen.len() < wanted {
        let rank = |&position: &usize| {
            let gender = speakers[position].gender;
            (count(&speakers, gender) == 1, count(&chosen, gender))
        };
        let Some(next) = (0..speakers.len()).min_by_key(rank) else {
            break;
        };
        chosen.push(speakers.remove(next));
    }
    chosen.into_iter().map(|speaker| speaker.name).collect()
}
