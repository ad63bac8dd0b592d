//! `undertone corpus`

use std::fmt::Display;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;
use serde::Serialize;
use undertone_audio::{DecodeOptions, SampleHash, TrimConfig, decode_path, trim};
use undertone_corpus::{Corpus, Takes};

use crate::cli::CorpusArgs;
use crate::corpora::left_out;
use crate::exit::Exit;
use crate::interrupt;
use crate::output::{self, InOrder};
use crate::progress_bar::progress_bar;

/// The number of missing clips to print.
const MAX_MISSING: usize = 5;

pub(crate) fn corpus(args: &CorpusArgs) -> anyhow::Result<Exit> {
    let corpus = Corpus::open_channels(&args.corpus, args.voice.vocal_channel)?;
    let mut clips = Vec::new();
    if !args.no_durations {
        let Some(measured) = measure_all(&corpus)? else {
            output::say("interrupted");
            return Ok(Exit::Interrupted);
        };
        clips = measured;
    }
    let summary = Summary::new(args, &corpus, &clips);
    if let Some(manifest) = &args.manifest {
        corpus.write_manifest(manifest)?;
    }
    if args.json {
        output::json(&summary)?;
    } else {
        summary.print(args)?;
    }
    Ok(if args.strict && !summary.is_sound() {
        Exit::Partly
    } else {
        Exit::Done
    })
}

/// The measurements of one clip.
struct Clip {
    /// Duration as recorded, in seconds.
    recorded: f64,
    /// Duration without the silence at both ends, in seconds.
    trimmed: f64,
    channels: usize,
    sound: SampleHash,
}

/// Measure every clip in parallel, or return why it cannot be read. `None` if interrupted.
fn measure_all(corpus: &Corpus) -> anyhow::Result<Option<Vec<Result<Clip, String>>>> {
    interrupt::listen()?;
    let bar = progress_bar("{msg:12} {wide_bar} {pos}/{len}  {eta} left");
    bar.set_message("reading clips");
    let total = corpus.utterances.len();
    bar.set_length(total as u64);
    let done = AtomicUsize::new(0);
    let clips: Vec<_> = corpus
        .utterances
        .par_iter()
        .map(|utterance| {
            if interrupt::is_requested() {
                return Err(String::new());
            }
            let decoded = decode_path(&utterance.path, &DecodeOptions::default());
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            bar.set_position(done as u64);
            let recording = decoded.map_err(|error| error.to_string())?;
            let speech = trim(&recording.samples, &TrimConfig::default());
            Ok(Clip {
                recorded: recording.duration(),
                trimmed: speech.len() as f64 / f64::from(recording.sample_rate),
                channels: recording.channels,
                sound: SampleHash::of(&recording),
            })
        })
        .collect();
    if bar.is_hidden() && !interrupt::is_requested() {
        output::say(format_args!("read {total} clips"));
    }
    bar.finish_and_clear();
    Ok((!interrupt::is_requested()).then_some(clips))
}

/// Everything the command reports, in the form of `--json`.
#[derive(Serialize)]
struct Summary {
    path: String,
    clips: usize,
    scheme: String,
    emotions: Counts,
    labels: Counts,
    genders: Counts,
    intensities: Counts,
    speakers: Counts,
    #[serde(skip_serializing_if = "Option::is_none")]
    seconds: Option<Lengths>,
    /// The number of clips with more than one channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    stereo: Option<usize>,
    /// Clips of RAVDESS's other vocal channel, which are not in the corpus.
    #[serde(skip_serializing_if = "is_zero")]
    left_out: usize,
    /// Clips that record the same take as an earlier one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    copies: Vec<String>,
    /// Clips that cannot be decoded.
    unreadable: Vec<String>,
    /// Recordings and rows that were skipped.
    problems: Vec<String>,
    /// What was decided while a manifest was read, and may be wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<String>,
    /// RAVDESS's clips that are not in the corpus.
    missing: Vec<String>,
}

fn is_zero(count: &usize) -> bool {
    *count == 0
}

type Counts = InOrder<String, usize>;

fn counts<K: ToString>(pairs: impl IntoIterator<Item = (K, usize)>) -> Counts {
    InOrder(
        pairs
            .into_iter()
            .map(|(key, count)| (key.to_string(), count))
            .collect(),
    )
}

/// Count by a key that some clips do not have.
fn counts_or_unknown<K: ToString>(pairs: impl IntoIterator<Item = (Option<K>, usize)>) -> Counts {
    counts(pairs.into_iter().map(|(key, count)| {
        (
            key.map_or_else(|| "unknown".to_owned(), |key| key.to_string()),
            count,
        )
    }))
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
    fn new(args: &CorpusArgs, corpus: &Corpus, measured: &[Result<Clip, String>]) -> Self {
        let clips: Vec<&Clip> = measured.iter().flatten().collect();
        let mut unreadable: Vec<String> = measured
            .iter()
            .filter_map(|clip| clip.as_ref().err().cloned())
            .collect();
        unreadable.sort();
        let sound = |index: usize| Some(measured.get(index)?.as_ref().ok()?.sound);
        let path = |index: usize| corpus.utterances[index].path.display();
        let copies = Takes::by_name_and_sound(&corpus.utterances, sound)
            .copies()
            .map(|(copy, first)| format!("{}: the same take as {}", path(copy), path(first)))
            .collect();
        Self {
            path: args.corpus.display().to_string(),
            clips: corpus.utterances.len(),
            scheme: args.scheme.name().to_owned(),
            emotions: counts(corpus.emotion_counts()),
            labels: counts(corpus.label_counts(&args.scheme)),
            genders: counts_or_unknown(corpus.gender_counts()),
            intensities: counts_or_unknown(corpus.intensity_counts()),
            speakers: counts_or_unknown(corpus.speaker_counts()),
            seconds: Lengths::new(&clips),
            stereo: (!args.no_durations)
                .then(|| clips.iter().filter(|clip| clip.channels > 1).count()),
            left_out: corpus.other_channel,
            copies,
            unreadable,
            problems: corpus.skipped.iter().map(ToString::to_string).collect(),
            notes: corpus.notes.iter().map(ToString::to_string).collect(),
            missing: corpus.missing.iter().map(ToString::to_string).collect(),
        }
    }

    fn is_sound(&self) -> bool {
        self.unreadable.is_empty() && self.problems.is_empty() && self.missing.is_empty()
    }

    fn print(&self, args: &CorpusArgs) -> anyhow::Result<()> {
        let speakers = self.speakers.0.len();
        output::line(format_args!(
            "{}: {} clips of {speakers} speakers",
            self.path, self.clips
        ))?;
        print_counts("emotion", &self.emotions)?;
        print_counts(format_args!("label ({})", self.scheme), &self.labels)?;
        print_counts("gender", &self.genders)?;
        print_counts("intensity", &self.intensities)?;
        print_counts("speaker", &self.speakers)?;
        if let Some(seconds) = &self.seconds {
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
        }
        if let Some(stereo) = self.stereo.filter(|count| *count > 0) {
            output::line(format_args!(
                "\nclips with several channels, averaged: {stereo}"
            ))?;
        }
        if let Some(text) = left_out(self.left_out, args.voice.vocal_channel) {
            output::line(format_args!("\n{text}"))?;
        }
        print_list("copies of a take", &self.copies, usize::MAX)?;
        print_list("cannot be read", &self.unreadable, usize::MAX)?;
        print_list("problems", &self.problems, usize::MAX)?;
        print_list("notes", &self.notes, usize::MAX)?;
        print_list(
            "missing of RAVDESS's 1440 spoken clips",
            &self.missing,
            MAX_MISSING,
        )
    }
}

fn print_counts(title: impl Display, counts: &Counts) -> anyhow::Result<()> {
    output::line(format_args!("\n{title}"))?;
    let width = counts
        .0
        .iter()
        .map(|(name, _)| name.chars().count())
        .max()
        .unwrap_or(0)
        .max(10);
    for (name, count) in &counts.0 {
        output::line(format_args!("  {name:width$}{count:>9}"))?;
    }
    Ok(())
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
