//! Resamplers that are used again.

use std::sync::{Arc, Mutex, PoisonError};

use super::{ResampleError, Resampler};

/// Resamplers by their two rates, planned on first use. One instance can serve many threads.
///
/// To plan a resampler costs as much as to resample a few seconds of sound.
#[derive(Debug, Default)]
pub struct ResamplerCache {
    resamplers: Mutex<Vec<Arc<Resampler>>>,
}

impl ResamplerCache {
    /// Most resamplers that are kept. A server may receive recordings of any rate, so the oldest
    /// resampler goes when a new one needs its place.
    pub const CAPACITY: usize = 16;

    /// Make an empty cache.
    pub const fn new() -> Self {
        Self {
            resamplers: Mutex::new(Vec::new()),
        }
    }

    /// Return the resampler from one rate in Hz to another.
    ///
    /// # Errors
    /// When [`Resampler::new`] refuses the rates.
    pub fn get(&self, from_hz: u32, to_hz: u32) -> Result<Arc<Resampler>, ResampleError> {
        let mut resamplers = self
            .resamplers
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let rates = |known: &&Arc<Resampler>| (known.from_hz(), known.to_hz()) == (from_hz, to_hz);
        if let Some(known) = resamplers.iter().find(rates) {
            return Ok(Arc::clone(known));
        }
        let resampler = Arc::new(Resampler::new(from_hz, to_hz)?);
        if resamplers.len() == Self::CAPACITY {
            resamplers.remove(0);
        }
        resamplers.push(Arc::clone(&resampler));
        Ok(resampler)
    }

    /// Resample mono samples from one rate in Hz to another. Equal rates cost nothing.
    ///
    /// ```
    /// let cache = undertone_audio::ResamplerCache::new();
    /// assert_eq!(cache.resample(vec![0.0; 48_000], 48_000, 16_000)?.len(), 16_000);
    /// # Ok::<(), undertone_audio::ResampleError>(())
    /// ```
    ///
    /// # Errors
    /// When [`Resampler::new`] refuses the rates.
    pub fn resample(
        &self,
        samples: Vec<f32>,
        from_hz: u32,
        to_hz: u32,
    ) -> Result<Vec<f32>, ResampleError> {
        let resampler = self.get(from_hz, to_hz)?;
        Ok(if from_hz == to_hz {
            samples
        } else {
            resampler.resample(&samples)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resampler_is_planned_once_and_the_oldest_goes() {
        let cache = ResamplerCache::new();
        let first = cache.get(8_000, 16_000).unwrap();
        assert!(Arc::ptr_eq(&first, &cache.get(8_000, 16_000).unwrap()));
        for rate in 1..=ResamplerCache::CAPACITY as u32 {
            cache.get(rate * 1000, rate * 1000).unwrap();
        }
        assert!(!Arc::ptr_eq(&first, &cache.get(8_000, 16_000).unwrap()));
        assert!(cache.get(0, 16_000).is_err());
    }
}
