//! The left factors of products with [`Panels`](super::panels::Panels).

/// A left factor.
pub(super) trait Left: Copy {
    /// Return the values of `ROWS` rows from `row` on and of `depth` columns from `start` on, as a
    /// function of the row and the column.
    fn values<const ROWS: usize>(
        &self,
        row: usize,
        start: usize,
        depth: usize,
    ) -> impl Fn(usize, usize) -> f32;
}

/// Rows that begin every `stride` values.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rows<'a> {
    pub(super) values: &'a [f32],
    pub(super) stride: usize,
}

impl Left for Rows<'_> {
    #[inline(always)]
    fn values<const ROWS: usize>(
        &self,
        row: usize,
        start: usize,
        depth: usize,
    ) -> impl Fn(usize, usize) -> f32 {
        let rows: [&[f32]; ROWS] = std::array::from_fn(|index| {
            &self.values[(row + index) * self.stride + start..][..depth]
        });
        #[inline(always)]
        move |row, column| rows[row][column]
    }
}

/// The transpose of rows that begin every `stride` values.
#[derive(Debug, Clone, Copy)]
pub(super) struct Transposed<'a> {
    pub(super) values: &'a [f32],
    pub(super) stride: usize,
}

impl Left for Transposed<'_> {
    #[inline(always)]
    fn values<const ROWS: usize>(
        &self,
        row: usize,
        start: usize,
        _depth: usize,
    ) -> impl Fn(usize, usize) -> f32 {
        let values = &self.values[start * self.stride + row..];
        #[inline(always)]
        move |row, column| values[column * self.stride..][..ROWS][row]
    }
}
