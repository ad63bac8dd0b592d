//! Problems of a corpus.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Serialize;
use undertone_audio::SampleHash;
use undertone_corpus::{Corpus, CorpusInfo, CountDifference, Emotion, RavdessName, Skipped, Takes};
use undertone_figures::words::{clips as clips_in_words, listed, plural};

use crate::clip::{Clip, Unreadable, path_of};

/// Largest number of examples that a finding keeps.
const MOST_EXAMPLES: usize = 200;

/// A problem, or something to know before training.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// The kind, for programs.
    pub kind: FindingKind,
    /// The finding in a sentence.
    pub summary: String,
    /// Number of cases.
    pub count: usize,
    /// The first 200 cases.
    pub examples: Vec<String>,
}

/// A kind of [`Finding`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FindingKind {
    /// Recordings that cannot be decoded.
    Unreadable,
    /// Recordings or rows that the corpus skips.
    Skipped,
    /// Clips that record the same take as another one.
    Duplicates,
    /// Silent clips.
    Silent,
    /// Clips without a voiced frame.
    Unvoiced,
    /// Clips with runs of samples at full scale.
    Clipped,
    /// Clips with several channels.
    Channels,
    /// Clips with another sample rate than most, or all rates if none is used by most clips.
    Rates,
    /// Speakers without a clip of some emotion.
    Combinations,
    /// Actors of RAVDESS without a clip.
    Speakers,
    /// Missing clips of RAVDESS.
    Missing,
    /// Counts of a published corpus that are not the official ones.
    Counts,
}

pub(crate) fn findings(corpus: &Corpus, clips: &[Clip], unreadable: &[Unreadable]) -> Vec<Finding> {
    let found = [
        unreadable_clips(unreadable),
        skipped(&corpus.skipped),
        duplicates(corpus, clips),
        single(
            corpus,
            clips,
            FindingKind::Silent,
            "silent: no sample above −60 dB of full scale",
            |clip| clip.measures.is_silent().then(String::new),
        ),
        single(
            corpus,
            clips,
            FindingKind::Unvoiced,
            "without a voiced frame, though not silent",
            |clip| (!clip.measures.is_silent() && clip.measures.pitch.is_none()).then(String::new),
        ),
        single(
            corpus,
            clips,
            FindingKind::Clipped,
            "clipped: three or more samples in a row at full scale",
            |clip| {
                let clipping = clip.measures.level.clipping;
                (clipping.runs > 0).then(|| {
                    format!(
                        ": {}, {} at full scale in all",
                        plural(clipping.runs, "run", "runs"),
                        plural(clipping.samples, "sample", "samples")
                    )
                })
            },
        ),
        single(
            corpus,
            clips,
            FindingKind::Channels,
            "with more than one channel; the mean of the channels was measured",
            |clip| {
                let channels = clip.measures.channels;
                (channels > 1).then(|| format!(": {channels} channels"))
            },
        ),
        rates(corpus, clips),
        combinations(corpus, clips),
        missing_speakers(&corpus.missing),
        missing(&corpus.missing),
        counts(&corpus.sources),
    ];
    found.into_iter().flatten().collect()
}

fn finding(kind: FindingKind, summary: String, examples: Vec<String>) -> Option<Finding> {
    let count = examples.len();
    (count > 0).then(|| Finding {
        kind,
        summary,
        count,
        examples: examples.into_iter().take(MOST_EXAMPLES).collect(),
    })
}

/// Return a finding about single clips. `detail` returns the words after the clip's path, or `None`
/// if the clip has no problem.
fn single(
    corpus: &Corpus,
    clips: &[Clip],
    kind: FindingKind,
    what: &str,
    detail: impl Fn(&Clip) -> Option<String>,
) -> Option<Finding> {
    let examples: Vec<String> = clips
        .iter()
        .filter_map(|clip| Some(format!("{}{}", path_of(corpus, clip.index), detail(clip)?)))
        .collect();
    let summary = format!("{} {what}.", clips_in_words(examples.len()));
    finding(kind, summary, examples)
}

fn unreadable_clips(unreadable: &[Unreadable]) -> Option<Finding> {
    finding(
        FindingKind::Unreadable,
        format!(
            "{} cannot be read. All other numbers are those of the remaining clips.",
            clips_in_words(unreadable.len())
        ),
        unreadable.iter().map(|clip| clip.reason.clone()).collect(),
    )
}

fn skipped(problems: &[Skipped]) -> Option<Finding> {
    let mut kinds: BTreeMap<[&str; 2], usize> = BTreeMap::new();
    for problem in problems {
        let reason = match problem {
            Skipped::Name { .. } => ["has no RAVDESS name", "have no RAVDESS name"],
            Skipped::Duplicate { .. } => ["repeats a clip", "repeat a clip"],
            Skipped::Unreadable { .. } => ["cannot be read", "cannot be read"],
            Skipped::NotAFile { .. } => ["is not a file", "are not files"],
            Skipped::MissingFile { .. } => ["has no file", "have no file"],
            Skipped::DuplicateRow { .. } => ["repeats an earlier row", "repeat an earlier row"],
            Skipped::ContradictingRow { .. } => {
                ["contradicts an earlier row", "contradict an earlier row"]
            }
            Skipped::Row { .. } | Skipped::TableRow { .. } => ["cannot be used", "cannot be used"],
            Skipped::NotInCodeBook { .. } => ["has a name of no clip", "have names of no clip"],
            Skipped::NoRow { .. } => ["is in no table", "are in no table"],
            Skipped::NoLabelFolder { .. } => {
                ["is in no folder of a label", "are in no folder of a label"]
            }
            Skipped::Silent { .. } => ["is a video without sound", "are videos without sound"],
        };
        *kinds.entry(reason).or_default() += 1;
    }
    let reasons: Vec<String> = kinds
        .into_iter()
        .map(|([one, many], count)| plural(count, one, many))
        .collect();
    finding(
        FindingKind::Skipped,
        format!(
            "{}: {}.",
            plural(
                problems.len(),
                "recording or row was skipped",
                "recordings or rows were skipped"
            ),
            listed(&reasons)
        ),
        problems.iter().map(ToString::to_string).collect(),
    )
}

fn duplicates(corpus: &Corpus, clips: &[Clip]) -> Option<Finding> {
    let sounds: HashMap<usize, SampleHash> = clips
        .iter()
        .map(|clip| (clip.index, clip.measures.sound))
        .collect();
    let sound = |index: usize| sounds.get(&index).copied();
    let takes = Takes::by_name_and_sound(&corpus.utterances, sound);
    let examples: Vec<String> = takes
        .copies()
        .map(|(copy, first)| {
            let same_sound = sound(copy).is_some_and(|hash| sound(first) == Some(hash));
            let relation = match same_sound {
                true => "sounds the same as",
                false => "records the same take as",
            };
            format!(
                "{} {relation} {}",
                path_of(corpus, copy),
                path_of(corpus, first)
            )
        })
        .collect();
    finding(
        FindingKind::Duplicates,
        format!(
            "{} the take of another clip. In training and test set at once, they would make \
             scores too high.",
            plural(examples.len(), "clip repeats", "clips repeat")
        ),
        examples,
    )
}

fn rates(corpus: &Corpus, clips: &[Clip]) -> Option<Finding> {
    let mut by_rate: BTreeMap<u32, usize> = BTreeMap::new();
    for clip in clips {
        *by_rate.entry(clip.measures.sample_rate).or_default() += 1;
    }
    let Some((&usual, _)) = by_rate.iter().find(|(_, count)| 2 * **count > clips.len()) else {
        let examples = by_rate
            .iter()
            .map(|(rate, count)| format!("{rate} Hz: {}", clips_in_words(*count)))
            .collect();
        let summary = format!(
            "{} are in use; none of them is the rate of more than half of the clips.",
            plural(by_rate.len(), "rate", "rates")
        );
        return finding(FindingKind::Rates, summary, examples);
    };
    single(
        corpus,
        clips,
        FindingKind::Rates,
        &format!("not at {usual} Hz, the sample rate of most clips"),
        |clip| {
            let rate = clip.measures.sample_rate;
            (rate != usual).then(|| format!(": {rate} Hz"))
        },
    )
}

fn combinations(corpus: &Corpus, clips: &[Clip]) -> Option<Finding> {
    let mut by_speaker: BTreeMap<&str, BTreeSet<Emotion>> = BTreeMap::new();
    for clip in clips {
        let utterance = &corpus.utterances[clip.index];
        let emotions = by_speaker.entry(utterance.speaker_name()).or_default();
        emotions.insert(utterance.emotion);
    }
    let all: BTreeSet<Emotion> = by_speaker.values().flatten().copied().collect();
    let examples: Vec<String> = by_speaker
        .into_iter()
        .filter(|(_, emotions)| emotions.len() < all.len())
        .map(|(speaker, emotions)| {
            let lacking: Vec<&str> = all.difference(&emotions).map(|e| e.name()).collect();
            format!("{speaker}: no {}", lacking.join(", "))
        })
        .collect();
    finding(
        FindingKind::Combinations,
        format!(
            "{} no clip of some emotion that other speakers have.",
            plural(examples.len(), "speaker has", "speakers have")
        ),
        examples,
    )
}

/// Return the number of clips of an actor in the complete RAVDESS.
fn expected_of(actor: u8) -> usize {
    RavdessName::all_speech()
        .filter(|name| name.actor() == actor)
        .count()
}

fn missing_speakers(missing: &[RavdessName]) -> Option<Finding> {
    let mut by_actor: BTreeMap<u8, usize> = BTreeMap::new();
    for name in missing {
        *by_actor.entry(name.actor()).or_default() += 1;
    }
    let examples: Vec<String> = by_actor
        .into_iter()
        .filter(|(actor, lacking)| *lacking == expected_of(*actor))
        .map(|(actor, _)| format!("actor {actor:02}"))
        .collect();
    finding(
        FindingKind::Speakers,
        format!(
            "{} no clip at all.",
            plural(
                examples.len(),
                "of RAVDESS's 24 actors has",
                "of RAVDESS's 24 actors have"
            )
        ),
        examples,
    )
}

fn missing(missing: &[RavdessName]) -> Option<Finding> {
    finding(
        FindingKind::Missing,
        format!(
            "{} of RAVDESS's 1440 spoken clips {} missing.",
            missing.len(),
            if missing.len() == 1 { "is" } else { "are" }
        ),
        missing.iter().map(ToString::to_string).collect(),
    )
}

/// List the counts that differ from those that a corpus's publishers state. RAVDESS's missing clips
/// are listed by name already.
fn counts(sources: &[CorpusInfo]) -> Option<Finding> {
    let others = sources.iter().filter(|info| {
        let book = info.book();
        book.is_some_and(|book| book.id != "ravdess")
    });
    let differences: Vec<String> = others
        .flat_map(|info| {
            let of = |difference: CountDifference| {
                let CountDifference {
                    what,
                    found,
                    official,
                } = difference;
                format!("{}, {what}: {found} of {official}", info.name)
            };
            info.differences().into_iter().map(of)
        })
        .collect();
    finding(
        FindingKind::Counts,
        format!(
            "{} not as the publishers state.",
            plural(differences.len(), "count is", "counts are")
        ),
        differences,
    )
}
