//! The clips that the page shows and plays.

use std::collections::BTreeSet;

use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use undertone_audio::{
    DbConfig, DbReference, FeatureMatrix, MelConfig, MelSpectrogram, Recordings, encode_flac,
    frame_levels, power_to_db,
};
use undertone_corpus::{Corpus, Emotion, Segment};

use crate::clip::{Clip, UNKNOWN, by_path, gender_of};
use crate::error::ExploreError;
use crate::measure::{ANALYSIS_RATE, Measurer};
use crate::options::ExploreOptions;

/// Number of columns of a wave form.
const PEAKS: usize = 600;
/// Longest part of a clip that is shown and played, in seconds from its start.
const LONGEST: f64 = 30.0;

/// A clip with its pictures and its sound.
#[derive(Debug, Clone, PartialEq)]
pub struct ShownClip {
    /// Its index in [`Corpus::utterances`].
    pub index: usize,
    /// "female", "male" or "unknown".
    pub gender: &'static str,
    /// Length of the shown part in seconds. Very long clips are not shown in full.
    pub seconds: f64,
    /// Lowest and highest sample of each column.
    pub peaks: Vec<(f64, f64)>,
    /// Mel spectrogram in dB relative to its maximum, 0 to 8 kHz.
    pub mel: FeatureMatrix,
    /// Time in seconds and level in dB of each frame of the trimming.
    pub levels: Vec<(f64, f64)>,
    /// The sound: mono FLAC at 16 kHz.
    pub flac: Vec<u8>,
}

/// Choose and prepare one clip for each emotion and gender of the corpus.
pub(crate) fn show(
    corpus: &Corpus,
    clips: &[Clip],
    options: &ExploreOptions,
    measurer: &Measurer,
) -> Result<Vec<ShownClip>, ExploreError> {
    let mut wanted = Vec::new();
    for path in &options.show {
        let index = by_path(corpus, clips, path)
            .ok_or_else(|| ExploreError::NotInCorpus { path: path.clone() })?;
        if !wanted.contains(&index) {
            wanted.push(index);
        }
    }
    let mut shown = Vec::new();
    let emotions: BTreeSet<Emotion> = clips
        .iter()
        .map(|clip| corpus.utterances[clip.index].emotion)
        .collect();
    for emotion in emotions {
        for (number, gender) in ["female", "male", UNKNOWN].into_iter().enumerate() {
            let belongs = |index: usize| {
                let utterance = &corpus.utterances[index];
                utterance.emotion == emotion && gender_of(utterance) == gender
            };
            let chosen: Vec<usize> = wanted.iter().copied().filter(|&w| belongs(w)).collect();
            if !chosen.is_empty() {
                shown.extend(chosen.into_iter().map(|index| (index, gender)));
                continue;
            }
            let candidates: Vec<usize> = clips
                .iter()
                .filter(|clip| belongs(clip.index) && !clip.measures.is_silent())
                .map(|clip| clip.index)
                .collect();
            // One random stream per choice, so that an additional clip of one emotion does not
            // change the choice for another.
            let mut random = ChaCha8Rng::seed_from_u64(options.seed);
            random.set_stream(stream_of(emotion) * 3 + number as u64);
            shown.extend(candidates.choose(&mut random).map(|index| (*index, gender)));
        }
    }
    shown
        .into_iter()
        .filter_map(|(index, gender)| prepare(corpus, index, gender, options, measurer).transpose())
        .collect()
}

/// Return the number of an emotion's random stream.
fn stream_of(emotion: Emotion) -> u64 {
    let known = Emotion::ALL.iter().position(|known| *known == emotion);
    known.map_or_else(
        || {
            let bytes = emotion.name().bytes();
            bytes.fold(8, |stream, byte| {
                stream * 31 % 0xffff_fffb + u64::from(byte)
            })
        },
        |position| position as u64,
    )
}

/// Prepare a clip; `None` if its file has disappeared since it was measured.
fn prepare(
    corpus: &Corpus,
    index: usize,
    gender: &'static str,
    options: &ExploreOptions,
    measurer: &Measurer,
) -> Result<Option<ShownClip>, ExploreError> {
    let utterance = &corpus.utterances[index];
    let part = utterance.segment.map(Segment::bounds);
    let Ok(mut recording) = Recordings::new(&options.decoding()).read(&utterance.path, part) else {
        return Ok(None);
    };
    let most = (LONGEST * f64::from(recording.sample_rate)) as usize;
    recording.samples.truncate(most);
    let seconds = recording.duration();
    let trimming = &options.trimming;
    let rate = trimming.sample_rate.unwrap_or(recording.sample_rate);
    let trimmed_at = measurer.prepare(recording.clone(), rate)?;
    let hop = trimming.config.hop_length.max(1) as f64 / f64::from(rate);
    let levels = frame_levels(&trimmed_at, &trimming.config);
    let peaks = undertone_audio::peaks(&recording.samples, PEAKS)
        .into_iter()
        .map(|(lowest, highest)| (f64::from(lowest), f64::from(highest)))
        .collect();
    let samples = measurer.prepare(recording, ANALYSIS_RATE)?;
    let mel = MelSpectrogram::new(&MelConfig {
        sample_rate: ANALYSIS_RATE,
        n_fft: 1024,
        hop_length: 160,
        n_mels: 96,
        ..MelConfig::default()
    })?;
    let relative = DbConfig {
        reference: DbReference::Max,
        ..DbConfig::default()
    };
    Ok(Some(ShownClip {
        index,
        gender,
        seconds,
        peaks,
        mel: power_to_db(&mel.power(&samples), &relative),
        levels: levels
            .into_iter()
            .enumerate()
            .map(|(frame, level)| (frame as f64 * hop, f64::from(level)))
            .collect(),
        flac: encode_flac(&samples, ANALYSIS_RATE)?,
    }))
}
