//! A hash of a recording's samples, to find copies of it.

use serde::{Deserialize, Serialize};

use crate::Recording;

/// A BLAKE3 hash of a recording's sample rate and its mono samples, rounded to 16 bits.
///
/// Lossless copies have the same hash: the same clip as WAV and as FLAC, with other tags, under
/// another name, at a larger sample width, or with its one channel repeated. A copy that was
/// resampled, cut or compressed with loss has another one.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub struct SampleHash(pub [u8; 32]);

impl SampleHash {
    /// Hash a recording.
    pub fn of(recording: &Recording) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&recording.sample_rate.to_le_bytes());
        let mut bytes = Vec::new();
        for samples in recording.samples.chunks(4096) {
            bytes.clear();
            // A cast from float saturates, so samples beyond full scale do not wrap around.
            let rounded = samples
                .iter()
                .map(|sample| (sample * 32_768.0).round() as i16);
            bytes.extend(rounded.flat_map(i16::to_le_bytes));
            hasher.update(&bytes);
        }
        Self(hasher.finalize().into())
    }
}

#[cfg(test)]
mod tests {
    use super::SampleHash;
    use crate::Recording;

    fn recording(samples: &[f32], sample_rate: u32) -> Recording {
        Recording::mono(samples.to_vec(), sample_rate)
    }

    #[test]
    fn only_samples_and_rate_matter() {
        let clip = recording(&[0.0, 0.25, -0.5], 16_000);
        let stereo = Recording {
            channels: 2,
            ..clip.clone()
        };
        let hash = SampleHash::of(&clip);
        assert_eq!(SampleHash::of(&stereo), hash);
        // Below half a step of 16 bits, as negative zero and other sample widths are.
        assert_eq!(
            SampleHash::of(&recording(&[-0.0, 0.250_001, -0.5], 16_000)),
            hash
        );
        for other in [
            recording(&[0.0, 0.25, -0.5], 48_000),
            recording(&[0.0, 0.25], 16_000),
            recording(&[0.0, 0.25, -0.499], 16_000),
        ] {
            assert_ne!(SampleHash::of(&other), hash);
        }
    }
}
