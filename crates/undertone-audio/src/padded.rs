//! Samples with zeros before and after them.

/// Return `edge.len()` samples from `start` on, with zeros before the first and after the last
/// sample. Only a range that reaches over an end is copied, into `edge`.
pub(crate) fn padded<'a>(samples: &'a [f32], start: isize, edge: &'a mut [f32]) -> &'a [f32] {
    let len = edge.len();
    let inside = usize::try_from(start)
        .ok()
        .and_then(|first| samples.get(first..first + len));
    if let Some(inside) = inside {
        return inside;
    }
    let lead = start.min(0).unsigned_abs().min(len);
    let first = (start.max(0) as usize).min(samples.len());
    let available = (samples.len() - first).min(len - lead);
    edge[..lead].fill(0.0);
    edge[lead..lead + available].copy_from_slice(&samples[first..first + available]);
    edge[lead + available..].fill(0.0);
    edge
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeros_stand_before_and_after_the_samples() {
        let samples = [1.0, 2.0, 3.0];
        for (start, expected) in [
            (-9, [0.0, 0.0]),
            (-1, [0.0, 1.0]),
            (0, [1.0, 2.0]),
            (1, [2.0, 3.0]),
            (2, [3.0, 0.0]),
            (9, [0.0, 0.0]),
        ] {
            assert_eq!(padded(&samples, start, &mut [7.0; 2]), expected, "{start}");
        }
        assert_eq!(
            padded(&samples, -1, &mut [7.0; 5]),
            [0.0, 1.0, 2.0, 3.0, 0.0]
        );
    }
}
