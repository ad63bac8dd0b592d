//! Clips to look at and listen to.

use undertone_figures::page::{Audio, Block, Section};
use undertone_figures::words::number;
use undertone_figures::{Spectrogram, WavePlot};

use super::figures::frame;
use crate::error::ExploreError;
use crate::exploration::Exploration;
use crate::shown::ShownClip;

const WIDTH: f64 = 440.0;

pub(super) fn section(exploration: &Exploration<'_>) -> Result<Section, ExploreError> {
    let cards: Result<Vec<_>, _> = exploration
        .shown
        .iter()
        .map(|clip| card(exploration, clip))
        .collect();
    Ok(Section {
        title: "Clips to look at and listen to".into(),
        blocks: vec![
            Block::Text(format!(
                "One clip for each emotion and gender, chosen with seed {}. --show PATH shows \
                 another clip, --seed N chooses others. Shaded parts are removed by trimming. The \
                 sample rate of the sound is 16 kHz.",
                exploration.options.seed
            )),
            Block::Grid(cards?),
        ],
    })
}

fn card(exploration: &Exploration<'_>, clip: &ShownClip) -> Result<Vec<Block>, ExploreError> {
    let utterance = &exploration.corpus.utterances[clip.index];
    let who = match clip.gender {
        "unknown" => utterance.emotion.to_string(),
        gender => format!("{}, {gender}", utterance.emotion),
    };
    let path = exploration.path_of(clip.index);
    let Some(measures) = exploration
        .clips
        .iter()
        .find(|known| known.index == clip.index)
        .map(|known| &known.measures)
    else {
        return Ok(Vec::new());
    };
    let kept = &measures.kept;
    let trimmed = vec![
        (0.0, kept.start.min(clip.seconds)),
        (kept.end.min(clip.seconds), clip.seconds),
    ];
    let wave = WavePlot {
        frame: frame(format!("Wave form, {who}"))
            .sized(WIDTH, 240.0)
            .noted(format!(
                "{path}, {} of {} s kept",
                number(measures.kept_seconds(), 2),
                number(measures.seconds, 2)
            )),
        name: utterance.emotion.to_string(),
        peaks: clip.peaks.clone(),
        seconds: clip.seconds,
        limit: None,
        trimmed: trimmed.clone(),
    };
    let mel = &clip.mel;
    let spectrogram = Spectrogram {
        frame: frame(format!("Mel spectrogram, {who}")).sized(WIDTH, 300.0),
        bands: (0..mel.bands)
            .map(|band| mel.band(band).iter().map(|v| f64::from(*v)).collect())
            .collect(),
        seconds: clip.seconds,
        hertz: (0.0, 8000.0),
        limits: Some((-80.0, 0.0)),
        trimmed,
    };
    Ok(vec![
        Block::Figure(wave.draw()?),
        Block::Figure(spectrogram.draw()?),
        Block::Audio(Audio {
            label: format!("{who}: {path}"),
            media_type: "audio/flac".into(),
            bytes: clip.flac.clone(),
        }),
    ])
}
