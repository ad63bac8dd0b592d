//! `undertone corpus`

use std::fmt::Display;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use undertone_audio::TrimConfig;
use undertone_corpus::Corpus;
use undertone_lab::durations::{self, ClipDurations};
use undertone_lab::{Event, Interrupt, LabError};

use crate::cli::CorpusArgs;
use crate::exit::Exit;
use crate::interrupt;
use crate::output::{self, InOrder};
use crate::reporter::Reporter;

/// Missing clips that are named to people.
const NAMED_MISSING: usize = 5;

pub(crate) fn corpus(args: &CorpusArgs) -> anyhow::Result<Exit> {
    let corpus = Corpus::open(&args.corpus)?;
    let mut summary = Summary::new(args, &corpus);
    if !args.no_durations {
        match listen_to(&corpus, interrupt::listen()?) {
            Ok((lengths, unreadable)) => {
                summary.seconds = Lengths::new(&lengths);
                summary.stereo = Some(lengths.iter().filter(|clip| clip.channels > 1).count());
                summary.unreadable = unreadable;
            }
            Err(LabError::Interrupted) => {
                output::say("interrupted");
                return Ok(Exit::Interrupted);
            }
            Err(error) => return Err(error.into()),
        }
    }
    if let Some(manifest) = &args.manifest {
        corpus.write_manifest(manifest)?;
    }
    if args.json {
        output::json(&summary)?;
    } else {
        summary.print()?;
    }
    Ok(if args.strict && !summary.is_sound() {
        Exit::Partly
    } else {
        Exit::Done
    })
}

/// The durations of the clips that can be read, and what is wrong with the others.
fn listen_to(
    corpus: &Corpus,
    interrupt: &Interrupt,
) -> Result<(Vec<ClipDurations>, Vec<String>), LabError> {
    let reporter = Reporter::new(0, false);
    let unreadable = Mutex::new(Vec::new());
    let observer = |event: &Event<'_>| match event {
        Event::ClipFailed { message } => {
            unreadable
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(message.clone());
        }
        event => reporter.observe(event),
    };
    let lengths = durations::of_clips(
        &corpus.utterances,
        &TrimConfig::default(),
        &observer,
        interrupt,
    );
    reporter.end();
    let mut unreadable = unreadable
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    // They come in whatever order the processors take.
    unreadable.sort();
    Ok((lengths?.into_iter().flatten().collect(), unreadable))
}

/// All there is to know, in the form of `--json`.
#[derive(Serialize)]
struct Summary {
    path: String,
    clips: usize,
    scheme: &'static str,
    emotions: Counts,
    labels: Counts,
    genders: Counts,
    intensities: Counts,
    speakers: Counts,
    #[serde(skip_serializing_if = "Option::is_none")]
    seconds: Option<Lengths>,
    /// Clips with more than one channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    stereo: Option<usize>,
    /// Clips that cannot be decoded.
    unreadable: Vec<String>,
    /// What was skipped for its name, its row or its being there twice.
    problems: Vec<String>,
    /// RAVDESS's clips that are not there.
    missing: Vec<String>,
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

/// Counts of something that not every clip has.
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
    /// `None` of no clips.
    fn new(clips: &[ClipDurations]) -> Option<Self> {
        let spread = |of: fn(&ClipDurations) -> f64| {
            let total: f64 = clips.iter().map(of).sum();
            Spread {
                min: clips.iter().map(of).fold(f64::INFINITY, f64::min),
                mean: total / clips.len() as f64,
                max: clips.iter().map(of).fold(0.0, f64::max),
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
    fn new(args: &CorpusArgs, corpus: &Corpus) -> Self {
        Self {
            path: args.corpus.display().to_string(),
            clips: corpus.utterances.len(),
            scheme: args.scheme.name(),
            emotions: counts(corpus.emotion_counts()),
            labels: counts(corpus.label_counts(args.scheme)),
            genders: counts_or_unknown(corpus.gender_counts()),
            intensities: counts_or_unknown(corpus.intensity_counts()),
            speakers: counts(corpus.speaker_counts()),
            seconds: None,
            stereo: None,
            unreadable: Vec::new(),
            problems: corpus.problems.iter().map(ToString::to_string).collect(),
            missing: corpus.missing.iter().map(ToString::to_string).collect(),
        }
    }

    fn is_sound(&self) -> bool {
        self.unreadable.is_empty() && self.problems.is_empty() && self.missing.is_empty()
    }

    fn print(&self) -> anyhow::Result<()> {
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
        print_list("cannot be read", &self.unreadable, usize::MAX)?;
        print_list("problems", &self.problems, usize::MAX)?;
        print_list(
            "missing of RAVDESS's 1440 spoken clips",
            &self.missing,
            NAMED_MISSING,
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

fn print_list(title: &str, lines: &[String], most: usize) -> anyhow::Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    output::line(format_args!("\n{title}: {}", lines.len()))?;
    for text in lines.iter().take(most) {
        output::line(format_args!("  {text}"))?;
    }
    match lines.len().saturating_sub(most) {
        0 => Ok(()),
        more => output::line(format_args!("  and {more} more")),
    }
}
