//! The transform of rows: each lane is a signal of its own.

use super::butterflies::{product, root_of_unity, transform_4, transform_8};
use super::planes::Planes;
use super::row::{LANES, Row};
use crate::kernel::kernel;

/// Transforms rows with Stockham's passes of radix 8 and 4. They need no permutation
/// (Govindaraju et al., High performance discrete Fourier transforms, 2008).
#[derive(Clone)]
pub(crate) struct RowTransform {
    passes: Vec<Pass>,
}

/// One pass: transforms of `radix` rows each, and the factors between this pass and the next.
#[derive(Clone)]
struct Pass {
    radix: usize,
    /// Rows that have the same factors.
    stride: usize,
    factors: Vec<[(f32, f32); 7]>,
}

impl RowTransform {
    /// Plan the transform of `len` rows, a power of two of at least 4.
    pub(crate) fn new(len: usize) -> Self {
        let mut passes = Vec::new();
        let (mut left, mut stride) = (len, 1);
        while left > 1 {
            let radix = if matches!(left, 4 | 16) { 4 } else { 8 };
            let next = left / radix;
            passes.push(Pass {
                radix,
                stride,
                factors: (0..next)
                    .map(|p| std::array::from_fn(|k| root_of_unity(p * (k + 1), left)))
                    .collect(),
            });
            (left, stride) = (next, stride * radix);
        }
        Self { passes }
    }

    /// Transform the rows of `values` and leave the result there. `other` is memory of the same
    /// size.
    pub(crate) fn apply(&self, values: &mut Planes, other: &mut Planes) {
        for pass in &self.passes {
            pass.apply(values, Every::ROW, other);
            std::mem::swap(values, other);
        }
    }

    /// Transform a part of the rows of `from` into `to`. `other` is memory of the size of `to`.
    pub(crate) fn apply_to(
        &self,
        from: &Planes,
        every: Every,
        to: &mut Planes,
        other: &mut Planes,
    ) {
        let Some((first, rest)) = self.passes.split_first() else {
            return;
        };
        first.apply(from, every, to);
        for pass in rest {
            pass.apply(to, Every::ROW, other);
            std::mem::swap(to, other);
        }
    }
}

/// Which rows are transformed: each `step`th from row `first` on.
#[derive(Clone, Copy)]
pub(crate) struct Every {
    pub(crate) first: usize,
    pub(crate) step: usize,
}

impl Every {
    const ROW: Self = Self { first: 0, step: 1 };
}

/// Stands for a step that the compiler does not know.
const ANY: usize = 0;

impl Pass {
    fn apply(&self, from: &Planes, every: Every, to: &mut Planes) {
        let (from, to) = (from.rows(), to.rows_mut());
        match (self.radix, every.step) {
            (4, 1) => pass_4::<1>(self, from, every, to),
            (4, _) => pass_4::<ANY>(self, from, every, to),
            (_, 1) => pass_8::<1>(self, from, every, to),
            (_, _) => pass_8::<ANY>(self, from, every, to),
        }
    }
}

/// Define the pass of one radix. It is a macro because a loop over an index that is no literal
/// would not be unrolled before the compiler looks for vectors.
macro_rules! pass {
    ($name:ident, $plain:ident, $radix:literal, $transform:ident, 0 $($k:literal)*) => {
        kernel! {
            fn $name<const STEP: usize>(
                pass: &Pass, from: [&[Row]; 2], every: Every, to: [&mut [Row]; 2],
            ) = $plain;
        }

        #[inline(always)]
        fn $plain<const STEP: usize>(
            pass: &Pass,
            from: [&[Row]; 2],
            every: Every,
            to: [&mut [Row]; 2],
        ) {
            let ([from_re, from_im], [to_re, to_im]) = (from, to);
            let len = to_re.len() / $radix;
            let stride = pass.stride;
            let step = if STEP == ANY { every.step } else { STEP };
            let part = |k: usize| k * len * step..(k + 1) * len * step;
            let from_re: [&[Row]; $radix] = std::array::from_fn(|k| &from_re[part(k)]);
            let from_im: [&[Row]; $radix] = std::array::from_fn(|k| &from_im[part(k)]);
            let to_re = to_re.chunks_exact_mut(stride * $radix);
            let to_im = to_im.chunks_exact_mut(stride * $radix);
            for (((p, factors), to_re), to_im) in
                (0..len).step_by(stride).zip(&pass.factors).zip(to_re).zip(to_im)
            {
                let part = p * step + every.first..(p + stride) * step;
                let from_re = from_re.map(|rows| &rows[part.clone()]);
                let from_im = from_im.map(|rows| &rows[part.clone()]);
                let to_re = split::<$radix>(to_re, stride);
                let to_im = split::<$radix>(to_im, stride);
                for q in 0..stride {
                    let re = from_re.map(|rows| &rows[q * step]);
                    let im = from_im.map(|rows| &rows[q * step]);
                    let mut out_re = [[0.0; LANES]; $radix];
                    let mut out_im = [[0.0; LANES]; $radix];
                    // The last pass has no factors. The two loops are apart because the compiler
                    // vectorizes none with a condition.
                    if stride == len {
                        for lane in 0..LANES {
                            let mut re = [re[0][lane], $(re[$k][lane]),*];
                            let mut im = [im[0][lane], $(im[$k][lane]),*];
                            $transform(&mut re, &mut im);
                            (out_re[0][lane], out_im[0][lane]) = (re[0], im[0]);
                            $((out_re[$k][lane], out_im[$k][lane]) = (re[$k], im[$k]);)*
                        }
                    } else {
                        for lane in 0..LANES {
                            let mut re = [re[0][lane], $(re[$k][lane]),*];
                            let mut im = [im[0][lane], $(im[$k][lane]),*];
                            $transform(&mut re, &mut im);
                            (out_re[0][lane], out_im[0][lane]) = (re[0], im[0]);
                            $(
                                (out_re[$k][lane], out_im[$k][lane]) =
                                    product(re[$k], im[$k], factors[$k - 1]);
                            )*
                        }
                    }
                    for k in 0..$radix {
                        (to_re[k][q], to_im[k][q]) = (out_re[k], out_im[k]);
                    }
                }
            }
        }
    };
}

pass!(pass_4, pass_4_plain, 4, transform_4, 0 1 2 3);
pass!(pass_8, pass_8_plain, 8, transform_8, 0 1 2 3 4 5 6 7);

#[inline(always)]
fn split<const N: usize>(rows: &mut [Row], stride: usize) -> [&mut [Row]; N] {
    let mut parts = rows.chunks_exact_mut(stride);
    std::array::from_fn(|_| {
        parts
            .next()
            .map(|part| &mut part[..stride])
            .unwrap_or_default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_compilations_agree() {
        let transform = RowTransform::new(64);
        let mut from = Planes::new(64);
        for (n, value) in from.values_mut().into_iter().flatten().enumerate() {
            *value = (n as f32 * 0.7).sin();
        }
        for (pass, plan) in [(4, RowTransform::new(16)), (8, transform)] {
            for pass_plan in &plan.passes {
                let rows = pass_plan.stride * pass_plan.radix * pass_plan.factors.len();
                let from = from.rows().map(|plane| &plane[..rows]);
                let (mut wide, mut plain) = (Planes::new(rows), Planes::new(rows));
                if pass == 4 {
                    pass_4::<1>(pass_plan, from, Every::ROW, wide.rows_mut());
                    pass_4_plain::<1>(pass_plan, from, Every::ROW, plain.rows_mut());
                } else {
                    pass_8::<1>(pass_plan, from, Every::ROW, wide.rows_mut());
                    pass_8_plain::<1>(pass_plan, from, Every::ROW, plain.rows_mut());
                }
                assert_eq!(wide.values(), plain.values());
            }
        }
    }
}
