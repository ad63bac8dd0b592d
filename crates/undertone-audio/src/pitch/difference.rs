//! The difference between a frame and itself one period later: YIN's cumulative mean normalized
//! difference, in librosa's form.

use std::fmt;
use std::sync::Arc;

use rustfft::num_complex::Complex;
use rustfft::{Fft, FftPlanner};

use crate::padded::padded;

/// Computes the differences of two frames with one transform and one inverse transform.
#[derive(Clone)]
pub(super) struct Difference {
    forward: Arc<dyn Fft<f64>>,
    inverse: Arc<dyn Fft<f64>>,
    frame_length: usize,
    shortest: usize,
    longest: usize,
}

impl fmt::Debug for Difference {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "Difference({} to {})", self.shortest, self.longest)
    }
}

/// Memory for [`Difference::compute`], so that no frame allocates.
pub(super) struct Workspace {
    frames: [Vec<f32>; 2],
    block: Vec<Complex<f64>>,
    scratch: Vec<Complex<f64>>,
    curves: [Vec<f64>; 2],
}

impl Difference {
    /// Prepare the transforms for periods from `shortest` to `longest` samples, both included.
    pub(super) fn new(frame_length: usize, shortest: usize, longest: usize) -> Self {
        // Long enough that the circular correlation does not wrap around for these periods.
        let least = frame_length + longest;
        let len = [1, 3, 5]
            .map(|odd| odd * least.div_ceil(odd).next_power_of_two())
            .into_iter()
            .min()
            .unwrap_or(least);
        let mut planner = FftPlanner::new();
        Self {
            forward: planner.plan_fft_forward(len),
            inverse: planner.plan_fft_inverse(len),
            frame_length,
            shortest,
            longest,
        }
    }

    pub(super) fn workspace(&self) -> Workspace {
        let scratch = self
            .forward
            .get_inplace_scratch_len()
            .max(self.inverse.get_inplace_scratch_len());
        Workspace {
            frames: [vec![0.0; self.frame_length], vec![0.0; self.frame_length]],
            block: vec![Complex::default(); self.forward.len()],
            scratch: vec![Complex::default(); scratch],
            curves: Default::default(),
        }
    }

    /// Return the normalized differences of the frames that begin at `starts`, one for each period.
    pub(super) fn compute<'a>(
        &self,
        samples: &[f32],
        starts: [isize; 2],
        workspace: &'a mut Workspace,
    ) -> &'a [Vec<f64>; 2] {
        let Workspace {
            frames: [first, second],
            block,
            scratch,
            curves,
        } = workspace;
        let first = padded(samples, starts[0], first);
        let second = padded(samples, starts[1], second);
        block.fill(Complex::default());
        for ((value, re), im) in block.iter_mut().zip(first).zip(second) {
            *value = Complex {
                re: f64::from(*re),
                im: f64::from(*im),
            };
        }
        self.forward.process_with_scratch(block, scratch);
        to_power(block);
        self.inverse.process_with_scratch(block, scratch);
        let scale = 1.0 / block.len() as f64;
        let autocorrelation = |lag: usize, imaginary: bool| {
            let value = block[lag];
            scale * if imaginary { value.im } else { value.re }
        };
        let [a, b] = curves;
        self.normalize(first, |lag| autocorrelation(lag, false), a);
        self.normalize(second, |lag| autocorrelation(lag, true), b);
        curves
    }

    fn normalize(
        &self,
        frame: &[f32],
        autocorrelation: impl Fn(usize) -> f64,
        curve: &mut Vec<f64>,
    ) {
        curve.clear();
        let whole = autocorrelation(0);
        let (mut head, mut sum) = (0.0, 0.0);
        for (sample, lag) in frame.iter().zip(1..=self.longest) {
            head += f64::from(*sample) * f64::from(*sample);
            let difference = 2.0 * (whole - autocorrelation(lag)) - head;
            sum += difference;
            if lag >= self.shortest {
                curve.push(difference / (sum / lag as f64 + f64::from(f32::MIN_POSITIVE)));
            }
        }
    }
}

/// Turn Z, the transform of `a + ib`, into `|A|² + i|B|²`. The inverse transform of that has the
/// autocorrelation of `a` as its real part and that of `b` as its imaginary part.
fn to_power(block: &mut [Complex<f64>]) {
    let len = block.len();
    for bin in 0..=len / 2 {
        let mirror = (len - bin) % len;
        let (z, m) = (block[bin], block[mirror]);
        let (sum, difference) = (z + m, z - m);
        let power = Complex {
            re: 0.25 * (sum.re * sum.re + difference.im * difference.im),
            im: 0.25 * (difference.re * difference.re + sum.im * sum.im),
        };
        block[bin] = power;
        block[mirror] = power;
    }
}
