//! The mean of the channels.

/// Append the mean of planar channels: one iterator over samples for each channel, all of the same
/// length.
pub(crate) fn append_mean_of_planes<C>(mono: &mut Vec<f32>, channels: C)
where
    C: ExactSizeIterator<Item: Iterator<Item = f32>>,
{
    let count = channels.len();
    let start = mono.len();
    for (index, channel) in channels.enumerate() {
        if index == 0 {
            mono.extend(channel);
        } else {
            for (sum, sample) in mono[start..].iter_mut().zip(channel) {
                *sum += sample;
            }
        }
    }
    if count > 1 {
        let scale = 1.0 / count as f32;
        mono[start..].iter_mut().for_each(|sum| *sum *= scale);
    }
}

/// Return the mean of interleaved channels: `values` holds the encoded samples of all channels at
/// one time, then those at the next, and `decode` turns each into a sample.
pub(crate) fn mean_of_interleaved<T: Copy>(
    values: &[T],
    channels: usize,
    decode: impl Fn(T) -> f32,
) -> Vec<f32> {
    if channels == 1 {
        return values.iter().map(|value| decode(*value)).collect();
    }
    let scale = 1.0 / channels as f32;
    values
        .chunks_exact(channels)
        .map(|frame| frame.iter().map(|value| decode(*value)).sum::<f32>() * scale)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn planes_and_interleaved_samples_have_the_same_mean() {
        let planes: [Vec<f32>; 3] =
            [0.1, 0.7, 1.3].map(|step| (0..50).map(|n| (n as f32 * step).sin()).collect());
        for channels in 1..=3 {
            let mut mono = vec![9.0];
            let planes = &planes[..channels];
            append_mean_of_planes(&mut mono, planes.iter().map(|plane| plane.iter().copied()));
            let interleaved: Vec<f32> = (0..50)
                .flat_map(|n| planes.iter().map(move |plane| plane[n]))
                .collect();
            assert_eq!(mono[0], 9.0);
            assert_eq!(
                mono[1..],
                mean_of_interleaved(&interleaved, channels, |x| x)
            );
        }
    }
}
