//! A matrix in panels of columns.

use rayon::prelude::*;

use super::element::Element;
use crate::kernels::cores::Cores;

/// The number of columns of a panel: two vector registers of AVX-512.
pub(crate) const WIDTH: usize = 32;

/// A matrix whose columns are in panels of [`WIDTH`], `[panel][row][column of the panel]`.
///
/// A product reads and writes a few rows of a panel, which are contiguous, whatever the width of
/// the matrix. A panel can be computed without the others, and the heads of an attention are
/// whole panels. The columns that fill up the last panel have no meaning.
#[derive(Debug, Clone, Default)]
pub(crate) struct Panels<T = f32> {
    rows: usize,
    columns: usize,
    values: Vec<T>,
}

impl<T: Element> Panels<T> {
    /// Create a matrix of zeros.
    pub(crate) fn zeros(rows: usize, columns: usize) -> Self {
        Self {
            rows,
            columns,
            values: T::zeros(columns.div_ceil(WIDTH) * rows * WIDTH),
        }
    }

    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// Return the number of values of a panel.
    pub(crate) fn size(&self) -> usize {
        self.rows * WIDTH
    }

    pub(crate) fn values(&self) -> &[T] {
        &self.values
    }

    /// Return a panel.
    pub(crate) fn panel(&self, index: usize) -> &[T] {
        &self.values[index * self.size()..][..self.size()]
    }

    /// Iterate over the panels.
    pub(crate) fn each(&self) -> impl Iterator<Item = &[T]> {
        self.values.chunks_exact(self.size().max(1))
    }

    /// Iterate over the panels on all cores.
    pub(crate) fn par_each_mut(&mut self) -> impl IndexedParallelIterator<Item = &mut [T]> {
        let size = self.size().max(1);
        self.values.par_chunks_exact_mut(size)
    }
}

impl Panels {
    /// Change the size. The values have no meaning then, but are numbers.
    pub(crate) fn resize(&mut self, rows: usize, columns: usize) {
        self.rows = rows;
        self.columns = columns;
        self.values
            .resize(columns.div_ceil(WIDTH) * rows * WIDTH, 0.0);
    }

    /// Copy a matrix of `columns` columns, row by row.
    pub(crate) fn from_rows(values: &[f32], columns: usize) -> Self {
        let mut panels = Self::zeros(values.len() / columns, columns);
        for (panel, first) in panels.each_mut().zip((0..).step_by(WIDTH)) {
            let width = WIDTH.min(columns - first);
            for (to, row) in panel.chunks_exact_mut(WIDTH).zip(values.chunks(columns)) {
                to[..width].copy_from_slice(&row[first..first + width]);
            }
        }
        panels
    }

    /// Transpose a matrix whose rows have `length` values, of which the first `own` are taken. A
    /// row of zeros comes before the first one, and one behind the last.
    pub(crate) fn from_columns_with_margin(values: &[f32], length: usize, own: usize) -> Self {
        let columns = values.len() / length;
        let mut panels = Self::zeros(own + 2, columns);
        for (column, values) in values.chunks_exact(length).enumerate() {
            let start = column / WIDTH * panels.size() + WIDTH + column % WIDTH;
            let rows = panels.values[start..].iter_mut().step_by(WIDTH);
            for (to, value) in rows.zip(&values[..own]) {
                *to = *value;
            }
        }
        panels
    }

    /// Add a matrix to the first rows. It has the same columns, row by row.
    pub(crate) fn add_rows(&mut self, added: &[f32], cores: Cores<'_>) {
        let (columns, size) = (self.columns, self.size());
        cores.each_chunk(&mut self.values, size, |panel, to, &mut ()| {
            let rows = to.chunks_exact_mut(WIDTH);
            for (to, row) in rows.zip(added.chunks_exact(columns)) {
                for (to, added) in to.iter_mut().zip(&row[panel * WIDTH..]) {
                    *to += added;
                }
            }
        });
    }

    /// Return the values row by row.
    pub(crate) fn to_rows(&self, cores: Cores<'_>) -> Vec<f32> {
        /// The rows that one thread copies.
        const BLOCK: usize = 16;
        let columns = self.columns;
        let mut values = vec![0.0; self.rows * columns];
        cores.each_chunk(&mut values, BLOCK * columns, |block, rows, &mut ()| {
            let start = block * BLOCK * WIDTH;
            for (panel, first) in self.each().zip((0..).step_by(WIDTH)) {
                let width = WIDTH.min(columns - first);
                let rows = rows.chunks_exact_mut(columns);
                for (row, from) in rows.zip(panel[start..].chunks_exact(WIDTH)) {
                    row[first..first + width].copy_from_slice(&from[..width]);
                }
            }
        });
        values
    }

    pub(crate) fn columns(&self) -> usize {
        self.columns
    }

    pub(crate) fn values_mut(&mut self) -> &mut [f32] {
        &mut self.values
    }

    /// Iterate over the panels.
    pub(crate) fn each_mut(&mut self) -> impl Iterator<Item = &mut [f32]> {
        let size = self.size().max(1);
        self.values.chunks_exact_mut(size)
    }
}

/// Divide panels of `rows` rows into blocks of `count` rows. A block has its part of each panel.
pub(crate) fn row_blocks<T>(values: &mut [T], rows: usize, count: usize) -> Vec<Vec<&mut [T]>> {
    let panels = values.len() / (rows * WIDTH).max(1);
    let blocks = (0..rows.div_ceil(count)).map(|_| Vec::with_capacity(panels));
    let mut blocks: Vec<Vec<&mut [T]>> = blocks.collect();
    for panel in values.chunks_exact_mut((rows * WIDTH).max(1)) {
        for (block, part) in blocks.iter_mut().zip(panel.chunks_mut(count * WIDTH)) {
            block.push(part);
        }
    }
    blocks
}

/// The left operand of a product: rows that may overlap, as those of a convolution do.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Operand<'a> {
    /// The values, from the first of the first row on.
    pub(crate) values: &'a [f32],
    /// The number of rows.
    pub(crate) rows: usize,
    /// The values between the starts of two rows.
    pub(crate) row_stride: usize,
    /// The values between the starts of two panels.
    pub(crate) panel_stride: usize,
    /// The columns, in panels of [`WIDTH`].
    pub(crate) columns: usize,
    /// How often the columns come, each time one row later: the frames of a kernel.
    pub(crate) taps: usize,
}

impl<'a> Operand<'a> {
    /// Take all rows and columns of a matrix.
    pub(crate) fn all(matrix: &'a Panels) -> Self {
        Self {
            values: &matrix.values,
            rows: matrix.rows,
            row_stride: WIDTH,
            panel_stride: matrix.size(),
            columns: matrix.columns,
            taps: 1,
        }
    }

    /// Take the windows of a convolution over the rows of a matrix.
    pub(crate) fn windows(matrix: &'a Panels, kernel: usize, stride: usize) -> Self {
        Self {
            rows: (matrix.rows - kernel) / stride + 1,
            row_stride: stride * WIDTH,
            taps: kernel,
            ..Self::all(matrix)
        }
    }

    /// Return the length of a row.
    pub(crate) fn depth(&self) -> usize {
        self.taps * self.columns
    }

    /// Return the number of contiguous parts of a row.
    #[inline(always)]
    pub(crate) fn parts(&self) -> usize {
        self.taps * self.columns.div_ceil(WIDTH)
    }

    /// Return where a part begins in the first row, and its length.
    #[inline(always)]
    pub(crate) fn part(&self, index: usize) -> (usize, usize) {
        let panels = self.columns.div_ceil(WIDTH);
        let (tap, panel) = match self.taps {
            // A division takes as long as a part of a product of integers.
            1 => (0, index),
            _ => (index / panels, index % panels),
        };
        let start = panel * self.panel_stride + tap * WIDTH;
        (start, WIDTH.min(self.columns - panel * WIDTH))
    }
}
