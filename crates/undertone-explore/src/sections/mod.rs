//! The page's parts, one a file: figures, and sentences computed from the same numbers.

mod clips;
mod counts;
mod duration;
pub(crate) mod level;
mod methods;
pub(crate) mod metrics;
mod overview;
pub(crate) mod pitch;
mod problems;
pub(crate) mod projection;
pub(crate) mod rate;
mod spectra;

use undertone_figures::page::{Block, Section};
use undertone_figures::{Frame, Samples, ViolinPlot};

use crate::ExploreError;
use crate::exploration::{Clip, Exploration};
use metrics::Metric;

/// All sections, in order.
pub(crate) fn all(exploration: &Exploration<'_>) -> Result<Vec<Section>, ExploreError> {
    Ok(vec![
        overview::section(exploration),
        counts::section(exploration)?,
        duration::section(exploration)?,
        level::section(exploration)?,
        pitch::section(exploration)?,
        rate::section(exploration)?,
        clips::section(exploration)?,
        spectra::section(exploration)?,
        projection::section(exploration)?,
        problems::section(exploration),
        methods::section(exploration),
    ])
}

/// A measure's violins by emotion, of the clips that `keep` lets through.
fn by_emotion(
    exploration: &Exploration<'_>,
    metric: &Metric,
    title: String,
    keep: impl Fn(&Clip) -> bool,
) -> Result<Block, ExploreError> {
    let emotions = exploration.emotions().into_iter();
    let figure = ViolinPlot {
        frame: Frame::new(title),
        category_label: "emotion".into(),
        value_label: metric.label(),
        categories: emotions
            .map(|emotion| Samples {
                name: emotion.to_string(),
                values: exploration
                    .of_emotion(emotion)
                    .filter(|clip| keep(clip))
                    .filter_map(|clip| (metric.of)(&clip.measures))
                    .collect(),
            })
            .collect(),
    };
    Ok(Block::Figure(figure.draw()?))
}

/// The sentence and the violins of a measure, over all clips.
fn compared(exploration: &Exploration<'_>, metric: &Metric) -> Result<[Block; 2], ExploreError> {
    Ok([
        Block::Text(metric.sentence(exploration)),
        by_emotion(
            exploration,
            metric,
            format!("{} by emotion", metric.title),
            |_| true,
        )?,
    ])
}
