//! Level, clipping and noise.

use undertone_figures::page::{Block, Section};
use undertone_figures::words::{clips, plural, signed, with_unit};

use super::figures::{by_emotion, compared};
use crate::clip::intensity_of;
use crate::error::ExploreError;
use crate::exploration::Exploration;
use crate::metrics::{LEVEL, PEAK, SNR};
use crate::spread::Spread;
use crate::statistics::{near_full_scale, noise_below_rounding};

pub(super) fn section(exploration: &Exploration<'_>) -> Result<Section, ExploreError> {
    let mut blocks = Vec::new();
    blocks.extend(compared(exploration, &LEVEL)?);
    blocks.extend(strong(exploration).map(Block::Text));
    blocks.push(Block::Text(clipping(exploration)));
    blocks.push(by_emotion(
        exploration,
        &PEAK,
        "Peak by emotion".into(),
        |_| true,
    )?);
    blocks.push(Block::Text(noise(exploration)));
    blocks.push(by_emotion(
        exploration,
        &SNR,
        "Signal-to-noise ratio by emotion".into(),
        |_| true,
    )?);
    Ok(Section {
        title: "Level, clipping and noise".into(),
        blocks,
    })
}

/// Compare the levels of strong and normal intensity, if the corpus has them.
fn strong(exploration: &Exploration<'_>) -> Option<String> {
    let of = |intensity: &str| {
        let clips = exploration.clips.iter().filter(|clip| {
            let utterance = exploration.utterance(clip);
            intensity_of(utterance) == intensity
        });
        Spread::of(clips.filter_map(|clip| clip.measures.level.rms_db))
    };
    let (normal, strong) = (of("normal")?, of("strong")?);
    Some(format!(
        "Clips of strong intensity have a median level of {}, {}\u{a0}dB relative to those of \
         normal intensity.",
        with_unit(strong.median, 1, "dBFS"),
        signed(strong.median - normal.median, 1)
    ))
}

fn clipping(exploration: &Exploration<'_>) -> String {
    let clippings = exploration
        .clips
        .iter()
        .map(|clip| clip.measures.level.clipping);
    let clipped: Vec<_> = clippings.filter(|clipping| clipping.runs > 0).collect();
    let near = near_full_scale(exploration);
    let runs: usize = clipped.iter().map(|clipping| clipping.runs).sum();
    if clipped.is_empty() {
        format!(
            "No clip is clipped (no three samples in a row at full scale). {} within 0.1 dB of \
             full scale.",
            plural(near, "clip comes", "clips come")
        )
    } else {
        format!(
            "{} clipped: {} of three or more samples in a row at full scale.",
            if clipped.len() == 1 {
                "1 clip is".to_owned()
            } else {
                format!("{} are", clips(clipped.len()))
            },
            plural(runs, "run", "runs")
        )
    }
}

fn noise(exploration: &Exploration<'_>) -> String {
    let noises = exploration.clips.iter().map(|clip| clip.measures.noise);
    let without = noises.filter(Option::is_none).count();
    let bounds = noise_below_rounding(exploration);
    let mut text = SNR.sentence(exploration);
    if bounds > 0 {
        text += &format!(
            " In {} the quietest frames are no louder than 16-bit rounding noise, perhaps because \
             of a noise gate; the ratio is then a lower bound.",
            clips(bounds)
        );
    }
    if without > 0 {
        text += &format!(
            " {} too short or too quiet for a noise floor.",
            plural(without, "clip is", "clips are")
        );
    }
    text
}
