//! From scores of frames to utterances.

use std::ops::Range;

use super::config::VoiceActivityConfig;

/// What is known of a frame.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    /// How probable speech is, 0 to 1.
    pub(super) score: f32,
    /// The mean square of its samples.
    pub(super) power: f32,
}

/// Frames over which the power is averaged to find a quiet place.
const QUIET_FRAMES: usize = 5;

/// Divides a stream of frames into utterances: ranges of frames that do not overlap.
#[derive(Debug)]
pub(super) struct Divider {
    threshold: f32,
    shortest: usize,
    /// The most frames between the first and the last frame of speech.
    longest: usize,
    gap: usize,
    padding: usize,
    /// Frames so far.
    count: usize,
    /// The utterance that has begun.
    open: Option<Open>,
    /// Where the last utterance ends, with its padding.
    last_end: usize,
}

#[derive(Debug)]
struct Open {
    /// The first frame.
    start: usize,
    /// Whether it begins where another one was cut.
    cut: bool,
    /// The frame after the last one with speech.
    speech_end: usize,
    /// The power of all frames from `start` on.
    powers: Vec<f32>,
}

impl Divider {
    /// `frames` is the number of frames in a second.
    pub(super) fn new(config: &VoiceActivityConfig, frames: f64) -> Self {
        // Conversion saturates, and a number that is not one becomes 0.
        let count = |seconds: f64| (seconds * frames).round() as usize;
        let padding = count(config.padding);
        let longest = count(config.longest).saturating_sub(2 * padding);
        Self {
            threshold: config.threshold,
            shortest: count(config.shortest).max(1),
            longest: longest.max(4 * QUIET_FRAMES),
            gap: count(config.gap),
            padding,
            count: 0,
            open: None,
            last_end: 0,
        }
    }

    /// Add a frame. Return the utterance that ends with it, if one does.
    pub(super) fn push(&mut self, frame: Frame) -> Option<Range<usize>> {
        let at = self.count;
        self.count += 1;
        let speech = frame.score >= self.threshold;
        let Some(open) = &mut self.open else {
            if speech {
                self.open = Some(Open {
                    start: at,
                    cut: false,
                    speech_end: self.count,
                    powers: vec![frame.power],
                });
            }
            return None;
        };
        open.powers.push(frame.power);
        if speech {
            open.speech_end = self.count;
            if self.count - open.start > self.longest {
                return self.cut();
            }
        } else if self.count - open.speech_end > self.gap {
            return self.close();
        }
        None
    }

    /// Return the utterance that the end of the recording ends.
    pub(super) fn finish(&mut self) -> Option<Range<usize>> {
        self.close()
    }

    /// Cut the open utterance where it is quietest in its second half.
    fn cut(&mut self) -> Option<Range<usize>> {
        let open = self.open.as_mut()?;
        let half = open.powers.len() / 2;
        let later = open.powers[half..].windows(QUIET_FRAMES);
        let sums = later.map(|window| window.iter().sum::<f32>());
        let quietest = sums
            .enumerate()
            .min_by(|(_, a), (_, b)| a.total_cmp(b))
            .map_or(half, |(index, _)| half + index + QUIET_FRAMES / 2);
        let (start, cut) = (open.start, open.cut);
        open.start += quietest;
        open.cut = true;
        open.powers.drain(..quietest);
        let end = open.start;
        Some(self.utterance(start, cut, end, 0))
    }

    fn close(&mut self) -> Option<Range<usize>> {
        let open = self.open.take()?;
        let speech = open.speech_end - open.start.min(open.speech_end);
        if speech < self.shortest {
            // The rest of a longer utterance was speech too.
            self.last_end = match open.cut {
                true => open.start,
                false => self.last_end,
            };
            return None;
        }
        Some(self.utterance(open.start, open.cut, open.speech_end, self.padding))
    }

    fn utterance(&mut self, start: usize, cut: bool, end: usize, padding: usize) -> Range<usize> {
        let before = if cut { 0 } else { self.padding };
        let start = start.saturating_sub(before).max(self.last_end);
        let end = (end + padding).min(self.count);
        self.last_end = end;
        start..end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: VoiceActivityConfig = VoiceActivityConfig {
        threshold: 0.5,
        shortest: 3.0,
        longest: 100.0,
        gap: 5.0,
        padding: 2.0,
    };

    /// Divide frames, one for each second: `#` is loud speech, `.` quiet speech, a space silence.
    fn divide(config: &VoiceActivityConfig, frames: &str) -> Vec<(usize, usize)> {
        let mut divider = Divider::new(config, 1.0);
        let frame = |letter| Frame {
            score: if letter == ' ' { 0.1 } else { 0.9 },
            power: if letter == '#' { 1.0 } else { 0.1 },
        };
        let mut found: Vec<_> = frames
            .chars()
            .filter_map(|letter| divider.push(frame(letter)))
            .collect();
        found.extend(divider.finish());
        found.iter().map(|range| (range.start, range.end)).collect()
    }

    #[test]
    fn a_gap_ends_an_utterance_and_padding_is_added() {
        let frames = "    ####     ###      ####      ";
        assert_eq!(divide(&CONFIG, frames), [(2, 18), (20, 28)]);
        // The start and the end of the recording limit the padding.
        assert_eq!(divide(&CONFIG, "#### "), [(0, 5)]);
        assert_eq!(divide(&CONFIG, "     "), []);
    }

    #[test]
    fn what_is_too_short_is_left_out() {
        assert_eq!(divide(&CONFIG, "   ##        ###       "), [(11, 18)]);
    }

    #[test]
    fn padding_does_not_overlap() {
        let config = VoiceActivityConfig {
            padding: 5.0,
            ..CONFIG
        };
        assert_eq!(divide(&config, "###      ###     "), [(0, 8), (8, 17)]);
    }

    #[test]
    fn a_long_utterance_is_cut_where_it_is_quiet() {
        let config = VoiceActivityConfig {
            longest: 44.0,
            ..CONFIG
        };
        let frames = format!("{}.....{}     ", "#".repeat(28), "#".repeat(30));
        assert_eq!(divide(&config, &frames), [(0, 30), (30, 65)]);
    }

    #[test]
    fn utterances_neither_overlap_nor_exceed_the_longest() {
        let mut state = 1_u32;
        let mut random = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 24) as f32
        };
        let mut divider = Divider::new(&CONFIG, 1.0);
        let mut last = 0;
        let mut count = 0;
        for second in 0..200_000 {
            let likely = if second / 300 % 2 == 0 { 0.6 } else { 0.05 };
            let frame = Frame {
                score: if random() < likely { 0.9 } else { 0.1 },
                power: random(),
            };
            if let Some(range) = divider.push(frame) {
                assert!(range.start >= last && range.len() <= 100 && !range.is_empty());
                last = range.end;
                count += 1;
            }
        }
        assert!(count > 1000, "{count}");
    }
}
