//! Many channels become one.

/// Channels cancel where their mean has this share of their energy or less (-20 dB): one is the
/// other with its sign changed, as a balanced cable with swapped wires makes it.
const CANCELED: f64 = 0.01;

/// Which channels of a recording are heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Channels {
    /// The mean of all. Where they cancel each other, the first one.
    #[default]
    Mix,
    /// The one with this number, counted from 0.
    One(usize),
}

/// Mixes the channels of a recording to one: their mean, or one of them.
#[derive(Debug, Clone)]
pub(crate) struct Mixer {
    channels: Channels,
    mean_energy: f64,
    channel_energy: f64,
}

impl Mixer {
    pub(crate) fn new(channels: Channels) -> Self {
        Self {
            channels,
            mean_energy: 0.0,
            channel_energy: 0.0,
        }
    }

    /// Return which channels are heard.
    pub(crate) fn channels(&self) -> Channels {
        self.channels
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
        let one = match self.channels {
            Channels::One(index) => Some(index),
            Channels::Mix => (count == 1).then_some(0),
        };
        if let Some(index) = one {
            if let Some(channel) = channels.nth(index) {
                mono.extend(channel);
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

    /// Append the mix of interleaved channels: `values` holds the encoded samples of all channels
    /// at one time, then those at the next, and `decode` turns each into a sample.
    pub(crate) fn append_interleaved<T: Copy>(
        &mut self,
        mono: &mut Vec<f32>,
        values: &[T],
        channels: usize,
        decode: impl Fn(T) -> f32,
    ) {
        if channels == 1 {
            mono.extend(values.iter().map(|value| decode(*value)));
            return;
        }
        let frames = values.chunks_exact(channels);
        if let Channels::One(index) = self.channels {
            mono.extend(frames.filter_map(|frame| Some(decode(*frame.get(index)?))));
            return;
        }
        let start = mono.len();
        let scale = 1.0 / channels as f32;
        let mut energy = 0.0;
        mono.extend(frames.map(|frame| {
            let mut sum = 0.0;
            for value in frame {
                let sample = decode(*value);
                sum += sample;
                energy += f64::from(sample * sample);
            }
            sum * scale
        }));
        self.channel_energy += energy / channels as f64;
        self.mean_energy += energy_of(&mono[start..]);
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
        for count in 1..=3 {
            for channels in [Channels::Mix, Channels::One(0), Channels::One(count - 1)] {
                let (mut mixer, mut mono) = (Mixer::new(channels), vec![9.0]);
                let planes = &planes()[..count];
                mixer.append_planes(&mut mono, planes.iter().map(|plane| plane.iter().copied()));
                let mut other = vec![9.0];
                mixer.append_interleaved(&mut other, &interleave(planes), count, |x| x);
                assert_eq!(mono, other);
                if let Channels::One(index) = channels {
                    assert_eq!(mono[1..], planes[index]);
                }
                assert!(!mixer.canceled());
            }
        }
    }

    #[test]
    fn an_inverted_copy_cancels() {
        let [left, ..] = planes();
        for (gain, canceled) in [(-1.0, true), (-0.9, true), (-0.5, false), (0.0, false)] {
            let right: Vec<f32> = left.iter().map(|x| x * gain).collect();
            let mut mixer = Mixer::new(Channels::Mix);
            let interleaved = interleave(&[left.clone(), right]);
            mixer.append_interleaved(&mut Vec::new(), &interleaved, 2, |x| x);
            assert_eq!(mixer.canceled(), canceled, "{gain}");
        }
    }
}
