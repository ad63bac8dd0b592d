//! The meaning of the outputs of a network.

use burn::tensor::Tensor;

use crate::model::Dimension;

/// The meaning of the outputs of a network, by which its scores become predictions.
#[derive(Debug, Clone, PartialEq)]
pub enum Outputs {
    /// Each output is a class, or belongs to one: the class of each output. A prediction is a row
    /// of probabilities, one per class.
    Classes(Vec<usize>),
    /// Each output is a number. A prediction is a row of numbers in the corpus's units.
    Dimensions(Vec<Dimension>),
}

impl Outputs {
    /// Return the number of outputs.
    pub fn count(&self) -> usize {
        match self {
            Self::Classes(classes) => classes.len(),
            Self::Dimensions(dimensions) => dimensions.len(),
        }
    }

    /// Turn the scores of a network, `[batch, outputs]`, into predictions, one row per clip.
    /// Columns beyond the outputs are ignored: they are scores for other purposes
    /// ([`ModelConfig::output_count`](crate::ModelConfig::output_count)).
    ///
    /// The probabilities of classes are the softmax of the scores, added up over the outputs of a
    /// class. Each row sums to 1.
    pub fn rows(&self, scores: Tensor<2>) -> Vec<Vec<f32>> {
        let columns = scores.dims()[1];
        let scores: Vec<f32> = scores.into_data().iter::<f32>().collect();
        let rows = scores.chunks(columns.max(1));
        rows.map(|row| self.row(row)).collect()
    }

    /// Turn the scores of one clip into a prediction, as [`Outputs::rows`] does.
    pub fn row(&self, scores: &[f32]) -> Vec<f32> {
        match self {
            Self::Classes(class_of_output) => {
                let classes = class_of_output.iter().max().map_or(0, |last| last + 1);
                let outputs = &scores[..class_of_output.len().min(scores.len())];
                let mut row = vec![0.0; classes];
                for (output, class) in softmax(outputs).iter().zip(class_of_output) {
                    row[*class] += output;
                }
                row
            }
            Self::Dimensions(dimensions) => scores
                .iter()
                .zip(dimensions)
                .map(|(output, dimension)| dimension.value(*output))
                .collect(),
        }
    }

    /// Return the logarithm of the number of outputs that share a class with each output; nothing
    /// for dimensions. Heads that are fitted subtract it, so that a class with more outputs is not
    /// more probable.
    pub(crate) fn log_sharing(&self) -> Vec<f64> {
        let Self::Classes(class_of_output) = self else {
            return Vec::new();
        };
        let sharing = |class: &usize| class_of_output.iter().filter(|it| *it == class).count();
        let classes = class_of_output.iter();
        classes.map(|class| (sharing(class) as f64).ln()).collect()
    }
}

fn softmax(scores: &[f32]) -> Vec<f32> {
    let most = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let exps: Vec<f32> = scores.iter().map(|score| (score - most).exp()).collect();
    let sum: f32 = exps.iter().sum();
    exps.iter().map(|exp| exp / sum).collect()
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;

    #[test]
    fn outputs_of_one_class_are_added_up_and_numbers_get_their_unit() {
        let scores = Tensor::<2>::from_floats([[0.0, 0.0, 0.0], [1.0, -1.0, 0.0]], &Device::flex());
        let classes = Outputs::Classes(vec![1, 0, 1]).rows(scores.clone());
        assert_eq!(classes.len(), 2);
        assert!(
            (classes[0][0] - 1.0 / 3.0).abs() < 1e-6 && (classes[0][1] - 2.0 / 3.0).abs() < 1e-6
        );
        let more = Tensor::<2>::from_floats([[0.0, 0.0, 0.0, 9.0]], &Device::flex());
        assert_eq!(Outputs::Classes(vec![1, 0, 1]).rows(more), classes[..1]);
        let dimension = |mean: f64, range| Dimension {
            name: "x".to_owned(),
            mean,
            scale: 2.0,
            range,
        };
        let numbers = Outputs::Dimensions(vec![
            dimension(10.0, None),
            dimension(0.0, Some([-1.0, 1.0])),
            dimension(-5.0, None),
        ]);
        assert_eq!(
            numbers.rows(scores),
            [[10.0, 0.0, -5.0], [12.0, -1.0, -5.0]]
        );
    }
}
