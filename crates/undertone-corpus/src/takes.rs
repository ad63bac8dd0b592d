//! Which recordings are copies of one take.
//!
//! A *take* is one performance before the microphone. A corpus can hold it several times: as WAV
//! and as FLAC, under a second name, or as the soundtrack of the video that was filmed with it.
//! Copies on both sides of a split make a score too good, so every part of the program that looks
//! for copies asks [`Takes`].

use std::collections::HashMap;
use std::hash::Hash;
use std::path::Path;

use crate::{RavdessName, Segment, Utterance};

/// The take that each utterance of a list records.
///
/// Two utterances record the same take if one of these agrees:
/// - their RAVDESS names, apart from the modality: `01-…` and `02-…` are the videos of `03-…`;
/// - their paths and segments;
/// - their samples, where the caller knows a hash of them.
///
/// ```
/// use undertone_corpus::{RavdessName, Takes, Utterance};
///
/// let clip = |name: &str| Ok(Utterance::from_ravdess(name, name.parse::<RavdessName>()?));
/// let clips = [
///     clip("03-01-05-01-01-01-12.wav")?,
///     clip("03-01-05-01-01-02-12.wav")?,
///     clip("01-01-05-01-01-01-12.wav")?, // the video's soundtrack
/// ];
/// let takes = Takes::by_name(&clips);
/// assert_eq!(takes.copies().collect::<Vec<_>>(), [(2, 0)]);
/// # Ok::<(), undertone_corpus::RavdessNameError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Takes {
    /// For each utterance, the index of the first one of the same take.
    first: Vec<usize>,
}

impl Takes {
    /// Compare names and paths only, for a list whose recordings are not read.
    pub fn by_name(utterances: &[Utterance]) -> Self {
        Self::by_name_and_sound(utterances, |_| None::<()>)
    }

    /// Compare names, paths and samples. `sound` returns a hash of the samples of the utterance
    /// with that index, or `None` if they are not known.
    pub fn by_name_and_sound<S: Eq + Hash>(
        utterances: &[Utterance],
        sound: impl Fn(usize) -> Option<S>,
    ) -> Self {
        let mut first: Vec<usize> = (0..utterances.len()).collect();
        let mut first_with: HashMap<Feature<'_, S>, usize> = HashMap::new();
        for (index, utterance) in utterances.iter().enumerate() {
            let features = [
                Some(Feature::Path(&utterance.path, utterance.segment)),
                utterance.ravdess.map(|name| Feature::Name(name.take())),
                sound(index).map(Feature::Sound),
            ];
            for feature in features.into_iter().flatten() {
                let other = *first_with.entry(feature).or_insert(index);
                let (a, b) = (root(&first, index), root(&first, other));
                first[a.max(b)] = a.min(b);
            }
        }
        for index in 0..first.len() {
            first[index] = root(&first, index);
        }
        Self { first }
    }

    /// Return the index of the first utterance of the same take, which can be `index` itself. Two
    /// utterances record the same take if and only if this is the same for both.
    ///
    /// # Panics
    /// If `index` is not an index of the utterances.
    pub fn first_of(&self, index: usize) -> usize {
        self.first[index]
    }

    /// Return each utterance that repeats a take, with the first utterance of that take.
    pub fn copies(&self) -> impl Iterator<Item = (usize, usize)> {
        let pairs = self.first.iter().copied().enumerate();
        pairs.filter(|(index, first)| index != first)
    }
}

/// Something that only recordings of the same take share.
#[derive(PartialEq, Eq, Hash)]
enum Feature<'a, S> {
    Name(RavdessName),
    Path(&'a Path, Option<Segment>),
    Sound(S),
}

/// Follow the links of a union-find forest, in which no link points to a higher index.
fn root(links: &[usize], mut index: usize) -> usize {
    while links[index] != index {
        index = links[index];
    }
    index
}

#[cfg(test)]
mod tests {
    use super::Takes;
    use crate::{Emotion, Utterance};

    fn named(name: &str) -> Utterance {
        Utterance::from_ravdess(name, name.parse().unwrap())
    }

    fn unnamed(path: &str) -> Utterance {
        Utterance::new(path, Emotion::Sad)
    }

    #[test]
    fn a_video_and_its_audio_are_one_take_but_a_song_is_not() {
        let clips = [
            named("03-01-05-01-01-01-12"),
            named("01-01-05-01-01-01-12"),
            named("02-01-05-01-01-01-12"),
            named("03-02-05-01-01-01-12"),
            named("03-01-05-01-01-02-12"),
            named("03-01-05-01-01-01-13"),
        ];
        let copies: Vec<_> = Takes::by_name(&clips).copies().collect();
        assert_eq!(copies, [(1, 0), (2, 0)]);
    }

    #[test]
    fn copies_are_joined_over_names_and_samples() {
        let clips = [
            unnamed("renamed.wav"),
            unnamed("other.wav"),
            named("01-01-05-01-01-01-12"),
            named("03-01-05-01-01-01-12"),
        ];
        // The renamed clip sounds like the last one, whose video is the third.
        let sounds = [Some(7), Some(8), Some(9), Some(7)];
        let takes = Takes::by_name_and_sound(&clips, |index| sounds[index]);
        assert_eq!(takes.copies().collect::<Vec<_>>(), [(2, 0), (3, 0)]);
        assert_eq!(takes.first_of(1), 1);
    }

    #[test]
    fn utterances_of_one_file_are_one_take() {
        let clips = [unnamed("a.wav"), unnamed("b.wav"), unnamed("a.wav")];
        assert_eq!(
            Takes::by_name(&clips).copies().collect::<Vec<_>>(),
            [(2, 0)]
        );
    }
}
