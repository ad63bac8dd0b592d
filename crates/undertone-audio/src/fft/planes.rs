//! Complex values in two planes.

use super::row::{LANES, Row};

/// Bytes of one row, and of a line of the cache.
const ALIGNMENT: usize = size_of::<Row>();

/// Rows of complex values: a plane of real parts and a plane of imaginary parts.
pub(crate) struct Planes {
    re: Plane,
    im: Plane,
}

/// Rows that begin where a line of the cache begins. A register that is loaded from two lines takes
/// twice as long.
struct Plane {
    values: Vec<f32>,
    start: usize,
    len: usize,
}

impl Planes {
    /// Make `rows` rows of zeros.
    pub(crate) fn new(rows: usize) -> Self {
        Self {
            re: Plane::new(rows),
            im: Plane::new(rows),
        }
    }

    /// Return the rows of real and of imaginary parts.
    pub(crate) fn rows(&self) -> [&[Row]; 2] {
        [self.re.rows(), self.im.rows()]
    }

    /// Return the rows of real and of imaginary parts, for writing.
    pub(crate) fn rows_mut(&mut self) -> [&mut [Row]; 2] {
        [self.re.rows_mut(), self.im.rows_mut()]
    }

    /// Return the real and the imaginary parts.
    pub(crate) fn values(&self) -> [&[f32]; 2] {
        self.rows().map(<[Row]>::as_flattened)
    }

    /// Return the real and the imaginary parts, for writing.
    pub(crate) fn values_mut(&mut self) -> [&mut [f32]; 2] {
        self.rows_mut().map(<[Row]>::as_flattened_mut)
    }
}

impl Plane {
    fn new(rows: usize) -> Self {
        let values = vec![0.0_f32; (rows + 1) * LANES];
        Self {
            start: values.as_ptr().align_offset(ALIGNMENT).min(LANES),
            len: rows * LANES,
            values,
        }
    }

    fn rows(&self) -> &[Row] {
        self.values[self.start..self.start + self.len].as_chunks().0
    }

    fn rows_mut(&mut self) -> &mut [Row] {
        self.values[self.start..self.start + self.len]
            .as_chunks_mut()
            .0
    }
}
