//! Speaking rate.

use undertone_figures::page::{Block, Section};
use undertone_figures::words::number;

use super::figures::compared;
use crate::error::ExploreError;
use crate::exploration::Exploration;
use crate::metrics::RATE;
use crate::statistics::syllables_of_known_sentences;

/// Syllables of RAVDESS's two sentences, "Kids are talking by the door" and "Dogs are sitting by
/// the door".
const RAVDESS_SYLLABLES: f64 = 7.0;

pub(super) fn section(exploration: &Exploration<'_>) -> Result<Section, ExploreError> {
    let mut blocks = Vec::new();
    blocks.extend(compared(exploration, &RATE)?);
    blocks.extend(checked(exploration).map(Block::Note));
    Ok(Section {
        title: "Speaking rate".into(),
        blocks,
    })
}

/// Check the count of syllables on sentences whose number of syllables is known.
fn checked(exploration: &Exploration<'_>) -> Option<String> {
    let spread = syllables_of_known_sentences(exploration)?;
    Some(format!(
        "Both sentences of RAVDESS have {} syllables. The count, which does not know the words, \
         finds {} on average, and between {} and {} in half of the clips. Use the rates to \
         compare emotions, not as absolute values.",
        number(RAVDESS_SYLLABLES, 0),
        number(spread.mean, 1),
        number(spread.lower_quartile, 0),
        number(spread.upper_quartile, 0)
    ))
}
