//! What the outputs of a network stand for.

use burn::tensor::{Tensor, activation};

use crate::model::Dimension;

/// What the outputs of a network stand for, and so how its scores become predictions.
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
    ///
    /// The probabilities of classes are the softmax of the scores, added up over the outputs of a
    /// class. Each row sums to 1.
    pub fn rows(&self, scores: Tensor<2>) -> Vec<Vec<f32>> {
        match self {
            Self::Classes(class_of_output) => {
                let classes = class_of_output.iter().max().map_or(0, |last| last + 1);
                values(activation::softmax(scores, 1))
                    .chunks(class_of_output.len().max(1))
                    .map(|outputs| {
                        let mut row = vec![0.0; classes];
                        for (output, class) in outputs.iter().zip(class_of_output) {
                            row[*class] += output;
                        }
                        row
                    })
                    .collect()
            }
            Self::Dimensions(dimensions) => values(scores)
                .chunks(dimensions.len().max(1))
                .map(|outputs| {
                    let outputs = outputs.iter().zip(dimensions);
                    outputs
                        .map(|(output, dimension)| dimension.value(*output))
                        .collect()
                })
                .collect(),
        }
    }
}

fn values(tensor: Tensor<2>) -> Vec<f32> {
    tensor.into_data().iter::<f32>().collect()
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
