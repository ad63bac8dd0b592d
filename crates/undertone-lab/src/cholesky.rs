//! Solving systems with a symmetric, positive definite matrix.

/// Solves `A·X = B` for the symmetric, positive definite `A` (`n × n`, by rows; only its lower half
/// is read, and overwritten by its Cholesky factor) and `B` given as columns, in place.
///
/// `None` if `A` is not positive definite.
pub(crate) fn solve(matrix: &mut [f64], n: usize, columns: &mut [Vec<f64>]) -> Option<()> {
    for i in 0..n {
        let (above, rest) = matrix.split_at_mut(i * n);
        let row = &mut rest[..n];
        for j in 0..i {
            let factor_row = &above[j * n..j * n + j + 1];
            row[j] = (row[j] - dot(&row[..j], &factor_row[..j])) / factor_row[j];
        }
        let pivot = row[i] - dot(&row[..i], &row[..i]);
        if pivot.is_nan() || pivot <= 0.0 {
            return None;
        }
        row[i] = pivot.sqrt();
    }
    for column in columns {
        for i in 0..n {
            let row = &matrix[i * n..i * n + i + 1];
            column[i] = (column[i] - dot(&row[..i], &column[..i])) / row[i];
        }
        for i in (0..n).rev() {
            column[i] /= matrix[i * n + i];
            let solved = column[i];
            for (value, factor) in column[..i].iter_mut().zip(&matrix[i * n..]) {
                *value -= factor * solved;
            }
        }
    }
    Some(())
}

/// Sums in eight lanes, which the compiler makes vector instructions of.
fn dot(one: &[f64], other: &[f64]) -> f64 {
    let (ones, ones_left) = one.as_chunks::<8>();
    let (others, others_left) = other.as_chunks::<8>();
    let mut lanes = [0.0; 8];
    for (one, other) in ones.iter().zip(others) {
        for lane in 0..8 {
            lanes[lane] += one[lane] * other[lane];
        }
    }
    let left: f64 = ones_left
        .iter()
        .zip(others_left)
        .map(|(one, other)| one * other)
        .sum();
    lanes.iter().sum::<f64>() + left
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_solution_multiplied_back_is_the_right_side() {
        let n = 23;
        // I + V·Vᵀ is positive definite for any V.
        let value = |i: usize, j: usize| ((i * 7 + j * 13) % 11) as f64 / 5.0 - 1.0;
        let entry = |i: usize, j: usize| {
            let product: f64 = (0..5).map(|k| value(i, k) * value(j, k)).sum();
            product + f64::from(u8::from(i == j))
        };
        let mut matrix: Vec<f64> = (0..n * n).map(|at| entry(at / n, at % n)).collect();
        let right: Vec<f64> = (0..n).map(|i| value(i, 3)).collect();
        let mut columns = vec![right.clone(), vec![0.0; n]];
        assert!(solve(&mut matrix, n, &mut columns).is_some());
        for (i, expected) in right.iter().enumerate() {
            let found: f64 = (0..n).map(|j| entry(i, j) * columns[0][j]).sum();
            assert!((found - expected).abs() < 1e-9, "{i}: {found} {expected}");
        }
        assert_eq!(columns[1], vec![0.0; n]);
    }

    #[test]
    fn what_is_not_positive_definite_has_no_solution() {
        let mut matrix = vec![1.0, 0.0, 2.0, 1.0];
        assert!(solve(&mut matrix, 2, &mut [vec![1.0, 1.0]]).is_none());
        assert!(solve(&mut [f64::NAN], 1, &mut [vec![1.0]]).is_none());
    }
}
