//! Pitch and pitch range.

use undertone_figures::page::{Block, Section};
use undertone_figures::words::with_unit;

use super::figures::{by_emotion, compared};
use crate::clip::{Clip, gender_of};
use crate::error::ExploreError;
use crate::exploration::Exploration;
use crate::metrics::{PITCH, PITCH_RANGE, VOICED};
use crate::statistics::{pitch_medians, semitones_between_genders};

pub(super) fn section(exploration: &Exploration<'_>) -> Result<Section, ExploreError> {
    let mut blocks = Vec::new();
    blocks.extend(genders(exploration).map(Block::Text));
    blocks.extend(compared(exploration, &PITCH)?);
    for gender in ["female", "male"] {
        let is = |clip: &Clip| gender_of(exploration.utterance(clip)) == gender;
        if exploration.clips.iter().any(is) {
            blocks.push(by_emotion(
                exploration,
                &PITCH,
                format!("Median pitch by emotion, {gender}"),
                is,
            )?);
        }
    }
    blocks.extend(compared(exploration, &PITCH_RANGE)?);
    blocks.extend(compared(exploration, &VOICED)?);
    Ok(Section {
        title: "Pitch".into(),
        blocks,
    })
}

/// Compare the pitch of women and men in a sentence.
fn genders(exploration: &Exploration<'_>) -> Option<String> {
    let [female, male] = pitch_medians(exploration)?;
    let apart = semitones_between_genders(exploration)?;
    Some(format!(
        "The median pitch is {} in women's clips and {} in men's, {} apart.",
        with_unit(female, 0, "Hz"),
        with_unit(male, 0, "Hz"),
        with_unit(apart.abs(), 1, "semitones")
    ))
}
