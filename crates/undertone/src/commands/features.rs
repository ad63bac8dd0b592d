//! `undertone features`

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context;
use rayon::prelude::*;
use serde::Serialize;
use undertone_audio::{
    DbConfig, DecodeOptions, FeatureError, FeatureMatrix, MelConfig, MelSpectrogram, Mfcc,
    Recording, Resampler, delta, power_to_db,
};

use crate::cli::{FeatureKind, FeaturesArgs, SampleRate};
use crate::exit::Exit;
use crate::inputs::{self, Input};
use crate::npz::NpzWriter;
use crate::output;

/// Frames of one window of the deltas: librosa's default.
const DELTA_WIDTH: usize = 9;
/// Recordings whose features are in memory at one time.
const AT_ONCE: usize = 64;

pub(crate) fn features(args: &FeaturesArgs) -> anyhow::Result<Exit> {
    let extractor = Extractor::new(args)?;
    let cannot_write = || format!("cannot write {}", args.out.display());
    let mut archive = NpzWriter::create(&args.out).with_context(cannot_write)?;
    match write_all(args, &extractor, &mut archive) {
        Ok(listing) if listing.done > 0 => {
            archive.finish().with_context(cannot_write)?;
            listing.print()
        }
        nothing => nothing?.print(),
    }
}

/// What to print once the archive is safe: that nobody reads it is no reason to lose the archive.
#[derive(Default)]
struct Listing {
    lines: Vec<String>,
    done: usize,
    failed: usize,
}

impl Listing {
    fn print(self) -> anyhow::Result<Exit> {
        self.lines.iter().try_for_each(output::line)?;
        Ok(Exit::of(self.done, self.failed))
    }
}

fn write_all(
    args: &FeaturesArgs,
    extractor: &Extractor,
    archive: &mut NpzWriter,
) -> anyhow::Result<Listing> {
    let inputs = inputs::find(&args.inputs);
    let mut keys = Keys::default();
    let mut listing = Listing::default();
    for inputs in inputs.chunks(AT_ONCE) {
        let features: Vec<_> = match inputs {
            [input] => vec![extractor.features(input)],
            inputs => inputs
                .par_iter()
                .map(|input| extractor.features(input))
                .collect(),
        };
        for (input, features) in inputs.iter().zip(features) {
            let path = input.name();
            match features {
                Ok(features) => {
                    let key = keys.add(input);
                    archive
                        .add(&key, &features)
                        .with_context(|| format!("cannot write {}", args.out.display()))?;
                    listing.done += 1;
                    let shape = [features.bands, features.frames];
                    listing.lines.push(if args.json {
                        serde_json::to_string(&Written {
                            path: &path,
                            key: &key,
                            shape,
                        })?
                    } else {
                        format!("{key}  ({}, {})  {path}", shape[0], shape[1])
                    });
                }
                Err(error) => {
                    listing.failed += 1;
                    if args.json {
                        let failure = output::Failure {
                            path: &path,
                            error: &error,
                        };
                        listing.lines.push(serde_json::to_string(&failure)?);
                    } else {
                        output::error(&format!("{path}: {error}"));
                    }
                }
            }
        }
    }
    Ok(listing)
}

#[derive(Serialize)]
struct Written<'a> {
    path: &'a str,
    key: &'a str,
    shape: [usize; 2],
}

/// Names of arrays: the files' stems, numbered where two are the same.
#[derive(Default)]
struct Keys(BTreeSet<String>);

impl Keys {
    fn add(&mut self, input: &Input) -> String {
        let stem = match input {
            Input::Stdin => "stdin".into(),
            Input::File(path) | Input::Nothing(path, _) => {
                path.file_stem().unwrap_or_default().to_string_lossy()
            }
        };
        let mut key = stem.to_string();
        let mut number = 2;
        while !self.0.insert(key.clone()) {
            key = format!("{stem}_{number}");
            number += 1;
        }
        key
    }
}

/// What turns samples of one rate into a spectrogram.
type Tools = (Resampler, MelSpectrogram);

/// Computes one kind of features.
struct Extractor {
    kind: FeatureKind,
    rate: SampleRate,
    config: MelConfig,
    n_mfcc: usize,
    /// What depends on the rate of a recording and the rate it is brought to, made on first use.
    by_rates: Mutex<BTreeMap<(u32, u32), Arc<Tools>>>,
}

impl Extractor {
    fn new(args: &FeaturesArgs) -> anyhow::Result<Self> {
        let config = MelConfig {
            n_fft: args.n_fft,
            hop_length: args.hop_length,
            n_mels: args.n_mels,
            fmin: args.fmin,
            fmax: args.fmax,
            ..MelConfig::default()
        };
        let extractor = Self {
            kind: args.kind,
            rate: args.sr,
            config,
            n_mfcc: args.n_mfcc,
            by_rates: Mutex::default(),
        };
        // Options that can never work are better told once than for each recording.
        if let SampleRate::Hz(rate) = args.sr {
            extractor.at_rates(rate, rate)?;
        }
        extractor.mfcc()?;
        Ok(extractor)
    }

    fn features(&self, input: &Input) -> Result<FeatureMatrix, String> {
        let recording = input.decode(&DecodeOptions::default())?;
        self.of_recording(&recording)
            .map_err(|error| error.to_string())
    }

    fn of_recording(&self, recording: &Recording) -> anyhow::Result<FeatureMatrix> {
        let to_hz = match self.rate {
            SampleRate::Native => recording.sample_rate,
            SampleRate::Hz(rate) => rate,
        };
        let tools = self.at_rates(recording.sample_rate, to_hz)?;
        let (resampler, mel) = &*tools;
        let power = mel.power(&resampler.resample(&recording.samples));
        let db = |power| power_to_db(power, &DbConfig::default());
        Ok(match self.kind {
            FeatureKind::Mel => power,
            FeatureKind::LogMel => db(&power),
            FeatureKind::Mfcc => self.mfcc()?.from_db(&db(&power)),
            FeatureKind::MfccDelta => delta(&self.mfcc()?.from_db(&db(&power)), DELTA_WIDTH)?,
        })
    }

    fn mfcc(&self) -> Result<Mfcc, FeatureError> {
        Mfcc::new(self.n_mfcc, self.config.n_mels)
    }

    fn at_rates(&self, from_hz: u32, to_hz: u32) -> anyhow::Result<Arc<Tools>> {
        let mut known = self.by_rates.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(tools) = known.get(&(from_hz, to_hz)) {
            return Ok(Arc::clone(tools));
        }
        let config = MelConfig {
            sample_rate: to_hz,
            ..self.config.clone()
        };
        let tools = (
            Resampler::new(from_hz, to_hz)?,
            MelSpectrogram::new(&config)?,
        );
        let tools = Arc::new(tools);
        known.insert((from_hz, to_hz), Arc::clone(&tools));
        Ok(tools)
    }
}
