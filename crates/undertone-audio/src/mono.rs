//! Many channels become one.

/// Channels cancel where their mean has this share of their energy or less (-20 dB): one is the
/// other with its sign changed, as a balanced cable with swapped wires makes it.
const CANCELED: f64 = 0.01;

/// Mixes the channels of a recording to one: their mean, or the first one.
#[derive(Debug, Clone)]
pub(crate) struct Mixer {
    first_only: bool,
    mean_energy: f64,
    channel_energy: f64,
}

impl Mixer {
    /// Take the mean of the channels.
    pub(crate) fn mean() -> Self {
        Self {
            first_only: false,
            mean_energy: 0.0,
            channel_energy: 0.0,
        }
    }

    /// Take the first channel.
    pub(crate) fn first() -> Self {
        Self {
            first_only: true,
            ..Self::mean()
        }
    }

    /// Return whether the channels canceled each other in the mean.
    pub(crate) fn canceled(&self) -> bool {
        self.channel_energy > 0.0 && self.mean_energy <= CANCELED * self.channel_energy
    }

    /// Append the mix of planar channels: one iterator over samples for each channel, all of the
    /// same length.
    pub(crate) fn append_planes<C>(&mut self, mono: &mut Vec<f32>, mut channels: C)
    where
        C: ExactSizeIterator<Item: Iterator<Item = f32>>,
    {
        let count = channels.len();
        if count == 1 || self.first_only {
            if let Some(first) = channels.next() {
                mono.extend(first);
            }
            return;
        }
        let start = mono.len();
        let mut energy = 0.0;
        for (index, channel) in channels.enumerate() {
            if index == 0 {
                mono.extend(channel);
                energy += energy_of(&mono[start..]);
            } else {
                for (sum, sample) in mono[start..].iter_mut().zip(channel) {
                    *sum += sample;
                    energy += f64::from(sample * sample);
                }
            }
        }
        let scale = 1.0 / count as f32;
        mono[start..].iter_mut().for_each(|sum| *sum *= scale);
        self.channel_energy += energy / count as f64;
        self.mean_energy += energy_of(&mono[start..]);
    }

    /// Return the mix of interleaved channels: `values` holds the encoded samples of all channels
    /// at one time, then those at the next, and `decode` turns each into a sample.
    pub(crate) fn interleaved<T: Copy>(
        &mut self,
        values: &[T],
        channels: usize,
        decode: impl Fn(T) -> f32,
    ) -> Vec<f32> {
        if channels == 1 {
            return values.iter().map(|value| decode(*value)).collect();
        }
        if self.first_only {
            return values
                .iter()
                .step_by(channels)
                .map(|value| decode(*value))
                .collect();
        }
        let scale = 1.0 / channels as f32;
        let mut energy = 0.0;
        let mono: Vec<f32> = values
            .chunks_exact(channels)
            .map(|frame| {
                let mut sum = 0.0;
                for value in frame {
                    let sample = decode(*value);
                    sum += sample;
                    energy += f64::from(sample * sample);
                }
                sum * scale
            })
            .collect();
        self.channel_energy += energy / channels as f64;
        self.mean_energy += energy_of(&mono);
        mono
    }
}

fn energy_of(samples: &[f32]) -> f64 {
    samples.iter().map(|x| f64::from(x * x)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planes() -> [Vec<f32>; 3] {
        [0.1, 0.7, 1.3].map(|step| (0..50).map(|n| (n as f32 * step).sin()).collect())
    }

    fn interleave(planes: &[Vec<f32>]) -> Vec<f32> {
        (0..planes[0].len())
            .flat_map(|n| planes.iter().map(move |plane| plane[n]))
            .collect()
    }

    #[test]
    fn planes_and_interleaved_samples_have_the_same_mix() {
        for channels in 1..=3 {
            for mut mixer in [Mixer::mean(), Mixer::first()] {
                let mut mono = vec![9.0];
                let planes = &planes()[..channels];
                mixer.append_planes(&mut mono, planes.iter().map(|plane| plane.iter().copied()));
                assert_eq!(mono[0], 9.0);
                let interleaved = interleave(planes);
                assert_eq!(mono[1..], mixer.interleaved(&interleaved, channels, |x| x));
                assert!(!mixer.canceled());
            }
        }
    }

    #[test]
    fn an_inverted_copy_cancels() {
        let [left, ..] = planes();
        for (gain, canceled) in [(-1.0, true), (-0.9, true), (-0.5, false), (0.0, false)] {
            let right: Vec<f32> = left.iter().map(|x| x * gain).collect();
            let mut mixer = Mixer::mean();
            mixer.interleaved(&interleave(&[left.clone(), right]), 2, |x| x);
            assert_eq!(mixer.canceled(), canceled, "{gain}");
        }
    }
}
