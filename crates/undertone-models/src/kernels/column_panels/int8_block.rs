//! A block of a product of 8-bit integers, which is computed in registers.

use super::matrix::{Operand, WIDTH};
use super::product::Added;

/// Some rows, and a group of a panel of a weight, to be multiplied.
#[derive(Debug, Clone, Copy)]
pub(super) struct Block<'a> {
    /// Where the integers of the rows are. Its own values have no part in the product.
    pub(super) place: Operand<'a>,
    /// The integers, from the first of the first row on.
    pub(super) rows: &'a [u8],
    /// The same integers, widened, if the kernel reads them. Else empty.
    #[cfg(target_arch = "x86_64")]
    pub(super) wide: &'a [i16],
    /// `[depth / QUAD][WIDTH][QUAD]`
    pub(super) panel: &'a [i8],
    /// What the sums begin with.
    pub(super) starts: &'a [i32; WIDTH],
}

impl<'a> Block<'a> {
    /// Return some of the rows as a block.
    #[cfg(target_arch = "x86_64")]
    #[inline(always)]
    pub(super) fn some_rows(self, first: usize, rows: usize) -> Self {
        let start = first * self.place.row_stride;
        Self {
            place: Operand { rows, ..self.place },
            rows: &self.rows[start..],
            wide: self.wide.get(start..).unwrap_or_default(),
            ..self
        }
    }

    /// Return a contiguous part of the rows, up to its end in the last row, and its length.
    #[inline(always)]
    pub(super) fn part(&self, index: usize) -> (&'a [u8], usize) {
        self.part_of(self.rows, index)
    }

    /// Return a part of the widened rows, and its length.
    #[cfg(target_arch = "x86_64")]
    #[inline(always)]
    pub(super) fn wide_part(&self, index: usize) -> (&'a [i16], usize) {
        self.part_of(self.wide, index)
    }

    #[inline(always)]
    fn part_of<T>(&self, rows: &'a [T], index: usize) -> (&'a [T], usize) {
        let (first, length) = self.place.part(index);
        let span = (self.place.rows - 1) * self.place.row_stride + length;
        (&rows[first..][..span], length)
    }
}

/// What turns the sums of a block into values.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scales<'a> {
    /// The scale of the first row is the first, and the next is `apart` further.
    pub(super) rows: &'a [f32],
    pub(super) apart: usize,
    pub(super) columns: &'a [f32; WIDTH],
    pub(super) added: Added<'a>,
}

impl Scales<'_> {
    /// Turn sums into values.
    #[inline(always)]
    pub(super) fn apply(&self, sums: &[[i32; WIDTH]], to: &mut [f32]) {
        let rows = self.rows.iter().step_by(self.apart);
        for ((sums, row), to) in sums.iter().zip(rows).zip(to.as_chunks_mut::<WIDTH>().0) {
            let values = sums.iter().zip(self.columns);
            let values = values.map(|(sum, column)| *sum as f32 * (row * column));
            match self.added {
                Added::Nothing => {
                    for (to, value) in to.iter_mut().zip(values) {
                        *to = value;
                    }
                }
                Added::Bias(bias) => {
                    for ((to, value), bias) in to.iter_mut().zip(values).zip(bias) {
                        *to = value + bias;
                    }
                }
                Added::Sum(bias) => {
                    for ((to, value), bias) in to.iter_mut().zip(values).zip(bias) {
                        *to += value + bias;
                    }
                }
            }
        }
    }
}
