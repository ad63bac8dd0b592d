//! Synthetic sounds that are not speech, for a detector of speech.
//!
//! They are made here, so that a model can be trained without recordings of other terms. Recorded
//! sounds, such as laughter and sneezes, only judge the detector (`docs/adaptation.md`).

mod machines;
mod people;
mod signal;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// The sounds of one kind, as samples or as embeddings.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SoundKind<T> {
    pub(crate) name: &'static str,
    /// How much the kind counts. Sounds that differ much from speech need to count little.
    pub(crate) weight: f64,
    pub(crate) sounds: Vec<T>,
}

/// Return mono sounds of 0.3 to 8 s at a rate in Hz, by kind. They are the same in every run. Their
/// level is about that of a recording.
pub(crate) fn sounds(rate: u32) -> Vec<SoundKind<Vec<f32>>> {
    let rate = f64::from(rate);
    let machines = machines::KINDS
        .into_iter()
        .map(|kind| (kind, machines::OF_KIND, machines::WEIGHT));
    let people = people::KINDS
        .into_iter()
        .map(|kind| (kind, people::OF_KIND, 1.0));
    machines
        .chain(people)
        .map(|((name, make), count, weight)| {
            let seed = blake3::hash(name.as_bytes());
            let mut rng = ChaCha8Rng::from_seed(*seed.as_bytes());
            let one = |index| {
                let mut rng = ChaCha8Rng::from_seed(rng.random());
                let samples = (rng.random_range(1.0..3.0) * rate) as usize;
                leveled(&make(samples, rate, index, &mut rng))
            };
            SoundKind {
                name,
                weight,
                sounds: (0..count).map(one).collect(),
            }
        })
        .collect()
}

fn leveled(samples: &[f64]) -> Vec<f32> {
    let power = samples.iter().map(|it| it * it).sum::<f64>() / samples.len().max(1) as f64;
    let factor = 0.05 / power.sqrt().max(1e-9);
    samples.iter().map(|it| (it * factor) as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sounds_are_finite_audible_and_always_the_same() {
        let made = sounds(16_000);
        assert_eq!(made, sounds(16_000));
        for SoundKind { name, sounds, .. } in made {
            for sound in sounds {
                assert!(sound.len() >= 1_000, "{name}: {}", sound.len());
                let power = sound.iter().map(|it| it * it).sum::<f32>() / sound.len() as f32;
                assert!((power - 0.0025).abs() < 1e-4, "{name}: {power}");
            }
        }
    }
}
