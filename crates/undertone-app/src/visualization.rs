//! The waveform and the mel spectrogram of a recording, small enough for the page to draw.

use std::ops::ControlFlow;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Serialize;
use undertone_audio::{
    DbConfig, DbReference, DecodeOptions, FeatureMatrix, MelConfig, MelSpectrogram, Recording,
    ResamplerCache, Scan, Source, power_to_db,
};

/// The largest number of columns of the waveform and of the spectrogram.
const COLUMNS: usize = 1000;
/// The number of columns of the waveform of a long recording, into which the page can zoom.
const LONG_COLUMNS: usize = 8000;
const BANDS: usize = 64;
/// Sample rate of the spectrogram in Hz. Speech has little energy above half of it.
const RATE: u32 = 16_000;
const N_FFT: usize = 1024;
/// The smallest number of samples between two frames of the spectrogram.
const HOP: usize = 256;
/// The range that is drawn, in decibels below the loudest value.
const RANGE_DB: f32 = 80.0;

/// All requests share the resamplers' tables.
static RESAMPLERS: ResamplerCache = ResamplerCache::new();

/// The waveform and the mel spectrogram of a whole recording: `picture` in the JSON.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Visualization {
    peaks: Peaks,
    /// Absent for a recording that is not decoded as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    mel: Option<Mel>,
    /// The part that the model read. Known once the model has answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) speech: Option<Span>,
}

/// A part of a recording, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct Span {
    pub(crate) start: f64,
    pub(crate) end: f64,
}

/// The smallest and the largest sample of each column.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Peaks {
    min: Vec<f32>,
    max: Vec<f32>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct Mel {
    bands: usize,
    frames: usize,
    seconds: f64,
    min_db: f32,
    max_db: f32,
    fmax: f32,
    /// One byte per value, row by row from the lowest band, in base64.
    data: String,
}

/// Return the largest number of samples that resampling makes of `samples`.
pub(crate) fn most_samples(samples: u64, max_seconds: f64) -> u64 {
    const LOWEST_RATE: u64 = 4_000;
    let within = (max_seconds * f64::from(RATE)).ceil() as u64;
    samples
        .saturating_mul(u64::from(RATE) / LOWEST_RATE)
        .min(within)
}

impl Visualization {
    /// Return `None` if the recording's sample rate cannot be resampled.
    pub(crate) fn of(recording: &Recording) -> Option<Self> {
        Some(Self {
            peaks: peaks(&recording.samples),
            mel: Some(mel(recording)?),
            speech: None,
        })
    }

    /// Return the waveform of a recording of any length, which is decoded in blocks. `None` if
    /// `stopped` becomes true, or the recording cannot be decoded again.
    pub(crate) fn of_source(
        source: &Source,
        scan: &Scan,
        options: &DecodeOptions,
        stopped: &dyn Fn() -> bool,
    ) -> Option<Self> {
        let columns = LONG_COLUMNS.min(usize::try_from(scan.samples).ok()?.max(1));
        let mut extremes = vec![(0.0_f32, 0.0_f32); columns];
        let mut at: u64 = 0;
        let mut receive = |block: &[f32]| {
            for sample in block {
                let column = at * columns as u64 / scan.samples.max(1);
                if let Some((lowest, highest)) = extremes.get_mut(column as usize) {
                    *lowest = lowest.min(*sample);
                    *highest = highest.max(*sample);
                }
                at += 1;
            }
            match stopped() {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            }
        };
        let streamed = source.stream(scan.sample_rate, scan.heard, options, &mut receive);
        streamed.ok()?;
        let extremes = extremes.into_iter();
        let (min, max) = extremes
            .map(|(lowest, highest)| (three_digits(lowest), three_digits(highest)))
            .unzip();
        Some(Self {
            peaks: Peaks { min, max },
            mel: None,
            speech: None,
        })
    }
}

fn peaks(samples: &[f32]) -> Peaks {
    let (min, max) = undertone_audio::peaks(samples, COLUMNS)
        .into_iter()
        .map(|(lowest, highest)| (three_digits(lowest), three_digits(highest)))
        .unzip();
    Peaks { min, max }
}

/// Round to three digits: enough to draw, and a third of the bytes. Adding 0 turns -0 into 0.
fn three_digits(value: f32) -> f32 {
    (value.clamp(-1.0, 1.0) * 1000.0).round() / 1000.0 + 0.0
}

fn mel(recording: &Recording) -> Option<Mel> {
    let samples = RESAMPLERS
        .get(recording.sample_rate, RATE)
        .ok()?
        .resample(&recording.samples);
    // The recording has nothing above half its own sample rate.
    let fmax = (RATE.min(recording.sample_rate) / 2) as f32;
    let config = MelConfig {
        sample_rate: RATE,
        n_fft: N_FFT,
        hop_length: HOP.max(samples.len().div_ceil(COLUMNS)),
        n_mels: BANDS,
        fmin: 0.0,
        fmax: Some(fmax),
    };
    let power = MelSpectrogram::new(&config).ok()?.power(&samples);
    let decibels = power_to_db(
        &power,
        &DbConfig {
            reference: DbReference::Max,
            top_db: Some(RANGE_DB),
            ..DbConfig::default()
        },
    );
    Some(Mel {
        bands: decibels.bands,
        frames: decibels.frames,
        seconds: recording.duration(),
        min_db: -RANGE_DB,
        max_db: 0.0,
        fmax,
        data: BASE64_STANDARD.encode(as_bytes(&decibels)),
    })
}

fn as_bytes(decibels: &FeatureMatrix) -> Vec<u8> {
    decibels
        .values
        .iter()
        .map(|db| ((db / RANGE_DB + 1.0).clamp(0.0, 1.0) * 255.0).round() as u8)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(seconds: f64, rate: u32) -> Recording {
        let count = (seconds * f64::from(rate)) as usize;
        Recording::mono(
            (0..count)
                .map(|n| (n as f32 * 1000.0 * std::f32::consts::TAU / rate as f32).sin() * 0.5)
                .collect(),
            rate,
        )
    }

    #[test]
    fn a_tone_is_one_bright_band() {
        let drawn = Visualization::of(&tone(1.0, 48_000)).unwrap().mel.unwrap();
        let bytes = BASE64_STANDARD.decode(&drawn.data).unwrap();
        assert_eq!(bytes.len(), drawn.bands * drawn.frames);
        let middle = drawn.frames / 2;
        let column: Vec<u8> = (0..BANDS)
            .map(|band| bytes[band * drawn.frames + middle])
            .collect();
        let brightest = column.iter().position(|it| *it == 255).unwrap();
        // 1000 Hz is 15 of the 45.2 mel up to 8 kHz.
        assert!((20..=22).contains(&brightest), "{brightest}");
        assert!(column[brightest + 10] < 100);
    }

    #[test]
    fn a_long_recording_has_no_more_columns() {
        let drawn = Visualization::of(&tone(60.0, 8_000)).unwrap();
        assert_eq!(drawn.peaks.min.len(), COLUMNS);
        let mel = drawn.mel.unwrap();
        assert!(mel.frames <= COLUMNS + 1);
        assert_eq!(mel.fmax, 4000.0);
        assert!(drawn.peaks.max.iter().all(|it| (0.45..=0.5).contains(it)));
    }

    #[test]
    fn a_single_sample_can_be_drawn() {
        let recording = Recording::mono(vec![0.25], 16_000);
        let drawn = Visualization::of(&recording).unwrap();
        assert_eq!((drawn.peaks.min, drawn.peaks.max), (vec![0.25], vec![0.25]));
    }
}
