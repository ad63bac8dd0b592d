//! The product of some rows and one panel, whose sums stay in registers.

use pulp::Simd;

use super::left_factor::Left;
use super::unroll::unroll;

/// The rows of the left factor whose sums fit into the registers.
pub(super) const MOST_ROWS: usize = 6;

/// The registers that 4 vectors of each of the rows need, with the vectors of a row of the right
/// factor and one of the left.
const REGISTERS_OF_4: usize = MOST_ROWS * 4 + 4 + 1;

/// Some rows of a panel.
pub(super) struct Block<'a> {
    /// The values from the first of these rows on; the rows begin every `stride` values.
    pub(super) values: &'a [f32],
    pub(super) stride: usize,
    /// The number of the first row.
    pub(super) start: usize,
    /// The number of rows.
    pub(super) depth: usize,
}

impl Block<'_> {
    /// Add the product of `ROWS` rows of `left`, from `row` on, and the first `width` columns of
    /// the block to the rows of `output`, which begin every `stride` values.
    #[inline(always)]
    pub(super) fn add<S: Simd, const ROWS: usize>(
        &self,
        simd: S,
        left: impl Left,
        row: usize,
        output: &mut [f32],
        stride: usize,
        width: usize,
    ) {
        // A browser's 32 registers are 16 on x86.
        let has_registers = S::REGISTER_COUNT >= REGISTERS_OF_4 && !cfg!(target_arch = "wasm32");
        if has_registers {
            self.add_vectors::<S, ROWS, 4>(simd, left, row, output, stride, width);
        } else {
            self.add_vectors::<S, ROWS, 2>(simd, left, row, output, stride, width);
        }
    }

    /// Do the same with `VECTORS` vectors of a row of the right factor at a time.
    #[inline(always)]
    fn add_vectors<S: Simd, const ROWS: usize, const VECTORS: usize>(
        &self,
        simd: S,
        left: impl Left,
        row: usize,
        output: &mut [f32],
        stride: usize,
        width: usize,
    ) {
        let value = left.values::<ROWS>(row, self.start, self.depth);
        let mut first = 0;
        while first < width {
            let mut sums = [[simd.splat_f32s(0.0); VECTORS]; ROWS];
            let step = VECTORS * S::F32_LANES;
            for index in 0..self.depth {
                let weights = &self.values[index * self.stride + first..][..step];
                let (weights, _) = S::as_simd_f32s(weights);
                let weights: [S::f32s; VECTORS] = std::array::from_fn(|vector| weights[vector]);
                unroll!(ROW in 0 1 2 3 4 5 {
                    if ROW < ROWS {
                        let factor = simd.splat_f32s(value(ROW, index));
                        unroll!(VECTOR in 0 1 2 3 {
                            if VECTOR < VECTORS {
                                sums[ROW][VECTOR] =
                                    simd.mul_add_f32s(factor, weights[VECTOR], sums[ROW][VECTOR]);
                            }
                        });
                    }
                });
            }
            let count = step.min(width - first);
            unroll!(ROW in 0 1 2 3 4 5 {
                if ROW < ROWS {
                    let output = &mut output[ROW * stride + first..][..count];
                    if count == step {
                        let (output, _) = S::as_mut_simd_f32s(output);
                        unroll!(VECTOR in 0 1 2 3 {
                            if VECTOR < VECTORS {
                                output[VECTOR] = simd.add_f32s(output[VECTOR], sums[ROW][VECTOR]);
                            }
                        });
                    } else {
                        unroll!(VECTOR in 0 1 2 3 {
                            let part = VECTOR * S::F32_LANES;
                            if VECTOR < VECTORS && part < count {
                                let output = &mut output[part..count.min(part + S::F32_LANES)];
                                let value = simd.partial_load_f32s(output);
                                let sum = simd.add_f32s(value, sums[ROW][VECTOR]);
                                simd.partial_store_f32s(output, sum);
                            }
                        });
                    }
                }
            });
            first += step;
        }
    }
}
