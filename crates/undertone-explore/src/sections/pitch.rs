//! How high voices are, and how far they move.

use undertone_figures::page::{Block, Section};

use super::metrics::{PITCH, PITCH_RANGE, VOICED};
use super::{by_emotion, compared};
use crate::ExploreError;
use crate::exploration::{Clip, Exploration};
use crate::flow::gender_of;
use crate::spread::Spread;
use crate::words::with_unit;

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

/// Women's and men's median pitch in Hz, where the corpus tells them.
fn medians(exploration: &Exploration<'_>) -> Option<[f64; 2]> {
    let of = |gender: &str| {
        let clips = exploration.clips.iter();
        let clips = clips.filter(|clip| gender_of(exploration.utterance(clip)) == gender);
        Spread::of(clips.filter_map(|clip| (PITCH.of)(&clip.measures)))
    };
    Some([of("female")?.median, of("male")?.median])
}

/// From men's median pitch to women's.
pub(crate) fn semitones_between_genders(exploration: &Exploration<'_>) -> Option<f64> {
    let [female, male] = medians(exploration)?;
    Some(12.0 * (female / male).log2())
}

/// How far women and men are apart.
fn genders(exploration: &Exploration<'_>) -> Option<String> {
    let [female, male] = medians(exploration)?;
    let apart = semitones_between_genders(exploration)?;
    Some(format!(
        "The median pitch is {} in women's clips and {} in men's, {} apart.",
        with_unit(female, 0, "Hz"),
        with_unit(male, 0, "Hz"),
        with_unit(apart.abs(), 1, "semitones")
    ))
}
