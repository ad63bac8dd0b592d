//! Features of a corpus, computed once, in parallel, and cached by content.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;
use undertone_audio::{
    DecodeOptions, FeatureMatrix, FrontEnd, FrontEndConfig, FrontEndError, Resampler, decode_bytes,
};
use undertone_corpus::Utterance;
use undertone_models::{OVERLAP, write_atomically};

use crate::error::LabError;
use crate::events::{Event, Interrupt, Observer};

/// Part of every key: raise it when the cached content changes its meaning.
const CACHE_VERSION: &[u8] = b"undertone-features-1";

/// What is known of one clip: its windows at the original speed, and at each other speed.
#[derive(Debug, Clone, PartialEq)]
pub struct ClipFeatures {
    /// A hash of the recording's bytes (and the front end): equal for copies under other names.
    pub fingerprint: String,
    /// The clip's windows, not standardised; the first starts where the trimmed clip starts.
    pub windows: Vec<FeatureMatrix>,
    /// The first window of the clip played at each of the other speeds.
    pub at_speeds: Vec<FeatureMatrix>,
}

/// Computes features, or finds them in a folder where they were kept.
#[derive(Debug)]
pub struct FeatureStore {
    front_end: FrontEnd,
    speeds: Vec<f64>,
    cache: Option<PathBuf>,
    settings: Vec<u8>,
}

impl FeatureStore {
    /// A store for one front end. `speeds` are factors such as 0.9 (slower, lower) and 1.1.
    /// `cache` is the folder to keep features in; without it they are computed every time.
    ///
    /// # Errors
    /// On front-end parameters that cannot work, and a cache folder that cannot be made.
    pub fn new(
        config: &FrontEndConfig,
        speeds: &[f64],
        cache: Option<PathBuf>,
    ) -> Result<Self, LabError> {
        if let Some(folder) = &cache {
            fs::create_dir_all(folder).map_err(|source| LabError::Io {
                path: folder.clone(),
                source,
            })?;
        }
        let settings = serde_json::to_vec(&(config, speeds))?;
        Ok(Self {
            front_end: FrontEnd::new(config.clone())?,
            speeds: speeds.to_vec(),
            cache,
            settings,
        })
    }

    /// The front end.
    pub fn front_end(&self) -> &FrontEnd {
        &self.front_end
    }

    /// The features of each utterance, in order; `None` for a clip that cannot be read, which
    /// [`Event::ClipFailed`] tells.
    ///
    /// # Errors
    /// [`LabError::Interrupted`] only.
    pub fn compute(
        &self,
        utterances: &[Utterance],
        observer: Observer<'_>,
        interrupt: &Interrupt,
    ) -> Result<Vec<Option<ClipFeatures>>, LabError> {
        let done = AtomicUsize::new(0);
        let features = utterances
            .par_iter()
            .map(|utterance| {
                if interrupt.is_requested() {
                    return None;
                }
                let features = self.of_file(&utterance.path);
                let done = done.fetch_add(1, Ordering::Relaxed) + 1;
                observer(&Event::Features {
                    done,
                    total: utterances.len(),
                });
                features
                    .inspect_err(|error| {
                        observer(&Event::ClipFailed {
                            message: error.to_string(),
                        });
                    })
                    .ok()
            })
            .collect();
        if interrupt.is_requested() {
            Err(LabError::Interrupted)
        } else {
            Ok(features)
        }
    }

    /// The features of one file.
    ///
    /// # Errors
    /// If it cannot be read or decoded; names the file.
    pub fn of_file(&self, path: &Path) -> Result<ClipFeatures, LabError> {
        let bytes = fs::read(path).map_err(|source| LabError::Io {
            path: path.to_owned(),
            source,
        })?;
        let fingerprint = self.fingerprint(&bytes);
        let cached = self.cache.as_ref().map(|folder| folder.join(&fingerprint));
        if let Some(features) = cached
            .as_deref()
            .and_then(|cached| fs::read(cached).ok())
            .and_then(|kept| decode(&kept, &fingerprint))
        {
            return Ok(features);
        }
        let features = self
            .extract(bytes, fingerprint)
            .map_err(|error| error.of_clip(path))?;
        if let Some(cached) = cached {
            // A cache that cannot be written costs time, never the run.
            let _ = write_atomically(&cached, &encode(&features));
        }
        Ok(features)
    }

    fn extract(&self, bytes: Vec<u8>, fingerprint: String) -> Result<ClipFeatures, ClipError> {
        let recording = decode_bytes(bytes, &DecodeOptions::default())?;
        let samples = self.front_end.prepare(&recording)?.samples;
        let windows = self
            .front_end
            .windows(samples.len(), OVERLAP)
            .into_iter()
            .map(|range| self.front_end.features(&samples[range]))
            .collect();
        let rate = self.front_end.config().sample_rate;
        let at_speeds = self
            .speeds
            .iter()
            .map(|speed| {
                let played_at = (f64::from(rate) * speed).round() as u32;
                let resampler = Resampler::new(played_at, rate).map_err(FrontEndError::from)?;
                Ok(self.front_end.features(&resampler.resample(&samples)))
            })
            .collect::<Result<_, ClipError>>()?;
        Ok(ClipFeatures {
            fingerprint,
            windows,
            at_speeds,
        })
    }

    fn fingerprint(&self, bytes: &[u8]) -> String {
        let mut hasher = blake3::Hasher::new();
        hasher.update(CACHE_VERSION);
        hasher.update(&(self.settings.len() as u64).to_le_bytes());
        hasher.update(&self.settings);
        hasher.update(bytes);
        hasher.finalize().to_hex().to_string()
    }
}

/// Why one clip has no features.
#[derive(Debug, thiserror::Error)]
enum ClipError {
    #[error(transparent)]
    Decode(#[from] undertone_audio::DecodeError),
    #[error(transparent)]
    FrontEnd(#[from] FrontEndError),
}

impl ClipError {
    fn of_clip(self, path: &Path) -> LabError {
        LabError::Clip {
            path: path.to_owned(),
            message: self.to_string(),
        }
    }
}

/// `[windows u32, speeds u32, bands u32, frames u32]`, the values, a BLAKE3 hash of it all.
fn encode(features: &ClipFeatures) -> Vec<u8> {
    let matrices = features.windows.iter().chain(&features.at_speeds);
    let (bands, frames) = features
        .windows
        .first()
        .map_or((0, 0), |window| (window.bands, window.frames));
    let mut bytes = Vec::new();
    for size in [
        features.windows.len(),
        features.at_speeds.len(),
        bands,
        frames,
    ] {
        bytes.extend_from_slice(&(size as u32).to_le_bytes());
    }
    for matrix in matrices {
        bytes.extend(matrix.values.iter().flat_map(|value| value.to_le_bytes()));
    }
    let hash = blake3::hash(&bytes);
    bytes.extend_from_slice(hash.as_bytes());
    bytes
}

/// `None` for anything but what [`encode`] wrote.
fn decode(bytes: &[u8], fingerprint: &str) -> Option<ClipFeatures> {
    let (content, hash) = bytes.split_last_chunk::<{ blake3::OUT_LEN }>()?;
    if blake3::hash(content).as_bytes() != hash {
        return None;
    }
    let (words, _) = content.as_chunks::<4>();
    let (sizes, values) = words.split_at_checked(4)?;
    let size = |index: usize| u32::from_le_bytes(sizes[index]) as usize;
    let (windows, speeds, bands, frames) = (size(0), size(1), size(2), size(3));
    let mut matrices = values
        .chunks_exact((bands * frames).max(1))
        .map(|values| FeatureMatrix {
            bands,
            frames,
            values: values
                .iter()
                .map(|bytes| f32::from_le_bytes(*bytes))
                .collect(),
        });
    let features = ClipFeatures {
        fingerprint: fingerprint.to_owned(),
        windows: matrices.by_ref().take(windows).collect(),
        at_speeds: matrices.take(speeds).collect(),
    };
    (features.windows.len() == windows && features.at_speeds.len() == speeds).then_some(features)
}

/// Where features are kept unless told otherwise: `UNDERTONE_CACHE`, else `undertone/features` in
/// the user's cache folder (`XDG_CACHE_HOME`, `~/.cache`, `LOCALAPPDATA`). `None` where there is
/// no such folder.
pub fn default_cache() -> Option<PathBuf> {
    let variable = |name| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    variable("UNDERTONE_CACHE").or_else(|| {
        variable("XDG_CACHE_HOME")
            .or_else(|| variable("HOME").map(|home| home.join(".cache")))
            .or_else(|| variable("LOCALAPPDATA"))
            .map(|folder| folder.join("undertone").join("features"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> ClipFeatures {
        let matrix = |start: f32| FeatureMatrix {
            bands: 2,
            frames: 3,
            values: (0..6).map(|index| start + index as f32).collect(),
        };
        ClipFeatures {
            fingerprint: "f".to_owned(),
            windows: vec![matrix(0.0), matrix(10.0)],
            at_speeds: vec![matrix(20.0)],
        }
    }

    #[test]
    fn what_was_kept_comes_back() {
        assert_eq!(decode(&encode(&example()), "f"), Some(example()));
    }

    #[test]
    fn a_damaged_cache_entry_is_not_believed() {
        let bytes = encode(&example());
        for position in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[position] ^= 1;
            assert_eq!(decode(&damaged, "f"), None, "byte {position}");
        }
        for length in 0..bytes.len() {
            assert_eq!(decode(&bytes[..length], "f"), None, "length {length}");
        }
    }
}
