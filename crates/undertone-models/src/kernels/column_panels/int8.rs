//! Matrices of 8-bit integers in panels.
//!
//! A value is an integer times a scale. The depth is divided into groups of [`GROUP`]. A group has
//! one scale for each column of a weight, computed once, and one for each row of the other operand,
//! computed from its largest value (dynamic quantization). With one scale for the whole depth, a
//! few large values would make all others coarse.

use rayon::prelude::*;

use super::element::Element;
use super::matrix::{Operand, Panels, WIDTH, row_blocks};
use super::rounding::{GROUP, SHIFT, round_rows, scale_of};
#[cfg(target_arch = "x86_64")]
use super::wide;
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
    /// Of each panel, tap, and group.
    columns: Vec<Columns>,
}

/// What belongs to the columns of a group.
#[derive(Debug, Clone)]
pub(super) struct Columns {
    pub(super) scales: [f32; WIDTH],
    /// What [`SHIFT`] adds to the sums, times −1.
    pub(super) starts: [i32; WIDTH],
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
                || round_panel(weight.panel(index), depth / taps, to),
            )
        });
        let columns = columns.collect::<Vec<_>>().concat();
        Some(Self {
            depth,
            taps,
            values,
            columns,
        })
    }

    /// Return the number of rows.
    pub(crate) fn depth(&self) -> usize {
        self.depth
    }

    pub(super) fn taps(&self) -> usize {
        self.taps
    }

    /// Iterate over the groups of a panel, tap by tap.
    pub(super) fn groups(&self, panel: usize) -> impl Iterator<Item = Group<'_>> {
        let own = self.depth / self.taps;
        let count = own.div_ceil(GROUP);
        let columns = self.columns[panel * self.taps * count..].chunks_exact(count);
        let panel = &self.values[panel * self.depth * WIDTH..][..self.depth * WIDTH];
        let taps = panel.chunks_exact(own * WIDTH).zip(columns).enumerate();
        taps.flat_map(|(tap, (values, columns))| {
            let values = values.chunks(GROUP * WIDTH);
            let groups = values.zip(columns).enumerate();
            groups.map(move |(index, (values, columns))| Group {
                tap,
                index,
                values,
                columns,
            })
        })
    }
}

/// A part of a panel of a weight with scales of its own.
pub(super) struct Group<'a> {
    pub(super) tap: usize,
    /// Among the groups of the tap.
    pub(super) index: usize,
    /// `[depth / QUAD][WIDTH][QUAD]`
    pub(super) values: &'a [i8],
    pub(super) columns: &'a Columns,
}

/// Round a panel of a weight whose taps have `own` rows. Return what belongs to each group.
#[inline(always)]
fn round_panel<T: Element>(panel: &[T], own: usize, to: &mut [i8]) -> Vec<Columns> {
    let taps = panel
        .chunks_exact(own * WIDTH)
        .zip(to.chunks_exact_mut(own * WIDTH));
    let mut columns = Vec::new();
    for (panel, to) in taps {
        let groups = panel.chunks(GROUP * WIDTH);
        for (group, to) in groups.zip(to.chunks_mut(GROUP * WIDTH)) {
            columns.push(round_group(group, to));
        }
    }
    columns
}

/// Round a group of a panel of a weight.
#[inline(always)]
fn round_group<T: Element>(group: &[T], to: &mut [i8]) -> Columns {
    let mut largest = [0.0_f32; WIDTH];
    for row in group.chunks_exact(WIDTH) {
        for (largest, value) in largest.iter_mut().zip(row) {
            *largest = value.to_f32().abs().max(*largest);
        }
    }
    let scales = largest.map(scale_of);
    let mut starts = [0; WIDTH];
    let quads = group.chunks_exact(QUAD * WIDTH);
    for (rows, to) in quads.zip(to.chunks_exact_mut(QUAD * WIDTH)) {
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
    /// The same, widened, if the kernel reads them. Else empty.
    #[cfg(target_arch = "x86_64")]
    pub(super) wide: Vec<i16>,
    /// Of each row of the matrix, from the first one of the operand on, and group.
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
        let groups = operand.columns.div_ceil(GROUP);
        let rows = operand.rows.saturating_sub(1) * apart + operand.taps;
        let mut scales = vec![0.0; rows * groups];
        // The last rows of the panels may lie behind those of the operand.
        let blocks = row_blocks(&mut values, size / WIDTH, BLOCK);
        let blocks = blocks.into_iter().zip(scales.chunks_mut(BLOCK * groups));
        cores.each(blocks, |block, (parts, scales), &mut ()| {
            round_rows(&from[block * BLOCK * WIDTH..], size, parts, scales);
        });
        Self {
            #[cfg(target_arch = "x86_64")]
            wide: match wide::is_read() {
                true => wide::widen(&values),
                false => Vec::new(),
            },
            values,
            scales,
        }
    }
}
