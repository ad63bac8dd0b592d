//! The table of clips.

use std::path::Path;

use fs_err as fs;

use crate::clip::{Clip, UNKNOWN, Unreadable, class_of, gender_of, intensity_of};
use crate::error::ExploreError;
use crate::exploration::Exploration;

/// The columns of the table of clips.
const COLUMNS: [&str; 30] = [
    "path",
    "emotion",
    "label",
    "speaker",
    "gender",
    "intensity",
    "sample_rate",
    "channels",
    "seconds",
    "kept_from",
    "kept_to",
    "kept_seconds",
    "rms_dbfs",
    "peak_dbfs",
    "clipped_samples",
    "clipped_runs",
    "snr_db",
    "snr_at_least",
    "f0_median_hz",
    "f0_5_percent_hz",
    "f0_95_percent_hz",
    "f0_range_semitones",
    "voiced_share",
    "syllables",
    "syllables_per_second",
    "pca_1",
    "pca_2",
    "tsne_1",
    "tsne_2",
    "unreadable",
];

impl Exploration<'_> {
    /// Write the numbers of every clip, one row a clip, and the reasons of those that cannot be
    /// read.
    pub(crate) fn write_table(&self, path: &Path) -> Result<(), ExploreError> {
        let mut table = csv::Writer::from_writer(fs::File::create(path)?);
        table.write_record(COLUMNS)?;
        // All lists are in the order of the corpus.
        let mut unreadable = self.unreadable.iter().peekable();
        let projection = &self.projection;
        let mut projections = [&projection.pca, &projection.tsne].map(|it| it.iter().peekable());
        for (position, clip) in self.clips.iter().enumerate() {
            while let Some(other) = unreadable.next_if(|it| it.index < clip.index) {
                table.write_record(self.unreadable_columns(other))?;
            }
            let mut row = self.columns(clip);
            for points in &mut projections {
                let point = points.next_if(|point| point.clip == position);
                row.extend(point.map_or_else(Default::default, |point| {
                    [point.x, point.y].map(|it| format!("{it:.4}"))
                }));
            }
            row.push(String::new());
            table.write_record(row)?;
        }
        for other in unreadable {
            table.write_record(self.unreadable_columns(other))?;
        }
        Ok(table.flush()?)
    }

    fn names(&self, index: usize) -> Vec<String> {
        let utterance = &self.corpus.utterances[index];
        let known = |name: &str| if name == UNKNOWN { "" } else { name }.to_owned();
        let scheme = &self.options.scheme;
        [
            self.path_of(index),
            utterance.emotion.to_string(),
            class_of(scheme, utterance).to_owned(),
            known(utterance.speaker_name()),
            known(gender_of(utterance)),
            known(intensity_of(utterance)),
        ]
        .map(harmless)
        .into()
    }

    fn unreadable_columns(&self, clip: &Unreadable) -> Vec<String> {
        let mut row = self.names(clip.index);
        row.resize(COLUMNS.len() - 1, String::new());
        row.push(clip.reason.clone());
        row
    }

    fn columns(&self, clip: &Clip) -> Vec<String> {
        let measures = &clip.measures;
        let with = |decimals: usize| move |value: f64| format!("{value:.decimals$}");
        let maybe = |value: Option<f64>, decimals| value.map_or_else(String::new, with(decimals));
        let pitch = measures.pitch.as_ref();
        let mut row = self.names(clip.index);
        row.extend([
            measures.sample_rate.to_string(),
            measures.channels.to_string(),
            with(4)(measures.seconds),
            with(4)(measures.kept.start),
            with(4)(measures.kept.end),
            with(4)(measures.kept_seconds()),
            maybe(measures.level.rms_db, 2),
            maybe(measures.level.peak_db, 2),
            measures.level.clipping.samples.to_string(),
            measures.level.clipping.runs.to_string(),
            maybe(measures.noise.map(|noise| noise.db), 2),
            measures
                .noise
                .map_or_else(String::new, |noise| noise.at_least.to_string()),
            maybe(pitch.map(|pitch| pitch.median_hz), 1),
            maybe(pitch.map(|pitch| pitch.low_hz), 1),
            maybe(pitch.map(|pitch| pitch.high_hz), 1),
            maybe(pitch.map(|pitch| pitch.range_semitones()), 2),
            with(4)(measures.voiced_share),
            measures.syllables.to_string(),
            maybe(measures.syllables_per_second(), 3),
        ]);
        row
    }
}

/// Return a text that a spreadsheet does not take for a formula. Names of files and speakers may be
/// anything.
fn harmless(text: String) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn formulas_become_texts() {
        for formula in ["=HYPERLINK(\"http://x\")", "+1", "-1", "@SUM(A1)", "\t=1"] {
            assert_eq!(harmless(formula.to_owned()), format!("'{formula}"));
        }
        assert_eq!(harmless("a=b/-c.wav".to_owned()), "a=b/-c.wav");
    }
}
