//! Cutting segments out of a stream of samples.

use std::collections::VecDeque;

/// A part of a segment that is judged at once.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Piece {
    /// The number of its segment.
    pub(super) segment: usize,
    /// Its first sample in the recording.
    pub(super) start: u64,
    pub(super) samples: Vec<f32>,
}

/// Cuts pieces out of samples that come in blocks. Pieces may overlap.
#[derive(Debug)]
pub(super) struct Cutter {
    /// The pieces that have not begun, in the order of their starts: segment, start, end.
    waiting: VecDeque<(usize, u64, u64)>,
    /// The pieces that have begun, and their ends.
    open: Vec<(Piece, u64)>,
    /// Samples so far.
    at: u64,
}

impl Cutter {
    /// `segments` are the first sample and the one after the last of each. Those of more than
    /// `longest` samples are divided into pieces.
    pub(super) fn new(segments: &[(u64, u64)], longest: u64) -> Self {
        let longest = longest.max(1);
        let mut waiting: Vec<(usize, u64, u64)> = Vec::with_capacity(segments.len());
        for (segment, (start, end)) in segments.iter().enumerate() {
            let starts = (*start..*end).step_by(usize::try_from(longest).unwrap_or(usize::MAX));
            waiting
                .extend(starts.map(|from| (segment, from, end.min(&(from + longest)).to_owned())));
        }
        waiting.sort_by_key(|(segment, start, _)| (*start, *segment));
        Self {
            waiting: waiting.into(),
            open: Vec::new(),
            at: 0,
        }
    }

    /// Return whether all pieces are complete.
    pub(super) fn is_done(&self) -> bool {
        self.waiting.is_empty() && self.open.is_empty()
    }

    /// Add samples, and append the pieces that they complete.
    pub(super) fn push(&mut self, samples: &[f32], complete: &mut Vec<Piece>) {
        let (from, to) = (self.at, self.at + samples.len() as u64);
        self.at = to;
        while let Some((segment, start, end)) = self.waiting.pop_front_if(|it| it.1 < to) {
            let piece = Piece {
                segment,
                start,
                samples: Vec::with_capacity((end - start) as usize),
            };
            self.open.push((piece, end));
        }
        let mut index = 0;
        while let Some((piece, end)) = self.open.get_mut(index) {
            let first = piece.start.max(from) - from;
            let last = (*end).min(to) - from;
            piece
                .samples
                .extend_from_slice(&samples[first as usize..last as usize]);
            match *end <= to {
                true => complete.push(self.open.remove(index).0),
                false => index += 1,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_cut_whatever_the_blocks() {
        let samples: Vec<f32> = (0..100).map(|n| n as f32).collect();
        let segments = [(90, 100), (0, 1), (5, 20), (10, 12), (5, 47), (47, 48)];
        for block in [1, 3, 7, 100] {
            let mut cutter = Cutter::new(&segments, 15);
            let mut pieces = Vec::new();
            for block in samples.chunks(block) {
                cutter.push(block, &mut pieces);
            }
            assert!(cutter.is_done());
            for (segment, (start, end)) in segments.into_iter().enumerate() {
                let own = pieces.iter().filter(|piece| piece.segment == segment);
                assert!(own.clone().all(|piece| piece.samples.len() <= 15));
                assert!(
                    own.clone()
                        .all(|piece| piece.samples[0] == piece.start as f32)
                );
                let joined: Vec<f32> = own.flat_map(|piece| piece.samples.clone()).collect();
                assert_eq!(joined, samples[start as usize..end as usize]);
            }
        }
    }
}
