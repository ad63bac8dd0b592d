//! The summary of an exploration, for JSON.

use std::collections::BTreeMap;

use serde::Serialize;
use undertone_corpus::Utterance;

use crate::clip::{Clip, gender_of, intensity_of};
use crate::exploration::Exploration;
use crate::findings::Finding;
use crate::flow::Flow;
use crate::metrics::{METRICS, Metric};
use crate::numbers;
use crate::spread::Spread;
use crate::statistics::{self, Neighbors};

/// The numbers of the page, for programs. Numbers without a value are `null` or left out.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ExplorationSummary {
    /// The folder of the corpus or of its manifest.
    pub corpus: String,
    /// The label scheme.
    pub scheme: String,
    /// The seed.
    pub seed: u64,
    /// Clips that were measured.
    pub clips: usize,
    /// Clips that cannot be read.
    pub unreadable: usize,
    /// Speakers of the measured clips.
    pub speakers: usize,
    /// The trimming.
    pub trimming: TrimmingSummary,
    /// Length of all recordings in seconds.
    pub recorded_seconds: f64,
    /// Length of all trimmed clips in seconds.
    pub kept_seconds: f64,
    /// Duration of clips as recorded, in seconds.
    pub recorded: Option<Spread>,
    /// The measures, over all clips and by group.
    pub measures: BTreeMap<&'static str, MeasureSummary>,
    /// The numbers that the corpus states of its clips, such as arousal.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub numbers: BTreeMap<String, Spread>,
    /// Distance from the median pitch of men to that of women, in semitones.
    pub semitones_between_genders: Option<f64>,
    /// Clips with a peak within 0.1 dB of full scale.
    pub near_full_scale: usize,
    /// Clips whose signal-to-noise ratio is a lower bound, because their pauses are no louder than
    /// 16-bit rounding noise.
    pub noise_below_rounding: usize,
    /// Syllable nuclei of the clips whose sentences are known (RAVDESS).
    pub syllables_of_known_sentences: Option<Spread>,
    /// The clips in two dimensions.
    pub projection: ProjectionSummary,
    /// Counts after each step of balancing.
    pub flow: Flow,
    /// The problems.
    pub findings: Vec<Finding>,
    /// The clips that are shown.
    pub shown: Vec<String>,
    /// The files of the exploration, relative to the summary's folder. `--force` replaces these and
    /// no others.
    pub files: Vec<String>,
}

/// The trimming, and how much other thresholds would keep.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TrimmingSummary {
    /// Threshold in dB below the loudest frame; `null` if nothing is trimmed.
    pub top_db: Option<f32>,
    /// Samples in a frame.
    pub frame_length: usize,
    /// Samples between two frames.
    pub hop_length: usize,
    /// The rate in Hz to which clips are resampled before trimming; `null` if they are not.
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
    /// By gender.
    pub genders: BTreeMap<&'static str, Spread>,
    /// By intensity.
    pub intensities: BTreeMap<&'static str, Spread>,
    /// Share of the variance between groups (ε²).
    pub explained_by: Explained,
}

/// Share of a measure's variance that lies between groups of clips, corrected for chance, 0 to 1;
/// `null` if there are too few groups or clips.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Explained {
    /// Between emotions.
    pub emotion: Option<f64>,
    /// Between genders.
    pub gender: Option<f64>,
    /// Between speakers.
    pub speaker: Option<f64>,
}

/// The projections of the clips.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ProjectionSummary {
    /// Number of clips in the PCA.
    pub pca_clips: usize,
    /// Share of the variance along the first two components, 0 to 1.
    pub pca_explained: [f64; 2],
    /// The measure with the highest correlation with each component, and Pearson's r.
    pub pca_measures: Option<[(&'static str, f64); 2]>,
    /// Number of clips in the t-SNE.
    pub tsne_clips: usize,
    /// Shares of clips whose nearest neighbor in the t-SNE has the same speaker or emotion.
    #[serde(rename = "tsne_neighbours")]
    pub tsne_neighbors: Option<Neighbors>,
}

impl Exploration<'_> {
    /// Return the numbers of the exploration, except those of single clips.
    pub fn summary(&self) -> ExplorationSummary {
        let over = |clips: &mut dyn Iterator<Item = &Clip>, of: fn(&Clip) -> Option<f64>| {
            Spread::of(clips.filter_map(of))
        };
        let trimming = &self.options.trimming;
        ExplorationSummary {
            corpus: self.root().display().to_string(),
            scheme: self.options.scheme.name().to_owned(),
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
                    let all = self.clips.iter();
                    let summary = MeasureSummary {
                        unit: metric.unit,
                        all: Spread::of(all.filter_map(|clip| (metric.of)(&clip.measures))),
                        emotions: self.spreads(metric, |clip| clip.emotion.name()),
                        genders: self.spreads(metric, gender_of),
                        intensities: self.spreads(metric, intensity_of),
                        explained_by: Explained {
                            emotion: metric.explained_by(self, |clip| clip.emotion),
                            gender: metric.explained_by(self, gender_of),
                            speaker: metric
                                .explained_by(self, |clip| clip.speaker_name().to_owned()),
                        },
                    };
                    (metric.key, summary)
                })
                .collect(),
            numbers: numbers::names(self)
                .into_iter()
                .filter_map(|name| {
                    let values = numbers::values(self, name).map(|(_, value)| value);
                    Some((name.to_owned(), Spread::of(values)?))
                })
                .collect(),
            semitones_between_genders: statistics::semitones_between_genders(self),
            near_full_scale: statistics::near_full_scale(self),
            noise_below_rounding: statistics::noise_below_rounding(self),
            syllables_of_known_sentences: statistics::syllables_of_known_sentences(self),
            projection: ProjectionSummary {
                pca_clips: self.projection.pca.len(),
                pca_explained: self.projection.explained,
                pca_measures: statistics::strongest_metrics(self)
                    .map(|found| found.map(|(metric, r)| (metric.key, r))),
                tsne_clips: self.projection.tsne.len(),
                tsne_neighbors: statistics::tsne_neighbors(self),
            },
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

    /// Return the spread of a measure by group.
    fn spreads(
        &self,
        metric: &Metric,
        group: impl Fn(&Utterance) -> &'static str,
    ) -> BTreeMap<&'static str, Spread> {
        let mut values: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
        for clip in &self.clips {
            let group = values.entry(group(self.utterance(clip))).or_default();
            group.extend((metric.of)(&clip.measures));
        }
        let groups = values.into_iter();
        groups
            .filter_map(|(name, values)| Some((name, Spread::of(values)?)))
            .collect()
    }
}
