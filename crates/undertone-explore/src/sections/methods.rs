//! The methods of measurement.

use undertone_figures::page::{Block, Section};

use crate::exploration::Exploration;

pub(super) fn section(exploration: &Exploration<'_>) -> Section {
    let trimming = &exploration.options.trimming;
    let rate = trimming.sample_rate.map_or_else(
        || "each clip's own rate".to_owned(),
        |rate| format!("{rate} Hz"),
    );
    let config = &trimming.config;
    let lines = [
        format!(
            "Trimming: librosa.effects.trim with top_db = {}, frame_length = {}, hop_length = {}, \
             at {rate}. Duration, peak, clipping and noise are those of the whole clip. All other \
             measures are those of the trimmed clip.",
            config.top_db, config.frame_length, config.hop_length
        ),
        "Level: root mean square in dB of full scale, where a square wave from −1 to 1 has 0 dB. \
         Clipped: three or more samples in a row at 16 bits' full scale. Channels are averaged \
         first."
            .to_owned(),
        "Signal-to-noise ratio: power of the trimmed clip without the noise, relative to the \
         noise. The noise is the mean power of the quietest tenth of the clip's 20 ms frames, or \
         16-bit rounding noise (−101 dBFS) if that is louder. A clip without pauses gets a ratio \
         that is too low."
            .to_owned(),
        "Pitch: pYIN (Mauch & Dixon 2014) as in librosa 0.11, 65 to 800 Hz, frames of 64 ms every \
         10 ms at 16 kHz. The range is from the 5th to the 95th percentile of a clip's voiced \
         frames."
            .to_owned(),
        "Speaking rate: syllable nuclei per second after de Jong & Wempe (2009): voiced peaks of \
         intensity within 25 dB of the loudest, with dips of at least 2 dB between them."
            .to_owned(),
        "Spectra: 64 mel bands (Slaney) of 0 to 8 kHz from frames of 64 ms every 16 ms at 16 kHz, \
         in dB, and 40 MFCCs of them, as librosa computes both."
            .to_owned(),
        "Projections: principal components, and t-SNE (van der Maaten & Hinton 2008; perplexity \
         30, initialized with the principal components) of the standardized means and deviations \
         of the MFCCs."
            .to_owned(),
        format!(
            "Balancing: the method of training, with seed {}. In training, the chosen clips also \
             depend on the split.",
            exploration.options.seed
        ),
    ];
    Section {
        title: "How it was measured".into(),
        blocks: vec![
            Block::List(lines.into()),
            Block::Text(
                "The numbers of every clip are in clips.csv, those of the corpus in summary.json, \
                 and the figures as SVG and PNG in figures/, beside this page. Differences \
                 between emotions are differences between medians in summary.json."
                    .into(),
            ),
        ],
    }
}
