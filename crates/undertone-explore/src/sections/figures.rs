//! Figures that several sections draw.

use undertone_corpus::LABEL_COLORS;
use undertone_figures::page::Block;
use undertone_figures::{Frame, Samples, ViolinPlot};

use crate::clip::Clip;
use crate::error::ExploreError;
use crate::exploration::Exploration;
use crate::metrics::Metric;

/// Return a frame with the colors of emotions and labels.
pub(super) fn frame(title: impl Into<String>) -> Frame {
    Frame::new(title).colored(&LABEL_COLORS)
}

/// Draw violins of a measure by emotion, of the clips for which `keep` is true.
pub(super) fn by_emotion(
    exploration: &Exploration<'_>,
    metric: &Metric,
    title: String,
    keep: impl Fn(&Clip) -> bool,
) -> Result<Block, ExploreError> {
    let emotions = exploration.emotions().into_iter();
    let figure = ViolinPlot {
        frame: frame(title),
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

/// Return the sentence and the violins of a measure over all clips.
pub(super) fn compared(
    exploration: &Exploration<'_>,
    metric: &Metric,
) -> Result<[Block; 2], ExploreError> {
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
