//! An exploration as JSON.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use crate::exploration::{Clip, Exploration};
use crate::findings::Finding;
use crate::flow::Flow;
use crate::measure::TRIM_THRESHOLDS;
use crate::sections::metrics::METRICS;
use crate::spread::Spread;

/// The numbers that the page tells, for programs. What has no value is `null` or left out.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    /// The corpus's folder, or the manifest's.
    pub corpus: String,
    /// The label scheme.
    pub scheme: &'static str,
    /// The seed.
    pub seed: u64,
    /// Clips that were measured.
    pub clips: usize,
    /// Clips that can't be read.
    pub unreadable: usize,
    /// Speakers of the measured clips.
    pub speakers: usize,
    /// How clips are trimmed.
    pub trimming: TrimmingSummary,
    /// Seconds of all clips as recorded.
    pub recorded_seconds: f64,
    /// Seconds of all clips that trimming keeps.
    pub kept_seconds: f64,
    /// Duration of clips as recorded, in seconds.
    pub recorded: Option<Spread>,
    /// By measure, over all clips and by emotion.
    pub measures: BTreeMap<&'static str, MeasureSummary>,
    /// Clips through the steps of balancing.
    pub flow: Flow,
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// The clips that are shown.
    pub shown: Vec<String>,
    /// The files that were written, relative to the summary's folder. `--force` replaces these and
    /// leaves all others alone.
    pub files: Vec<String>,
}

/// How clips are trimmed, and what other thresholds would keep.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TrimmingSummary {
    /// Threshold in dB below the loudest frame; `null` where nothing is trimmed.
    pub top_db: Option<f32>,
    /// Samples in a frame.
    pub frame_length: usize,
    /// Samples between two frames.
    pub hop_length: usize,
    /// The rate to which clips are brought before, in Hz; `null` for each clip's own.
    pub sample_rate: Option<u32>,
    /// Threshold in dB and the share of all audio that it keeps.
    pub kept_by_threshold: Vec<(f32, f64)>,
}

/// One measure over the corpus.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MeasureSummary {
    /// Its unit.
    pub unit: &'static str,
    /// Over all clips that have it.
    pub all: Option<Spread>,
    /// By emotion.
    pub emotions: BTreeMap<&'static str, Spread>,
}

impl Exploration<'_> {
    /// The exploration's numbers, but for those of single clips.
    pub fn summary(&self) -> Summary {
        let over = |clips: &mut dyn Iterator<Item = &Clip>, of: fn(&Clip) -> Option<f64>| {
            Spread::of(clips.filter_map(of))
        };
        let trimming = &self.options.trimming;
        Summary {
            corpus: self.root().display().to_string(),
            scheme: self.options.scheme.name(),
            seed: self.options.seed,
            clips: self.clips.len(),
            unreadable: self.unreadable.len(),
            speakers: self
                .flow
                .stages
                .first()
                .map_or(0, |stage| stage.speakers.len()),
            trimming: TrimmingSummary {
                top_db: Some(trimming.config.top_db).filter(|top_db| top_db.is_finite()),
                frame_length: trimming.config.frame_length,
                hop_length: trimming.config.hop_length,
                sample_rate: trimming.sample_rate,
                kept_by_threshold: self.kept_by_threshold(),
            },
            recorded_seconds: self.recorded_seconds(),
            kept_seconds: self.kept_seconds(),
            recorded: over(&mut self.clips.iter(), |clip| Some(clip.measures.seconds)),
            measures: METRICS
                .iter()
                .map(|metric| {
                    let emotions = self.emotions().into_iter().filter_map(|emotion| {
                        let clips = &mut self.of_emotion(emotion);
                        let values = clips.filter_map(|clip| (metric.of)(&clip.measures));
                        Some((emotion.name(), Spread::of(values)?))
                    });
                    let all = self.clips.iter();
                    let summary = MeasureSummary {
                        unit: metric.unit,
                        all: Spread::of(all.filter_map(|clip| (metric.of)(&clip.measures))),
                        emotions: emotions.collect(),
                    };
                    (metric.key, summary)
                })
                .collect(),
            flow: self.flow.clone(),
            findings: self.findings.clone(),
            shown: self
                .shown
                .iter()
                .map(|shown| self.path_of(shown.index))
                .collect(),
            files: Vec::new(),
        }
    }

    /// The corpus's folder; a manifest in the working directory has an empty one.
    pub(crate) fn root(&self) -> &Path {
        match self.corpus.root.as_path() {
            root if root == Path::new("") => Path::new("."),
            root => root,
        }
    }

    /// Seconds of all clips as recorded.
    pub(crate) fn recorded_seconds(&self) -> f64 {
        self.clips.iter().map(|clip| clip.measures.seconds).sum()
    }

    /// Seconds of all clips that trimming keeps.
    pub(crate) fn kept_seconds(&self) -> f64 {
        let kept = self.clips.iter().map(|clip| clip.measures.kept_seconds());
        kept.sum()
    }

    /// Each threshold with the share of all audio that it would keep.
    pub(crate) fn kept_by_threshold(&self) -> Vec<(f32, f64)> {
        let recorded = self.recorded_seconds();
        TRIM_THRESHOLDS
            .into_iter()
            .enumerate()
            .map(|(index, threshold)| {
                let kept = self
                    .clips
                    .iter()
                    .map(|clip| f64::from(clip.measures.kept_by_threshold[index]));
                (threshold, kept.sum::<f64>() / recorded)
            })
            .collect()
    }

    /// A clip's path as people know it: below the corpus's root.
    pub(crate) fn path_of(&self, index: usize) -> String {
        let path = &self.corpus.utterances[index].path;
        path.strip_prefix(&self.corpus.root)
            .unwrap_or(path)
            .display()
            .to_string()
    }
}
