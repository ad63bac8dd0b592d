//! The features of recordings, cached by content.
//!
//! With a frozen encoder, the features of a window are the encoder's embedding of it. Training the
//! head then takes seconds.

use std::fmt::Display;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use fs_err as fs;
use undertone_audio::degrade::Degradation;
use undertone_audio::{
    DecodeOptions, FeatureMatrix, FrontEnd, FrontEndConfig, FrontEndError, Part, Recording,
    Recordings, SampleHash, decode_bytes,
};
use undertone_corpus::Utterance;
use undertone_files::{remove_abandoned, write_atomically};
use undertone_models::OVERLAP;

use super::frozen::FrozenEncoder;
use crate::error::LabError;
use crate::recipe::CopiesConfig;

/// Part of every cache key. Raise it when the meaning of the cached content changes.
const CACHE_VERSION: &[u8] = b"undertone-features-2";

/// The features of one clip and of its perturbed copies.
#[derive(Debug, Clone, PartialEq)]
pub struct ClipFeatures {
    /// A hash of the recording's bytes and the front end: the name of the cache entry, and the seed
    /// of the augmented copies.
    pub fingerprint: String,
    /// A hash of the recording's samples, equal for lossless copies.
    pub sound: SampleHash,
    /// The clip's windows, not standardized. The first begins where the trimmed clip begins.
    pub windows: Vec<FeatureMatrix>,
    /// The first window of each perturbed copy.
    pub copies: Vec<FeatureMatrix>,
}

/// Computes features, or reads them from a cache folder.
#[derive(Debug)]
pub struct FeatureStore {
    front_end: FrontEnd,
    copies: CopiesConfig,
    encoder: Option<FrozenEncoder>,
    cache: Option<PathBuf>,
    settings: Vec<u8>,
    degradation: Option<Degradation>,
    decoding: DecodeOptions,
    recordings: Recordings,
}

impl FeatureStore {
    /// Make a store for a front end and the frozen encoder behind it, if there is one. `copies`
    /// tells which copies of a clip are made. Without a `cache` folder, features are computed every
    /// time.
    ///
    /// # Errors
    /// If the front end's parameters cannot work, or the cache folder cannot be made.
    pub fn new(
        config: &FrontEndConfig,
        copies: &CopiesConfig,
        encoder: Option<FrozenEncoder>,
        cache: Option<PathBuf>,
    ) -> Result<Self, LabError> {
        if let Some(folder) = &cache {
            fs::create_dir_all(folder)?;
            remove_abandoned(folder);
        }
        let frozen = encoder.as_ref().map(FrozenEncoder::fingerprint);
        let settings = serde_json::to_vec(&(config, copies, frozen))?;
        Ok(Self {
            front_end: FrontEnd::new(config.clone())?,
            copies: copies.clone(),
            encoder,
            cache,
            settings,
            degradation: None,
            decoding: DecodeOptions::default(),
            recordings: Recordings::new(&DecodeOptions::default()),
        })
    }

    /// Refuse recordings longer than `max_seconds`. Without this, the limit is that of
    /// [`DecodeOptions::default`]. Features that are kept from earlier are not refused.
    #[must_use]
    pub fn up_to(self, max_seconds: f64) -> Self {
        let decoding = DecodeOptions { max_seconds };
        Self {
            recordings: Recordings::new(&decoding),
            decoding,
            ..self
        }
    }

    /// Degrade every recording before its features are computed. Degraded features are not cached.
    pub fn degraded(self, degradation: Degradation) -> Self {
        Self {
            degradation: Some(degradation),
            cache: None,
            ..self
        }
    }

    /// Return the front end.
    pub fn front_end(&self) -> &FrontEnd {
        &self.front_end
    }

    /// Return the features of an utterance: a file or a part of one.
    ///
    /// # Errors
    /// If the file cannot be read or decoded, or the segment is not inside it. The error names it.
    pub fn of_utterance(&self, utterance: &Utterance) -> Result<ClipFeatures, LabError> {
        let path = &utterance.path;
        let Some(segment) = utterance.segment else {
            return self.of_file(path);
        };
        let message = |error: &dyn Display| LabError::Clip {
            path: path.clone(),
            message: error.to_string(),
        };
        let file = self
            .recordings
            .open(path)
            .map_err(|error| message(error.kind()))?;
        let part = segment.bounds();
        self.kept_or_computed(path, self.fingerprint_of_part(file.hash(), part), || {
            file.part(part).map_err(|error| message(error.kind()))
        })
    }

    /// Return the features of one file.
    ///
    /// # Errors
    /// If the file cannot be read or decoded. The error names it.
    pub fn of_file(&self, path: &Path) -> Result<ClipFeatures, LabError> {
        let bytes = fs::read(path)?;
        self.kept_or_computed(path, self.fingerprint(&bytes), || {
            decode_bytes(bytes, &self.decoding)
                .map_err(|error| ClipError::from(error).of_clip(path))
        })
    }

    /// Return the features from the cache, or compute them from the recording.
    fn kept_or_computed(
        &self,
        path: &Path,
        fingerprint: String,
        recording: impl FnOnce() -> Result<Recording, LabError>,
    ) -> Result<ClipFeatures, LabError> {
        let cached = self.cache.as_ref().map(|folder| folder.join(&fingerprint));
        if let Some(features) = cached
            .as_deref()
            .and_then(|cached| fs::read(cached).ok())
            .and_then(|kept| decode(&kept, &fingerprint))
        {
            return Ok(features);
        }
        let features = self
            .extract(recording()?, fingerprint)
            .map_err(|error| error.of_clip(path))?;
        if let Some(cached) = cached {
            // A cache that cannot be written costs time only.
            let _ = write_atomically(&cached, &encode(&features));
        }
        Ok(features)
    }

    fn extract(
        &self,
        mut recording: Recording,
        fingerprint: String,
    ) -> Result<ClipFeatures, ClipError> {
        let sound = SampleHash::of(&recording);
        if let Some(degradation) = self.degradation {
            let seed = sound
                .0
                .iter()
                .take(8)
                .fold(0, |seed, byte| seed << 8 | u64::from(*byte));
            recording.samples =
                degradation.apply(&recording.samples, recording.sample_rate, seed)?;
        }
        let samples = self.front_end.prepare(&recording)?.samples;
        let windows = self
            .front_end
            .windows(samples.len(), OVERLAP)
            .into_iter()
            .map(|range| self.of_samples(&samples[range]))
            .collect();
        let rate = self.front_end.config().sample_rate;
        let copies = self.copies.copies(&samples, rate, &fingerprint)?;
        let mut copies: Vec<FeatureMatrix> =
            copies.iter().map(|copy| self.of_samples(copy)).collect();
        for copy in self.copies.transmitted(&samples, rate, &fingerprint)? {
            let copy = self
                .front_end
                .prepare(&Recording::mono(copy, rate))?
                .samples;
            let windows = self.front_end.windows(copy.len(), OVERLAP);
            copies.extend(
                windows
                    .into_iter()
                    .next()
                    .map(|first| self.of_samples(&copy[first])),
            );
        }
        Ok(ClipFeatures {
            fingerprint,
            sound,
            windows,
            copies,
        })
    }

    /// Return the features of the first window of mono samples at the front end's rate.
    ///
    /// # Errors
    /// If the front end refuses them.
    pub(crate) fn first_window(&self, samples: &[f32]) -> Result<FeatureMatrix, FrontEndError> {
        let recording = Recording::mono(samples.to_vec(), self.front_end.config().sample_rate);
        let samples = self.front_end.prepare(&recording)?.samples;
        let windows = self.front_end.windows(samples.len(), OVERLAP);
        let first = windows.into_iter().next().unwrap_or(0..samples.len());
        Ok(self.of_samples(&samples[first]))
    }

    fn of_samples(&self, samples: &[f32]) -> FeatureMatrix {
        let features = self.front_end.features(samples);
        match &self.encoder {
            Some(encoder) => encoder.embedding(&features),
            None => features,
        }
    }

    fn fingerprint(&self, bytes: &[u8]) -> String {
        self.hasher().update(bytes).finalize().to_hex().to_string()
    }

    fn fingerprint_of_part(&self, file: &[u8; 32], (start, end): Part) -> String {
        let mut hasher = self.hasher();
        hasher.update(b"part").update(file);
        for seconds in [start, end.unwrap_or(f64::INFINITY)] {
            hasher.update(&seconds.to_le_bytes());
        }
        hasher.finalize().to_hex().to_string()
    }

    fn hasher(&self) -> blake3::Hasher {
        let mut hasher = blake3::Hasher::new();
        hasher.update(CACHE_VERSION);
        hasher.update(&(self.settings.len() as u64).to_le_bytes());
        hasher.update(&self.settings);
        hasher
    }
}

/// Why the features of a clip cannot be computed.
#[derive(Debug, thiserror::Error)]
enum ClipError {
    #[error(transparent)]
    Decode(#[from] undertone_audio::DecodeError),
    #[error(transparent)]
    FrontEnd(#[from] FrontEndError),
    #[error(transparent)]
    Augmentation(#[from] undertone_audio::augment::AugmentError),
}

impl ClipError {
    fn of_clip(self, path: &Path) -> LabError {
        LabError::Clip {
            path: path.to_owned(),
            message: self.to_string(),
        }
    }
}

/// Return the bytes of a cache entry: `[sound 32 bytes, windows u32, copies u32, bands u32]`, then
/// the frames and values of each matrix, then a BLAKE3 hash of all before.
fn encode(features: &ClipFeatures) -> Vec<u8> {
    let bands = features.windows.first().map_or(0, |window| window.bands);
    let mut bytes = features.sound.0.to_vec();
    for size in [features.windows.len(), features.copies.len(), bands] {
        bytes.extend_from_slice(&(size as u32).to_le_bytes());
    }
    for matrix in features.windows.iter().chain(&features.copies) {
        bytes.extend_from_slice(&(matrix.frames as u32).to_le_bytes());
        bytes.extend(matrix.values.iter().flat_map(|value| value.to_le_bytes()));
    }
    let hash = hash_of_entry(&bytes);
    bytes.extend_from_slice(hash.as_bytes());
    bytes
}

/// Hash the content of a cache entry. The layout is a part of this hash and not of the fingerprint,
/// which is also a seed: entries of another layout are computed again, with the same copies.
fn hash_of_entry(content: &[u8]) -> blake3::Hash {
    let mut hasher =
        blake3::Hasher::new_derive_key("undertone 2026 feature cache with sample hash");
    hasher.update(content);
    hasher.finalize()
}

/// Read a cache entry. `None` if it is not as [`encode`] wrote it.
fn decode(bytes: &[u8], fingerprint: &str) -> Option<ClipFeatures> {
    let (content, hash) = bytes.split_last_chunk::<{ blake3::OUT_LEN }>()?;
    if hash_of_entry(content).as_bytes() != hash {
        return None;
    }
    let (sound, content) = content.split_first_chunk::<{ blake3::OUT_LEN }>()?;
    let (words, _) = content.as_chunks::<4>();
    let mut words = words.iter().copied();
    let number = |words: &mut dyn Iterator<Item = [u8; 4]>| {
        words.next().map(|bytes| u32::from_le_bytes(bytes) as usize)
    };
    let windows = number(&mut words)?;
    let copies = number(&mut words)?;
    let bands = number(&mut words)?;
    let mut matrices = Vec::new();
    for _ in 0..windows + copies {
        let frames = number(&mut words)?;
        let values: Vec<f32> = words
            .by_ref()
            .take(bands * frames)
            .map(f32::from_le_bytes)
            .collect();
        matrices.push(FeatureMatrix {
            bands,
            frames,
            values,
        });
    }
    let copies = matrices.split_off(windows);
    Some(ClipFeatures {
        fingerprint: fingerprint.to_owned(),
        sound: SampleHash(*sound),
        windows: matrices,
        copies,
    })
}

/// Return the default folder of the feature cache: `UNDERTONE_CACHE`, else `undertone/features` in
/// the user's cache folder. That is `XDG_CACHE_HOME` or `~/.cache` on Linux, `~/Library/Caches` on
/// macOS and `LOCALAPPDATA` on Windows. `None` if there is no such folder.
pub fn default_cache() -> Option<PathBuf> {
    let own = std::env::var_os("UNDERTONE_CACHE").filter(|value| !value.is_empty());
    own.map(PathBuf::from).or_else(|| {
        let folders = etcetera::base_strategy::choose_native_strategy().ok()?;
        Some(folders.cache_dir().join("undertone").join("features"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> ClipFeatures {
        let matrix = |start: f32, frames: usize| FeatureMatrix {
            bands: 2,
            frames,
            values: (0..2 * frames).map(|index| start + index as f32).collect(),
        };
        ClipFeatures {
            fingerprint: "f".to_owned(),
            sound: SampleHash([7; 32]),
            windows: vec![matrix(0.0, 3), matrix(10.0, 1)],
            copies: vec![matrix(20.0, 2)],
        }
    }

    #[test]
    fn a_cache_entry_is_read_as_it_was_written() {
        assert_eq!(decode(&encode(&example()), "f"), Some(example()));
    }

    #[test]
    fn a_damaged_cache_entry_is_not_used() {
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
