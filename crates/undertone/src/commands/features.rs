//! `undertone features`

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, bail};
use rayon::prelude::*;
use serde::Serialize;
use undertone_answer::Failure;
use undertone_audio::{
    DecodeOptions, Extractor, FeatureMatrix, InputKind, MelConfig, Mfcc, Recording, ResamplerCache,
};

use crate::cli::{FeatureKind, FeaturesArgs, SampleRate};
use crate::exit::Exit;
use crate::file_progress::FileProgress;
use crate::inputs::{Input, Inputs};
use crate::npz::NpzWriter;
use crate::output;

/// The number of recordings whose features are in memory at the same time.
const AT_ONCE: usize = 64;

pub(crate) fn features(args: &FeaturesArgs) -> anyhow::Result<Exit> {
    let clip_features = ClipFeatures::new(args)?;
    if args.out.is_file() && !args.force {
        bail!(
            "{} exists: choose another file, or replace it with --force",
            args.out.display()
        );
    }
    let cannot_write = || format!("cannot write {}", args.out.display());
    let mut archive = NpzWriter::create(&args.out, args.force).with_context(cannot_write)?;
    match write_all(args, &clip_features, &mut archive) {
        Ok(listing) if listing.done > 0 => {
            archive.finish().with_context(cannot_write)?;
            listing.print()
        }
        nothing => nothing?.print(),
    }
}

/// The lines to print after the archive is complete. It is kept even if nobody reads them.
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
    clip_features: &ClipFeatures,
    archive: &mut NpzWriter,
) -> anyhow::Result<Listing> {
    let mut inputs = Inputs::of(&args.inputs)?;
    let say_left_out = inputs.say_left_out();
    let mut progress = FileProgress::begin(&args.inputs, false);
    let mut keys = Keys::default();
    let mut listing = Listing::default();
    loop {
        let inputs: Vec<Input> = inputs.by_ref().take(AT_ONCE).collect();
        let features: Vec<_> = match &inputs[..] {
            [] => break,
            [input] => vec![clip_features.of_input(input)],
            inputs => inputs
                .par_iter()
                .map(|input| clip_features.of_input(input))
                .collect(),
        };
        progress.add(inputs.len() as u64);
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
                        let failure = Failure {
                            path: Some(path.into_owned()),
                            error,
                        };
                        listing.lines.push(serde_json::to_string(&failure)?);
                    } else {
                        output::error(&format!("{path}: {error}"));
                    }
                }
            }
        }
    }
    drop(progress);
    say_left_out();
    Ok(listing)
}

#[derive(Serialize)]
struct Written<'a> {
    path: &'a str,
    key: &'a str,
    shape: [usize; 2],
}

/// The names of the arrays: the file names without extension, numbered if two are equal.
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

/// Computes one kind of features of recordings at any rate.
struct ClipFeatures {
    kind: InputKind,
    rate: SampleRate,
    config: MelConfig,
    n_mfcc: usize,
    options: DecodeOptions,
    resamplers: ResamplerCache,
    /// Extractors by the rate of the samples, made on first use.
    extractors: Mutex<BTreeMap<u32, Arc<Extractor>>>,
}

impl ClipFeatures {
    fn new(args: &FeaturesArgs) -> anyhow::Result<Self> {
        let config = MelConfig {
            n_fft: args.n_fft,
            hop_length: args.hop_length,
            n_mels: args.n_mels,
            fmin: args.fmin,
            fmax: args.fmax,
            ..MelConfig::default()
        };
        let features = Self {
            kind: match args.kind {
                FeatureKind::Mel => InputKind::Mel,
                FeatureKind::LogMel => InputKind::LogMel,
                FeatureKind::Mfcc => InputKind::Mfcc,
                FeatureKind::MfccDelta => InputKind::MfccDelta,
            },
            rate: args.sr,
            config,
            n_mfcc: args.n_mfcc,
            options: DecodeOptions {
                max_seconds: args.max_seconds,
            },
            resamplers: ResamplerCache::new(),
            extractors: Mutex::default(),
        };
        // Options that can never work are reported once, not for each recording.
        if let SampleRate::Hz(rate) = args.sr {
            features.resamplers.get(rate, rate)?;
            features.extractor(rate)?;
        }
        Mfcc::new(args.n_mfcc, args.n_mels)?;
        Ok(features)
    }

    fn of_input(&self, input: &Input) -> Result<FeatureMatrix, String> {
        let recording = input.decode(&self.options)?;
        self.of_recording(recording)
            .map_err(|error| error.to_string())
    }

    fn of_recording(&self, recording: Recording) -> anyhow::Result<FeatureMatrix> {
        let from_hz = recording.sample_rate;
        let to_hz = match self.rate {
            SampleRate::Native => from_hz,
            SampleRate::Hz(rate) => rate,
        };
        let extractor = self.extractor(to_hz)?;
        let samples = self
            .resamplers
            .resample(recording.samples, from_hz, to_hz)?;
        extractor.check_frames(samples.len())?;
        Ok(extractor.features(&samples, samples.len()))
    }

    fn extractor(&self, sample_rate: u32) -> anyhow::Result<Arc<Extractor>> {
        let mut extractors = self
            .extractors
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(extractor) = extractors.get(&sample_rate) {
            return Ok(Arc::clone(extractor));
        }
        let config = MelConfig {
            sample_rate,
            ..self.config.clone()
        };
        let extractor = Arc::new(Extractor::new(&[self.kind], &config, self.n_mfcc)?);
        extractors.insert(sample_rate, Arc::clone(&extractor));
        Ok(extractor)
    }
}
