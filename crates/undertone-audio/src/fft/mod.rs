//! The Fourier transform of the front end on processors with AVX-512: complex, single precision,
//! of a power of two.
//!
//! rustfft computes all other transforms. It was compared first: its transforms of 1024 and 2048
//! values need about 1.5 times as long. The difference has two reasons. Here the real and the
//! imaginary parts stand in planes of their own, so that a product needs no shuffles, and the loops
//! are compiled for registers of 16 values. With AVX2 rustfft is faster. To measure both:
//!
//! ```text
//! cargo test --release -p undertone-audio --lib fft::tests::times -- --ignored --nocapture
//! ```
//!
//! A transform of `n` values has two steps. [`Columns`] regards the values as a matrix of 16 rows
//! and `n / 16` columns, transforms the columns, and transposes the matrix. [`RowTransform`] then
//! transforms rows of 16 values, all 16 lanes in the same way. The result is in the natural order
//! (D. H. Bailey, FFTs in External or Hierarchical Memory, 1990).

mod butterflies;
mod columns;
mod planes;
mod row;
mod rows;
mod transpose;

pub(crate) use butterflies::root_of_unity;
pub(crate) use columns::Columns;
pub(crate) use planes::Planes;
pub(crate) use row::{LANES, Row};
pub(crate) use rows::{Every, RowTransform};

/// Return whether these transforms are the fastest ones, and can transform `n` values.
pub(crate) fn pays(n: usize) -> bool {
    n.is_power_of_two() && n >= LANES * LANES && crate::cpu::has_avx512()
}

/// The transform of `n` values.
#[derive(Clone)]
pub(crate) struct Transform {
    columns: Columns,
    rows: RowTransform,
}

impl Transform {
    /// Plan the transform of `n` values, a power of two of at least 256.
    pub(crate) fn new(n: usize) -> Self {
        Self {
            columns: Columns::new(n),
            rows: RowTransform::new(n / LANES),
        }
    }

    /// Transform `values`, real and imaginary parts, into `to`. `other` is memory; both have
    /// `n / 16` rows.
    pub(crate) fn apply(&self, values: [&[f32]; 2], to: &mut Planes, other: &mut Planes) {
        self.columns.apply(values, to);
        self.rows.apply(to, other);
    }
}

#[cfg(test)]
mod tests {
    use rustfft::FftPlanner;
    use rustfft::num_complex::Complex;

    use super::*;

    #[test]
    fn transforms_agree_with_rustfft() {
        for n in [256, 512, 1024, 2048, 4096, 8192] {
            let values =
                |step: f32| -> Vec<f32> { (0..n).map(|k| (k as f32 * step).sin()).collect() };
            let (re, im) = (values(0.37), values(1.9));
            let (mut to, mut other) = (Planes::new(n / LANES), Planes::new(n / LANES));
            Transform::new(n).apply([&re, &im], &mut to, &mut other);
            let mut expected: Vec<Complex<f64>> = re
                .iter()
                .zip(&im)
                .map(|(re, im)| Complex::new(f64::from(*re), f64::from(*im)))
                .collect();
            FftPlanner::new().plan_fft_forward(n).process(&mut expected);
            let [re, im] = to.values();
            for ((re, im), expected) in re.iter().zip(im).zip(&expected) {
                let error = (Complex::new(f64::from(*re), f64::from(*im)) - expected).norm();
                assert!(error < 3e-7 * n as f64, "{n}: {error}");
            }
        }
    }

    #[test]
    #[ignore = "prints times"]
    fn times_of_both() {
        let fastest = |run: &mut dyn FnMut()| {
            let time = |_| {
                let begin = std::time::Instant::now();
                (0..100).for_each(|_| run());
                begin.elapsed() / 100
            };
            (0..100).map(time).min().unwrap()
        };
        for n in [1024, 2048] {
            let values = vec![1e-3; n];
            let (mut to, mut other) = (Planes::new(n / LANES), Planes::new(n / LANES));
            let transform = Transform::new(n);
            let ours = fastest(&mut || transform.apply([&values; 2], &mut to, &mut other));
            let fft = FftPlanner::<f32>::new().plan_fft_forward(n);
            let values = vec![Complex::new(1e-3, 1e-3); n];
            let mut block = values.clone();
            let mut scratch = vec![Complex::default(); fft.get_inplace_scratch_len()];
            let theirs = fastest(&mut || {
                block.copy_from_slice(&values);
                fft.process_with_scratch(&mut block, &mut scratch);
            });
            println!("{n} values: {ours:?}, rustfft {theirs:?}");
        }
    }
}
