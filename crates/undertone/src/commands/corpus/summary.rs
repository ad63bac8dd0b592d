//! Everything that the command reports.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;
use undertone_corpus::{Corpus, LabelScheme, Takes};

use super::counts::{Counts, counts, counts_or_unknown, print_counts};
use super::measure::Clip;
use super::published::Published;
use crate::cli::CorpusArgs;
use crate::corpora::{left_out, no_common_class};
use crate::output;

/// The number of missing clips to print.
const MAX_MISSING: usize = 5;
/// The number of skipped recordings and rows to print, and of copies.
const MAX_LISTED: usize = 50;

/// Everything the command reports, in the form of `--json`.
#[derive(Serialize)]
pub(super) struct Summary {
    path: String,
    clips: usize,
    /// Facts about each corpus.
    corpora: Vec<Published>,
    scheme: String,
    emotions: Counts,
    labels: Counts,
    genders: Counts,
    intensities: Counts,
    speakers: Counts,
    /// For each number that clips have, such as arousal, the number of clips.
    #[serde(skip_serializing_if = "no_counts")]
    values: Counts,
    #[serde(skip_serializing_if = "Option::is_none")]
    seconds: Option<Lengths>,
    /// The number of clips with more than one channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    stereo: Option<usize>,
    /// Clips of RAVDESS's other vocal channel, which are not in the corpus.
    #[serde(skip_serializing_if = "is_zero")]
    left_out: usize,
    /// Clips of each label that is ignored.
    #[serde(skip_serializing_if = "no_counts")]
    ignored: Counts,
    /// Clips that record the same take as an earlier one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    copies: Vec<String>,
    /// Guesses that were made while reading.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<String>,
    /// Clips that cannot be decoded.
    unreadable: Vec<String>,
    /// Recordings and rows that were skipped.
    problems: Vec<String>,
    /// RAVDESS's clips that are not in the corpus.
    missing: Vec<String>,
}

fn is_zero(count: &usize) -> bool {
    *count == 0
}

fn no_counts(counts: &Counts) -> bool {
    counts.0.is_empty()
}

#[derive(Serialize)]
struct Lengths {
    recorded: Spread,
    trimmed: Spread,
}

#[derive(Serialize)]
struct Spread {
    min: f64,
    mean: f64,
    max: f64,
    total: f64,
}

impl Lengths {
    /// Return `None` if there are no clips.
    fn new(clips: &[&Clip]) -> Option<Self> {
        let spread = |of: fn(&Clip) -> f64| {
            let values = || clips.iter().map(|clip| of(clip));
            let total: f64 = values().sum();
            Spread {
                min: values().fold(f64::INFINITY, f64::min),
                mean: total / clips.len() as f64,
                max: values().fold(0.0, f64::max),
                total,
            }
        };
        (!clips.is_empty()).then(|| Self {
            recorded: spread(|clip| clip.recorded),
            trimmed: spread(|clip| clip.trimmed),
        })
    }
}

impl Summary {
    /// Summarize a corpus. `measured` is empty, or has an entry for each utterance.
    pub(super) fn new(
        args: &CorpusArgs,
        corpus: &Corpus,
        measured: &[Result<Clip, String>],
    ) -> Self {
        let clips: Vec<&Clip> = measured.iter().flatten().collect();
        let mut unreadable: Vec<String> = measured
            .iter()
            .filter_map(|clip| clip.as_ref().err().cloned())
            .collect();
        unreadable.sort();
        let sound = |index: usize| Some(measured.get(index)?.as_ref().ok()?.sound);
        let name = |index: usize| corpus.utterances[index].name_below(Path::new(""));
        let copies = Takes::by_name_and_sound(&corpus.utterances, sound)
            .copies()
            .map(|(copy, first)| format!("{}: the same take as {}", name(copy), name(first)))
            .collect();
        let paths: Vec<String> = args.corpus.iter().map(ToString::to_string).collect();
        // A corpus with one label has no classes, and can be described all the same.
        let scheme = args
            .scheme
            .resolved(&corpus.utterances)
            .unwrap_or(LabelScheme::Corpus);
        let mut values = BTreeMap::new();
        for value in corpus.utterances.iter().flat_map(|clip| clip.values.keys()) {
            *values.entry(value).or_insert(0) += 1;
        }
        let mut notes: Vec<String> = corpus.notes.iter().map(ToString::to_string).collect();
        notes.extend(no_common_class(corpus, &scheme));
        if corpus.utterances.len() == 1 {
            notes.push("there is one clip, which no protocol can split".to_owned());
        }
        Self {
            path: paths.join(", "),
            clips: corpus.utterances.len(),
            corpora: corpus.sources.iter().map(Published::new).collect(),
            scheme: scheme.name().to_owned(),
            emotions: counts(corpus.emotion_counts()),
            labels: counts(corpus.label_counts(&scheme)),
            genders: counts_or_unknown(corpus.gender_counts()),
            intensities: counts_or_unknown(corpus.intensity_counts()),
            speakers: counts_or_unknown(corpus.speaker_counts()),
            values: counts(values),
            seconds: Lengths::new(&clips),
            stereo: (!args.no_durations)
                .then(|| clips.iter().filter(|clip| clip.channels > 1).count()),
            left_out: corpus.left_out.channel,
            ignored: counts(corpus.left_out.labels.clone()),
            copies,
            notes,
            unreadable,
            problems: corpus.skipped.iter().map(ToString::to_string).collect(),
            missing: corpus.missing.iter().map(ToString::to_string).collect(),
        }
    }

    pub(super) fn is_sound(&self) -> bool {
        self.unreadable.is_empty()
            && self.problems.is_empty()
            && self.missing.is_empty()
            && self.corpora.iter().all(Published::is_complete)
    }

    pub(super) fn print(&self, args: &CorpusArgs) -> anyhow::Result<()> {
        let speakers = self.speakers.0.iter().filter(|(name, _)| name != "unknown");
        output::line(format_args!(
            "{}: {} clips of {} speakers",
            self.path,
            self.clips,
            speakers.count()
        ))?;
        for corpus in &self.corpora {
            corpus.print()?;
        }
        print_counts("emotion", &self.emotions)?;
        print_counts(format_args!("label ({})", self.scheme), &self.labels)?;
        print_counts("gender", &self.genders)?;
        // Only RAVDESS's names state it in words.
        if self.intensities.0.iter().any(|(name, _)| name != "unknown") {
            print_counts("intensity", &self.intensities)?;
        }
        if !no_counts(&self.values) {
            print_counts("clips with a value", &self.values)?;
        }
        print_counts("speaker", &self.speakers)?;
        self.print_seconds()?;
        if let Some(stereo) = self.stereo.filter(|count| *count > 0) {
            output::line(format_args!(
                "\nclips with several channels, averaged: {stereo}"
            ))?;
        }
        if let Some(text) = left_out(self.left_out, args.voice.vocal_channel) {
            output::line(format_args!("\n{text}"))?;
        }
        if !no_counts(&self.ignored) {
            print_counts("left out, as their labels are ignored", &self.ignored)?;
        }
        print_list("notes", &self.notes, MAX_LISTED)?;
        print_list("copies of a take", &self.copies, MAX_LISTED)?;
        print_list("cannot be read", &self.unreadable, MAX_LISTED)?;
        print_list("problems", &self.problems, MAX_LISTED)?;
        print_list(
            "missing of RAVDESS's 1440 spoken clips",
            &self.missing,
            MAX_MISSING,
        )
    }

    fn print_seconds(&self) -> anyhow::Result<()> {
        let Some(seconds) = &self.seconds else {
            return Ok(());
        };
        output::line(format_args!(
            "\n{:12}{:>9}{:>9}{:>9}{:>11}",
            "seconds", "min", "mean", "max", "total"
        ))?;
        for (name, of) in [
            ("recorded", &seconds.recorded),
            ("trimmed", &seconds.trimmed),
        ] {
            output::line(format_args!(
                "  {name:10}{:>9.2}{:>9.2}{:>9.2}{:>11.1}",
                of.min, of.mean, of.max, of.total
            ))?;
        }
        Ok(())
    }
}

fn print_list(title: &str, lines: &[String], max: usize) -> anyhow::Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    output::line(format_args!("\n{title}: {}", lines.len()))?;
    for text in lines.iter().take(max) {
        output::line(format_args!("  {text}"))?;
    }
    match lines.len().saturating_sub(max) {
        0 => Ok(()),
        more => output::line(format_args!("  and {more} more")),
    }
}
