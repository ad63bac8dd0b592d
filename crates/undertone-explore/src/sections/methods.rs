//! How everything was measured.

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
            "Trimming: librosa.effects.trim with top_db = {}, frame_length = {}, hop_length = {}, at \
             {rate}. Duration, peak, clipping and noise are the whole clip's; all else is of what \
             trimming keeps.",
            config.top_db, config.frame_length, config.hop_length
        ),
        "Level: root mean square in dB of full scale, where a square wave from −1 to 1 has 0 dB. \
         Clipped: three or more samples in a row at 16 bits' full scale. Channels are averaged first."
            .to_owned(),
        "Signal-to-noise ratio: power of what trimming keeps, less the noise, over the noise: the mean \
         power of the quietest tenth of the clip's 20 ms frames, or the rounding of 16 bits (−101 dBFS) \
         where that is more. It needs pauses, and is too low without them."
            .to_owned(),
        "Pitch: pYIN (Mauch & Dixon 2014) as in librosa 0.11, 65 to 800 Hz, frames of 64 ms every \
         10 ms at 16 kHz. The range is from the 5th to the 95th percentile of a clip's voiced frames."
            .to_owned(),
        "Speaking rate: syllable nuclei a second after de Jong & Wempe (2009): voiced peaks of \
         intensity within 25 dB of the loudest, with dips of 2 dB between them."
            .to_owned(),
        "Spectra: 64 mel bands (Slaney) of 0 to 8 kHz from frames of 64 ms every 16 ms at 16 kHz, in \
         dB, and 40 MFCCs of them, as librosa computes both."
            .to_owned(),
        "Projections: principal components, and t-SNE (van der Maaten & Hinton 2008; perplexity 30, \
         begun at the principal components) of the standardized means and deviations of the MFCCs."
            .to_owned(),
        format!(
            "Balancing: with seed {}, as training does it; which clips are kept or repeated there \
             depends on the split, too.",
            exploration.options.seed
        ),
    ];
    Section {
        title: "How it was measured".into(),
        blocks: vec![
            Block::List(lines.into()),
            Block::Text(
                "Every clip's numbers are in clips.csv, those of the corpus in summary.json (differences \
                 between emotions are those of their medians there), and the figures as SVG and PNG in \
                 figures/, beside this page."
                    .into(),
            ),
        ],
    }
}
