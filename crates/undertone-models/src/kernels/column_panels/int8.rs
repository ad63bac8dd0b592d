//! Matrices of 8-bit integers in panels.
//!
//! A value is an integer times a scale: one scale for each column of a weight, computed once, and
//! one for each row of the other operand, computed from its largest value (dynamic quantization).

use rayon::prelude::*;

use super::element::Element;
use super::matrix::{Operand, Panels, WIDTH, row_blocks};
use super::rounding::{SHIFT, round_rows, scale_of};
use crate::kernels::cores::Cores;
use crate::kernels::vector_math::vectorized;

/// The depth that one instruction multiplies and adds.
pub(super) const QUAD: usize = 4;

/// A weight, `[inputs, outputs]`, of 8-bit integers, `[panel][inputs / QUAD][WIDTH][QUAD]`.
#[derive(Debug, Clone)]
pub(crate) struct Int8Panels {
    depth: usize,
    /// The frames of a convolution's kernel, each with a part of the depth. Else 1.
    taps: usize,
    values: Vec<i8>,
    /// Of each panel.
    pub(super) columns: Vec<Columns>,
}

/// What belongs to the columns of a panel.
#[derive(Debug, Clone)]
pub(super) struct Columns {
    pub(super) scales: [f32; WIDTH],
    /// What [`SHIFT`] adds to the product of each tap, times −1.
    pub(super) starts: Vec<[i32; WIDTH]>,
}

impl Int8Panels {
    /// Round the weight of a kernel of `taps` frames, or of a linear layer with one. `None` if the
    /// rows of a frame do not fill whole quads, or a value is not finite: no integer stands for it.
    pub(crate) fn of<T: Element>(weight: &Panels<T>, taps: usize) -> Option<Self> {
        let depth = weight.rows();
        let is_finite = weight.values().iter().all(|it| it.to_f32().is_finite());
        if depth == 0 || !depth.is_multiple_of(QUAD * taps) || !is_finite {
            return None;
        }
        let size = weight.size();
        let mut values = vec![0; weight.values().len()];
        let panels = values.par_chunks_exact_mut(size).enumerate();
        let columns = panels.map(|(index, to)| {
            vectorized(
                #[inline(always)]
                || round_panel(weight.panel(index), taps, to),
            )
        });
        Some(Self {
            depth,
            taps,
            columns: columns.collect(),
            values,
        })
    }

    /// Return the number of rows.
    pub(crate) fn depth(&self) -> usize {
        self.depth
    }

    pub(super) fn taps(&self) -> usize {
        self.taps
    }

    /// Return the part of a panel for a tap.
    pub(super) fn panel(&self, index: usize, tap: usize) -> &[i8] {
        let size = self.depth / self.taps * WIDTH;
        &self.values[(index * self.taps + tap) * size..][..size]
    }
}

/// Round a panel of a weight.
#[inline(always)]
fn round_panel<T: Element>(panel: &[T], taps: usize, to: &mut [i8]) -> Columns {
    let mut largest = [0.0_f32; WIDTH];
    for row in panel.chunks_exact(WIDTH) {
        for (largest, value) in largest.iter_mut().zip(row) {
            *largest = value.to_f32().abs().max(*largest);
        }
    }
    let scales = largest.map(scale_of);
    let mut starts = vec![[0; WIDTH]; taps];
    let own = panel.len() / taps;
    let quads = panel.chunks_exact(QUAD * WIDTH);
    for (quad, (rows, to)) in quads.zip(to.chunks_exact_mut(QUAD * WIDTH)).enumerate() {
        let starts = &mut starts[quad * QUAD * WIDTH / own];
        for (place, row) in rows.chunks_exact(WIDTH).enumerate() {
            for (column, value) in row.iter().enumerate() {
                let value = (value.to_f32() / scales[column]).round() as i8;
                starts[column] -= i32::from(SHIFT) * i32::from(value);
                to[column * QUAD + place] = value;
            }
        }
    }
    Columns { scales, starts }
}

/// The left operand of a product, of 8-bit integers in the same places.
#[derive(Debug)]
pub(crate) struct Int8Rows {
    /// Shifted by [`SHIFT`].
    pub(super) values: Vec<u8>,
    /// Of each row of the matrix, from the first one of the operand on.
    pub(super) scales: Vec<f32>,
}

/// The rows of a block that one thread rounds.
const BLOCK: usize = 16;

impl Int8Rows {
    /// Round the values of an operand. The scale of a row with a value that is not finite is not a
    /// number, so that its products are none either.
    pub(crate) fn of(operand: Operand<'_>, cores: Cores<'_>) -> Self {
        let size = operand.panel_stride;
        let own = operand.columns.div_ceil(WIDTH) * size;
        let from = &operand.values[..own];
        let mut values = vec![0; own];
        let apart = operand.row_stride / WIDTH;
        let mut scales = vec![0.0; operand.rows.saturating_sub(1) * apart + operand.taps];
        // The last rows of the panels may lie behind those of the operand.
        let blocks = row_blocks(&mut values, size / WIDTH, BLOCK);
        let blocks = blocks.into_iter().zip(scales.chunks_mut(BLOCK));
        cores.each(blocks, |block, (parts, scales), &mut ()| {
            round_rows(&from[block * BLOCK * WIDTH..], size, parts, scales);
        });
        Self { values, scales }
    }
}

/// Some rows, and a panel of a weight, to be multiplied.
#[derive(Debug, Clone, Copy)]
pub(super) struct Block<'a> {
    /// Where the integers of the rows are. Its own values have no part in the product.
    pub(super) place: Operand<'a>,
    /// The integers, from the first of the first row on.
    pub(super) rows: &'a [u8],
    /// `[depth / QUAD][WIDTH][QUAD]`
    pub(super) panel: &'a [i8],
    /// What the sums begin with.
    pub(super) starts: &'a [i32; WIDTH],
}

impl Block<'_> {
    /// Return a contiguous part of the rows, up to its end in the last row, and its length.
    #[inline(always)]
    pub(super) fn part(&self, index: usize) -> (&[u8], usize) {
        let (first, length) = self.place.part(index);
        let span = (self.place.rows - 1) * self.place.row_stride + length;
        (&self.rows[first..][..span], length)
    }
}
