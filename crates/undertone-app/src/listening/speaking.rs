//! Whether somebody speaks right now.

use undertone_audio::{ResamplerCache, VoiceActivity, VoiceActivityConfig};

/// Seconds at the end of a window in which voice activity is looked for.
const HEARD: f64 = 1.0;
/// Seconds without voice activity at the end of a window from which nobody speaks.
const PAUSE: f64 = 0.4;

/// All connections share the resamplers' tables.
static RESAMPLERS: ResamplerCache = ResamplerCache::new();

/// Return whether there is voice activity at the end of a window of samples. At a rate that cannot
/// be resampled, there always is.
pub(crate) fn somebody_speaks(samples: &[f32], sample_rate: u32) -> bool {
    let heard = (HEARD * f64::from(sample_rate)) as usize;
    let end = &samples[samples.len().saturating_sub(heard)..];
    let Ok(resampler) = RESAMPLERS.get(sample_rate, VoiceActivity::SAMPLE_RATE) else {
        return true;
    };
    let end = resampler.resample(end);
    let seconds = end.len() as f64 / f64::from(VoiceActivity::SAMPLE_RATE);
    let mut activity = VoiceActivity::new(&VoiceActivityConfig {
        shortest: 0.1,
        padding: 0.0,
        ..VoiceActivityConfig::default()
    });
    let mut found = Vec::new();
    activity.push(&end, &mut found);
    activity.finish(&mut found);
    found.iter().any(|it| seconds - it.end < PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_a_pause() {
        assert!(!somebody_speaks(&[0.0; 48_000], 48_000));
        assert!(!somebody_speaks(&[], 48_000));
    }
}
