//! Linear discriminant analysis with shrinkage.
//!
//! The classes are Gaussian with one covariance and equal priors. Embeddings are standardized. With
//! class means `M`, the pooled covariance within the classes `S` and a shrinkage `s`, the scores
//! are `x·W + b` with `W = S'⁻¹·Mᵀ`, `b = -diag(M·W)/2` and `S' = (1 - s)·S + s·(tr S / d)·I`
//! (Friedman 1989). Differences between speakers within an emotion are part of `S`, so the head
//! learns to ignore them.

use burn::tensor::Device;
use undertone_audio::FeatureMatrix;
use undertone_models::{BandStatistics, Head};

use super::covariance::Covariance;
use crate::error::LabError;

/// An embedding to fit a head to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Example<'a> {
    /// A matrix of one frame.
    pub(crate) embedding: &'a FeatureMatrix,
    /// The network's output for the clip's emotion.
    pub(crate) output: usize,
    /// The speaker, or the corpus. Examples of one group are held out together.
    pub(crate) group: &'a str,
}

/// A linear discriminant analysis of examples, for any shrinkage.
pub(super) struct Lda {
    statistics: BandStatistics,
    /// Each output that occurs, with the mean of its standardized embeddings.
    means: Vec<(usize, Vec<f64>)>,
    /// Of the standardized embeddings less the mean of their output.
    within: Covariance,
    outputs: usize,
}

impl Lda {
    pub(super) fn new(examples: &[Example<'_>], outputs: usize, device: &Device) -> Self {
        let width = examples.first().map_or(0, |it| it.embedding.values.len());
        let statistics = BandStatistics::of(width, examples.iter().map(|it| it.embedding));
        let mut rows: Vec<Vec<f32>> = Vec::with_capacity(examples.len());
        let mut means = vec![(0usize, vec![0.0f64; width]); outputs];
        for example in examples {
            let mut embedding = example.embedding.clone();
            statistics.normalize(&mut embedding);
            let (count, mean) = &mut means[example.output];
            *count += 1;
            for (sum, value) in mean.iter_mut().zip(&embedding.values) {
                *sum += f64::from(*value);
            }
            rows.push(embedding.values);
        }
        for (count, mean) in &mut means {
            mean.iter_mut()
                .for_each(|sum| *sum /= (*count).max(1) as f64);
        }
        for (row, example) in rows.iter_mut().zip(examples) {
            for (value, mean) in row.iter_mut().zip(&means[example.output].1) {
                *value -= *mean as f32;
            }
        }
        let occurring = means.into_iter().enumerate();
        Self {
            statistics,
            means: occurring
                .filter(|(_, (count, _))| *count > 0)
                .map(|(output, (_, mean))| (output, mean))
                .collect(),
            within: Covariance::new(&rows, width, device),
            outputs,
        }
    }

    /// Return whether an output occurs.
    pub(super) fn knows(&self, output: usize) -> bool {
        self.means.iter().any(|(known, _)| *known == output)
    }

    /// Return the discriminant functions for a shrinkage above 0 up to 1.
    ///
    /// # Errors
    /// If the embeddings do not differ within any class.
    pub(super) fn solve(&self, shrinkage: f64) -> Result<Discriminants, LabError> {
        let means: Vec<Vec<f64>> = self.means.iter().map(|(_, mean)| mean.clone()).collect();
        let solved = self.within.solve(shrinkage, &means).ok_or_else(|| {
            LabError::TooFewClips(
                "the embeddings of the training set do not differ within a class, so no head can \
                 be fitted to them"
                    .to_owned(),
            )
        })?;
        Ok(self.discriminants(&means, &solved))
    }

    /// Return the discriminant functions of embeddings that are not standardized: the
    /// standardization becomes a part of the weights.
    fn discriminants(&self, means: &[Vec<f64>], solved: &[Vec<f64>]) -> Discriminants {
        let width = self.statistics.mean.len();
        let mut functions = Discriminants {
            weight: vec![0.0; width * self.outputs],
            bias: vec![None; self.outputs],
        };
        for (((output, _), mean), column) in self.means.iter().zip(means).zip(solved) {
            let product: f64 = mean
                .iter()
                .zip(column)
                .map(|(one, other)| one * other)
                .sum();
            let mut constant = -0.5 * product;
            let statistics = self.statistics.mean.iter().zip(&self.statistics.std);
            for (row, (value, (shift, scale))) in column.iter().zip(statistics).enumerate() {
                let value = value / f64::from(*scale);
                constant -= value * f64::from(*shift);
                functions.weight[row * self.outputs + output] = value;
            }
            functions.bias[*output] = Some(constant);
        }
        functions
    }
}

/// Linear functions from embeddings to scores, one per output.
pub(super) struct Discriminants {
    /// `[width, outputs]` by rows.
    weight: Vec<f64>,
    /// `None` for an output without examples.
    bias: Vec<Option<f64>>,
}

impl Discriminants {
    /// Return a head whose scores are multiplied by `temperature`. Output `i` belongs to class
    /// `class_of_output[i]`.
    pub(super) fn head(
        &self,
        temperature: f64,
        class_of_output: &[usize],
        device: &Device,
    ) -> Head {
        /// The score of an output without examples: far below all others.
        const NEVER: f64 = -1e4;
        let sharing = |class: usize| {
            let outputs = class_of_output.iter().zip(&self.bias);
            let occurring = outputs.filter(|(other, bias)| **other == class && bias.is_some());
            occurring.count().max(1) as f64
        };
        let weight = self.weight.iter().map(|value| (temperature * value) as f32);
        let bias = self.bias.iter().zip(class_of_output).map(|(bias, class)| {
            bias.map_or(NEVER, |bias| temperature * bias - sharing(*class).ln()) as f32
        });
        Head::linear(weight.collect(), bias.collect(), device)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(super) mod tests {
    use burn::tensor::Tensor;
    use burn::tensor::activation::softmax;

    use super::*;

    pub(in crate::head) const REFERENCE_ROWS: [[f32; 4]; 12] = [
        [2.041, -0.111, -1.791, -0.703],
        [0.247, 5.269, -2.31, 1.004],
        [0.535, 13.046, -0.487, 1.342],
        [-0.281, 3.664, -2.528, -0.172],
        [1.182, 5.223, -0.821, 1.101],
        [1.424, 9.492, -0.327, 0.884],
        [-0.183, 6.081, -1.032, 0.191],
        [0.456, 7.705, -1.743, 0.825],
        [2.283, 7.561, -0.554, 4.41],
        [-2.828, 7.043, -2.48, -4.006],
        [0.976, 7.101, -1.522, -1.529],
        [1.426, 6.295, 0.103, 4.642],
    ];
    const REFERENCE_PROBABILITIES: [[f32; 3]; 12] = [
        [0.955687, 0.0443129, 1.35143e-08],
        [0.24106, 0.758893, 4.6705e-05],
        [5.13032e-09, 0.000478079, 0.999522],
        [0.938033, 0.0619668, 3.10221e-08],
        [0.0338181, 0.923948, 0.0422336],
        [3.09414e-06, 0.0172734, 0.982723],
        [0.271285, 0.724746, 0.00396931],
        [0.0126443, 0.976958, 0.0103981],
        [4.33456e-08, 0.00227801, 0.997722],
        [0.998742, 0.00125775, 3.77325e-11],
        [0.0640412, 0.935128, 0.000831213],
        [3.67692e-07, 0.00138455, 0.998615],
    ];

    pub(in crate::head) fn matrix(values: &[f32]) -> FeatureMatrix {
        FeatureMatrix {
            bands: values.len(),
            frames: 1,
            values: values.to_vec(),
        }
    }

    /// Each output is a class of its own.
    pub(in crate::head) const OWN: [usize; 3] = [0, 1, 2];

    fn probabilities(head: &Head, embedding: &FeatureMatrix) -> Vec<f32> {
        let row = Tensor::<1>::from_floats(&embedding.values[..], &Device::flex()).unsqueeze();
        softmax(head.forward(row), 1)
            .into_data()
            .iter::<f32>()
            .collect()
    }

    /// `tests/lda_reference.py` prints the reference.
    #[test]
    fn equals_scikit_learn() {
        let rows = REFERENCE_ROWS.map(|row| matrix(&row));
        let example = |(index, embedding)| Example {
            embedding,
            output: index % 3,
            group: "a",
        };
        let examples: Vec<Example<'_>> = rows.iter().enumerate().map(example).collect();
        let scores = Lda::new(&examples, 3, &Device::flex()).solve(0.3);
        let head = scores.unwrap().head(1.0, &OWN, &Device::flex());
        for (row, expected) in rows.iter().zip(REFERENCE_PROBABILITIES) {
            for (found, expected) in probabilities(&head, row).iter().zip(expected) {
                assert!((found - expected).abs() < 1e-4, "{found} {expected}");
            }
        }
    }

    #[test]
    fn both_ways_to_solve_give_the_same_scores() {
        let few: Vec<FeatureMatrix> = REFERENCE_ROWS
            .iter()
            .take(6)
            .map(|row| matrix(row))
            .collect();
        let many: Vec<FeatureMatrix> = few
            .iter()
            .map(|row| matrix(&row.values.repeat(4)))
            .collect();
        let fitted = |rows: &[FeatureMatrix], shrinkage: f64| {
            let example = |(index, embedding)| Example {
                embedding,
                output: index % 3,
                group: "a",
            };
            let examples: Vec<Example<'_>> = rows.iter().enumerate().map(example).collect();
            let scores = Lda::new(&examples, 3, &Device::flex()).solve(shrinkage);
            scores.unwrap().head(1.0, &OWN, &Device::flex())
        };
        // With four copies of each value, S' of the copies acts as 4·(1-s)·S + s·(tr S/d)·I.
        let shrinkage = 0.5;
        let equal = shrinkage / (shrinkage + 4.0 * (1.0 - shrinkage));
        let scale = 4.0 / (shrinkage + 4.0 * (1.0 - shrinkage));
        let (wide, narrow) = (fitted(&many, shrinkage), fitted(&few, equal));
        for (wide_row, row) in many.iter().zip(&few) {
            let wide_scores: Vec<f32> = probabilities(&wide, wide_row)
                .iter()
                .map(|p| p.ln())
                .collect();
            let scores: Vec<f32> = probabilities(&narrow, row).iter().map(|p| p.ln()).collect();
            for output in 1..3 {
                let found = f64::from(wide_scores[output] - wide_scores[0]);
                let expected = scale * f64::from(scores[output] - scores[0]);
                assert!(
                    (found - expected).abs() < 1e-2 * expected.abs().max(1.0),
                    "{found} {expected}"
                );
            }
        }
    }

    #[test]
    fn outputs_of_one_class_share_its_probability() {
        let scores = Discriminants {
            weight: vec![0.0; 3],
            bias: vec![Some(0.0); 3],
        };
        let head = scores.head(1.0, &[0, 0, 1], &Device::flex());
        let found = probabilities(&head, &matrix(&[1.0]));
        for (found, expected) in found.iter().zip([0.25, 0.25, 0.5]) {
            assert!((found - expected).abs() < 1e-6, "{found} {expected}");
        }
    }

    #[test]
    fn equal_embeddings_are_an_error() {
        let row = matrix(&[1.0, 2.0]);
        let examples = [0, 1].map(|output| Example {
            embedding: &row,
            output,
            group: "a",
        });
        let solved = Lda::new(&examples, 2, &Device::flex()).solve(0.5);
        assert!(matches!(solved, Err(LabError::TooFewClips(_))));
    }
}
