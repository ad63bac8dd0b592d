//! The covariance of embeddings, shrunk to a multiple of the identity.

use burn::tensor::{Device, Tensor, TensorData};
use nalgebra::{Cholesky, DMatrix, DVector};

/// The covariance `S` of centered embeddings, for any shrinkage `s`: `S' = (1 - s)·S + s·(tr S /
/// d)·I` with the width `d` of an embedding.
pub(super) struct Covariance {
    /// `[examples, width]`.
    residuals: Tensor<2>,
    /// The smaller one of `residuals · residualsᵀ` and `residualsᵀ · residuals`, by rows.
    gram: Vec<f64>,
    device: Device,
}

impl Covariance {
    /// Take embeddings of `width` values, less their mean.
    pub(super) fn new(rows: &[Vec<f32>], width: usize, device: &Device) -> Self {
        let count = rows.len();
        let residuals =
            Tensor::<2>::from_data(TensorData::new(rows.concat(), [count, width]), device);
        let other = residuals.clone().transpose();
        let gram = match count <= width {
            true => residuals.clone().matmul(other),
            false => other.matmul(residuals.clone()),
        };
        Self {
            residuals,
            gram: gram.into_data().iter::<f64>().collect(),
            device: device.clone(),
        }
    }

    /// Return `S'⁻¹·v` for each vector `v`, with a shrinkage above 0 up to 1. `None` if the
    /// embeddings do not differ.
    pub(super) fn solve(&self, shrinkage: f64, vectors: &[Vec<f64>]) -> Option<Vec<Vec<f64>>> {
        let [count, width] = self.residuals.dims();
        let size = count.min(width);
        let trace: f64 = (0..size).map(|at| self.gram[at * size + at]).sum::<f64>() / count as f64;
        // S' = kept · RᵀR + ridge · I
        let kept = (1.0 - shrinkage) / count as f64;
        let ridge = shrinkage * trace / width as f64;
        if ridge.is_nan() || ridge <= 0.0 {
            return None;
        }
        if width <= count {
            let mut matrix: Vec<f64> = self.gram.iter().map(|value| kept * value).collect();
            (0..size).for_each(|at| matrix[at * size + at] += ridge);
            return solve(size, matrix, vectors);
        }
        // Woodbury: S'⁻¹·v = (v - Rᵀ·(RRᵀ + ridge/kept · I)⁻¹·R·v) / ridge
        let mut matrix = self.gram.clone();
        (0..size).for_each(|at| matrix[at * size + at] += ridge / kept);
        let projected = self.through(vectors, self.residuals.clone().transpose());
        let columns = solve(size, matrix, &projected)?;
        let explained = self.through(&columns, self.residuals.clone());
        let solved = vectors.iter().zip(explained).map(|(vector, explained)| {
            let left = vector
                .iter()
                .zip(explained)
                .map(|(value, of)| (value - of) / ridge);
            left.collect()
        });
        Some(solved.collect())
    }

    /// Multiply vectors with a matrix.
    fn through(&self, vectors: &[Vec<f64>], matrix: Tensor<2>) -> Vec<Vec<f64>> {
        let [height, width] = matrix.dims();
        let values: Vec<f32> = vectors
            .iter()
            .flatten()
            .map(|value| *value as f32)
            .collect();
        let rows = Tensor::<2>::from_data(
            TensorData::new(values, [vectors.len(), height]),
            &self.device,
        );
        let product: Vec<f64> = rows.matmul(matrix).into_data().iter::<f64>().collect();
        product.chunks(width.max(1)).map(<[f64]>::to_vec).collect()
    }
}

/// Solve `A·x = b` for each of `columns`, with a symmetric, positive definite `A` of `size` rows.
/// `None` if `A` is not positive definite.
fn solve(size: usize, matrix: Vec<f64>, columns: &[Vec<f64>]) -> Option<Vec<Vec<f64>>> {
    let factor = Cholesky::new(DMatrix::from_vec(size, size, matrix))?;
    let solve = |column: &Vec<f64>| {
        let solution = factor.solve(&DVector::from_column_slice(column));
        solution.as_slice().to_vec()
    };
    Some(columns.iter().map(solve).collect())
}
