//! The clips in two dimensions.

use nalgebra::{DMatrix, SymmetricEigen};
use rayon::ThreadPoolBuilder;

use crate::clip::Clip;

/// Largest number of clips for t-SNE. Of a larger corpus, every second, third, … clip is taken.
const MOST_FOR_TSNE: usize = 3000;
/// Smallest number of clips for t-SNE.
const FEWEST_FOR_TSNE: usize = 16;
const EPOCHS: usize = 1000;
const PERPLEXITY: f64 = 30.0;
/// Accuracy of the Barnes-Hut approximation (van der Maaten's default).
const THETA: f32 = 0.5;

/// A clip as a point of a projection.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Index into [`Exploration::clips`](crate::Exploration::clips).
    pub clip: usize,
    /// Horizontal position.
    pub x: f64,
    /// Vertical position.
    pub y: f64,
}

/// The clips in two dimensions, by the mean and standard deviation of their MFCCs, each
/// standardized over the corpus. Silent clips are left out.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Projection {
    /// On the first two principal components. Empty if there are fewer than three clips.
    pub pca: Vec<Point>,
    /// Share of the variance along the two, 0 to 1.
    pub explained: [f64; 2],
    /// By t-SNE (van der Maaten & Hinton 2008), initialized with the principal components. Empty if
    /// there are fewer than 16 clips. Neighborhoods are meaningful, distances between groups are
    /// not.
    pub tsne: Vec<Point>,
}

pub(crate) fn project(clips: &[Clip]) -> Projection {
    let heard: Vec<usize> = (0..clips.len())
        .filter(|&clip| !clips[clip].measures.features.is_empty())
        .collect();
    if heard.len() < 3 {
        return Projection::default();
    }
    let features = standardized(clips, &heard);
    let (scores, explained) = principal_components(&features);
    let pca = points(&heard, scores.iter().copied());
    let step = heard.len().div_ceil(MOST_FOR_TSNE);
    let thinned: Vec<usize> = (0..heard.len()).step_by(step).collect();
    let tsne = if thinned.len() < FEWEST_FOR_TSNE {
        Vec::new()
    } else {
        let rows: Vec<Vec<f32>> = thinned
            .iter()
            .map(|&row| features.row(row).iter().map(|v| *v as f32).collect())
            .collect();
        let starts: Vec<[f64; 2]> = thinned.iter().map(|&row| scores[row]).collect();
        let clips: Vec<usize> = thinned.iter().map(|&row| heard[row]).collect();
        points(&clips, neighbors(&rows, &starts).into_iter())
    };
    Projection {
        pca,
        explained,
        tsne,
    }
}

fn points(clips: &[usize], places: impl Iterator<Item = [f64; 2]>) -> Vec<Point> {
    clips
        .iter()
        .zip(places)
        .map(|(&clip, [x, y])| Point { clip, x, y })
        .collect()
}

/// Return one row per clip, each column with mean 0 and standard deviation 1. A constant column
/// becomes 0.
fn standardized(clips: &[Clip], heard: &[usize]) -> DMatrix<f64> {
    let columns = clips[heard[0]].measures.features.len();
    let mut features = DMatrix::from_fn(heard.len(), columns, |row, column| {
        f64::from(clips[heard[row]].measures.features[column])
    });
    for mut column in features.column_iter_mut() {
        let mean = column.mean();
        let deviation = column.variance().sqrt();
        let scale = if deviation > 1e-9 {
            deviation.recip()
        } else {
            0.0
        };
        column.apply(|value| *value = (*value - mean) * scale);
    }
    features
}

/// Project each row onto the two axes of largest variance, and return their shares of it too. The
/// largest coefficient of an axis is made positive, so that results are never mirrored.
fn principal_components(features: &DMatrix<f64>) -> (Vec<[f64; 2]>, [f64; 2]) {
    let covariance = features.tr_mul(features) / features.nrows() as f64;
    let total = covariance.trace().max(f64::MIN_POSITIVE);
    let eigen = SymmetricEigen::new(covariance);
    let mut order: Vec<usize> = (0..eigen.eigenvalues.len()).collect();
    order.sort_by(|&a, &b| eigen.eigenvalues[b].total_cmp(&eigen.eigenvalues[a]));
    let axes: Vec<_> = order
        .iter()
        .take(2)
        .map(|&index| {
            let axis = eigen.eigenvectors.column(index).into_owned();
            if axis[axis.icamax()] < 0.0 {
                -axis
            } else {
                axis
            }
        })
        .collect();
    let along = |row: usize, axis: usize| {
        axes.get(axis)
            .map_or(0.0, |axis| features.row(row).transpose().dot(axis))
    };
    let scores = (0..features.nrows())
        .map(|row| [along(row, 0), along(row, 1)])
        .collect();
    let share = |axis: usize| {
        let value = order.get(axis).map(|&index| eigen.eigenvalues[index]);
        value.unwrap_or(0.0).max(0.0) / total
    };
    (scores, [share(0), share(1)])
}

/// Return the positions by t-SNE, initialized with the principal components (Kobak & Berens 2019).
fn neighbors(rows: &[Vec<f32>], starts: &[[f64; 2]]) -> Vec<[f64; 2]> {
    let perplexity = PERPLEXITY.min((rows.len() - 1) as f64 / 3.0);
    let spread = starts.iter().map(|[x, _]| x * x).sum::<f64>() / starts.len() as f64;
    let scale = 1e-4 / spread.sqrt().max(f64::MIN_POSITIVE);
    let start: Vec<f32> = starts
        .iter()
        .flatten()
        .map(|v| (v * scale) as f32)
        .collect();
    let distance = |a: &Vec<f32>, b: &Vec<f32>| {
        let squares = a.iter().zip(b).map(|(a, b)| (a - b).powi(2));
        squares.sum::<f32>().sqrt()
    };
    let embed = || {
        bhtsne::tSNE::<f32, Vec<f32>, 2>::new(rows)
            .perplexity(perplexity as f32)
            .epochs(EPOCHS)
            .initial_embedding(start)
            .barnes_hut(THETA, distance)
            .embedding()
    };
    // On several threads, bhtsne adds in another order each time, and positions differ by 1e-4.
    let embedding = match ThreadPoolBuilder::new().num_threads(1).build() {
        Ok(one_thread) => one_thread.install(embed),
        Err(_) => embed(),
    };
    embedding
        .chunks_exact(2)
        .map(|point| [f64::from(point[0]), f64::from(point[1])])
        .collect()
}
