//! Systems of linear equations with a symmetric, positive definite matrix.

use burn::tensor::Tensor;

/// The norm of the residual over that of the right-hand side at which the solution is exact enough.
const TOLERANCE: f64 = 1e-6;
/// More steps than shrunk covariances need.
const MOST_STEPS: usize = 2_000;

/// Solve `A·X = B` for `X` by conjugate gradients (Hestenes and Stiefel 1952), with `A` `[size,
/// size]` and `B` `[size, columns]`. Each column has its own step.
///
/// For shrunk covariances of 2304 values this takes a tenth of the time of nalgebra's Cholesky
/// decomposition, as most eigenvalues are close to the shrinkage.
pub(super) fn solve(matrix: &Tensor<2>, right: Tensor<2>) -> Tensor<2> {
    let squares = |columns: &Tensor<2>| (columns.clone() * columns.clone()).sum_dim(0);
    let smallest = f64::from(f32::MIN_POSITIVE);
    let mut solution = right.zeros_like();
    let mut residual = right.clone();
    let mut direction = residual.clone();
    let mut energy = squares(&residual);
    let enough: Vec<f64> = numbers(&energy)
        .iter()
        .map(|it| it * TOLERANCE * TOLERANCE)
        .collect();
    for _ in 0..MOST_STEPS {
        if numbers(&energy)
            .iter()
            .zip(&enough)
            .all(|(now, enough)| now <= enough)
        {
            break;
        }
        let through = matrix.clone().matmul(direction.clone());
        let curvature = (direction.clone() * through.clone())
            .sum_dim(0)
            .clamp_min(smallest);
        let step = energy.clone() / curvature;
        solution = solution + direction.clone() * step.clone();
        residual = residual - through * step;
        let now = squares(&residual);
        let turn = now.clone() / energy.clamp_min(smallest);
        direction = residual.clone() + direction * turn;
        energy = now;
    }
    solution
}

fn numbers(row: &Tensor<2>) -> Vec<f64> {
    row.to_data().iter::<f64>().collect()
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, Tensor};

    use super::*;

    #[test]
    fn a_system_is_solved() {
        let device = Device::flex();
        let matrix =
            Tensor::<2>::from_floats([[4.0, 1.0, 0.0], [1.0, 3.0, 0.5], [0.0, 0.5, 2.0]], &device);
        let expected = Tensor::<2>::from_floats([[1.0, 0.0], [2.0, -1.0], [-3.0, 0.0]], &device);
        let found = solve(&matrix, matrix.clone().matmul(expected.clone()));
        let difference = (found - expected).abs().max().into_scalar::<f32>();
        assert!(difference < 1e-5, "{difference}");
    }
}
