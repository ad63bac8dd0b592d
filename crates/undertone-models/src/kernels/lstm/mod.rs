//! One direction of an LSTM layer (Hochreiter & Schmidhuber 1997) over all steps as one operation,
//! and its gradients.
//!
//! Made of Burn's operations, each step of each layer costs about 20 of them forward and twice as
//! many backward, most of them over a few thousand values. Here the inputs of all steps are one
//! product; then each step is a product with weights that were packed once, and one pass over the
//! gates. The gradients go the same way back, and those of the weights are one product each at the
//! end. Clips share the threads, so that no step waits for another thread.

mod backward;
mod cell;
mod flex;
mod forward;
mod sequence;
mod tracked;

pub(super) use flex::{flex_gradients, flex_run};
pub(super) use tracked::tracked;

use burn::backend::Dispatch;
use burn::tensor::Tensor;

use super::backend::Kernels;

/// Compute the hidden states of all steps: `[batch, steps, width]` → `[batch, steps, units]`.
///
/// `input_weight` is `[width, 4 * units]`, `hidden_weight` `[units, 4 * units]`, `bias`
/// `[4 * units]`, with the gates in the order of PyTorch: input, forget, cell, output. A `reversed`
/// direction reads the last step first. The states before the first step are zero.
pub(crate) fn lstm(
    input: Tensor<3>,
    input_weight: Tensor<2>,
    hidden_weight: Tensor<2>,
    bias: Tensor<1>,
    reversed: bool,
) -> Tensor<3> {
    Tensor::from_dispatch(Dispatch::lstm_states(
        input.into_dispatch(),
        input_weight.into_dispatch(),
        hidden_weight.into_dispatch(),
        bias.into_dispatch(),
        reversed,
    ))
}

#[cfg(test)]
mod tests {
    use burn::backend::Flex;
    use burn::backend::ops::FloatTensorOps;
    use burn::backend::tensor::FloatTensor;
    use burn::tensor::{Device, Distribution, TensorData, Tolerance};

    use super::*;
    use crate::kernels::lstm_kept::LstmKept;
    use crate::kernels::lstm_plain;

    /// Batch, steps, width, units.
    const SIZES: [[usize; 4]; 8] = [
        [1, 1, 1, 1],
        [1, 7, 128, 128],
        [2, 3, 5, 4],
        [3, 4, 64, 16],
        [5, 2, 7, 33],
        [7, 9, 130, 20],
        [16, 5, 24, 96],
        [33, 3, 40, 17],
    ];

    fn random(shape: &[usize], scale: f64) -> TensorData {
        let count = shape.iter().product::<usize>();
        let values = Tensor::<1>::random(
            [count],
            Distribution::Uniform(-scale, scale),
            &Device::flex(),
        );
        let values: Vec<f32> = values.into_data().iter().collect();
        TensorData::new(values, shape.to_vec())
    }

    fn inputs([batch, steps, width, units]: [usize; 4]) -> [TensorData; 4] {
        let scale = 1.5 / (units as f64).sqrt();
        [
            random(&[batch, steps, width], 2.0),
            random(&[width, 4 * units], scale),
            random(&[units, 4 * units], scale),
            random(&[4 * units], 1.0),
        ]
    }

    fn flex(data: &TensorData) -> FloatTensor<Flex> {
        Flex::float_from_data(data.clone(), &Default::default())
    }

    fn assert_close(ours: FloatTensor<Flex>, plain: FloatTensor<Flex>, what: &str) {
        let [ours, plain] = [ours, plain].map(|tensor| tensor.into_data());
        assert_eq!(ours.shape(), plain.shape(), "{what}");
        ours.assert_approx_eq::<f32>(&plain, Tolerance::absolute(2e-5).set_relative(2e-5));
    }

    #[test]
    fn states_and_gradients_equal_the_plain_version() {
        for sizes in SIZES {
            for reversed in [false, true] {
                let [input, input_weight, hidden_weight, bias] = inputs(sizes);
                let run = |run: fn(_, _, _, _, _) -> _| {
                    run(
                        flex(&input),
                        flex(&input_weight),
                        flex(&hidden_weight),
                        flex(&bias),
                        reversed,
                    )
                };
                let ours: (_, _, _) = run(flex_run);
                let plain: (_, _, _) = run(lstm_plain::run::<Flex>);
                assert_close(ours.0.clone(), plain.0, "states");
                assert_close(ours.1.clone(), plain.1, "gates");
                assert_close(ours.2.clone(), plain.2, "cells");

                let [batch, steps, _, units] = sizes;
                let gradient = random(&[batch, steps, units], 1.0);
                let kept = LstmKept {
                    input: flex(&input),
                    input_weight: flex(&input_weight),
                    hidden_weight: flex(&hidden_weight),
                    states: ours.0,
                    gates: ours.1,
                    cells: ours.2,
                    reversed,
                };
                let of_kernel = flex_gradients(flex(&gradient), kept.clone());
                let plain = lstm_plain::gradients::<Flex>(flex(&gradient), kept);
                assert_close(of_kernel.input, plain.input, "by input");
                assert_close(
                    of_kernel.input_weight,
                    plain.input_weight,
                    "by input weight",
                );
                assert_close(
                    of_kernel.hidden_weight,
                    plain.hidden_weight,
                    "by hidden weight",
                );
                assert_close(of_kernel.bias, plain.bias, "by bias");
            }
        }
    }

    #[test]
    fn a_view_is_read_as_it_looks() {
        let [input, input_weight, hidden_weight, bias] = inputs([2, 3, 4, 5]);
        let device = Device::flex();
        let tensor = Tensor::<3>::from_data(input, &device);
        let weight = Tensor::<2>::from_data(input_weight, &device);
        let hidden = Tensor::<2>::from_data(hidden_weight, &device);
        let bias = Tensor::<1>::from_data(bias, &device);
        let run = |input, weight| lstm(input, weight, hidden.clone(), bias.clone(), false);
        let expected = run(tensor.clone(), weight.clone());
        let copied = |view: Tensor<3>| Tensor::<3>::from_data(view.into_data(), &device);
        let view = copied(tensor.swap_dims(0, 1)).swap_dims(0, 1);
        let weight_view = Tensor::from_data(weight.transpose().into_data(), &device).transpose();
        let found = run(view, weight_view);
        assert_eq!(found.into_data(), expected.into_data());
    }

    #[test]
    fn results_do_not_depend_on_the_number_of_threads() {
        for sizes in [[16, 7, 128, 128], [33, 9, 65, 40], [5, 20, 30, 96]] {
            let [input, input_weight, hidden_weight, bias] = inputs(sizes);
            let [batch, steps, _, units] = sizes;
            let gradient = random(&[batch, steps, units], 1.0);
            let with_threads = |threads: usize| {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
                pool.expect("a pool").install(|| {
                    let (states, gates, cells) = flex_run(
                        flex(&input),
                        flex(&input_weight),
                        flex(&hidden_weight),
                        flex(&bias),
                        true,
                    );
                    let kept = LstmKept {
                        input: flex(&input),
                        input_weight: flex(&input_weight),
                        hidden_weight: flex(&hidden_weight),
                        states: states.clone(),
                        gates,
                        cells,
                        reversed: true,
                    };
                    let by = flex_gradients(flex(&gradient), kept);
                    [states, by.input, by.input_weight, by.hidden_weight, by.bias]
                        .map(|tensor| tensor.into_data())
                })
            };
            let one = with_threads(1);
            assert!(one == with_threads(2));
            assert!(one == with_threads(7));
        }
    }
}
