//! The exact Gaussian error linear unit (Hendrycks & Gimpel 2016), `x · Φ(x)`.

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::ops::ActivationOps;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, DType, Dispatch, Flex};
use burn::tensor::Tensor;
use rayon::prelude::*;

use super::backend::Kernels;
use super::vector_math::{self, vectorized};

/// The number of values per task: enough to be worth a task, few enough for the nearest cache.
const CHUNK: usize = 1 << 13;

/// Compute `x · Φ(x)` of every value, within 1e-6.
pub(crate) fn gelu<const D: usize>(input: Tensor<D>) -> Tensor<D> {
    Tensor::from_dispatch(Dispatch::exact_gelu(input.into_dispatch()))
}

/// Compute in place if no one else has the tensor.
pub(super) fn flex_gelu(input: FloatTensor<Flex>) -> FloatTensor<Flex> {
    if input.dtype() != DType::F32 {
        return <Flex as ActivationOps<Flex>>::gelu(input);
    }
    let mut output = input.to_contiguous();
    drop(input);
    output
        .storage_mut::<f32>()
        .par_chunks_mut(CHUNK)
        .for_each(|chunk| {
            vectorized(
                #[inline(always)]
                || {
                    for value in chunk {
                        *value = vector_math::gelu(*value);
                    }
                },
            );
        });
    output
}

pub(super) fn flex_gelu_gradient(
    input: FloatTensor<Flex>,
    output_gradient: FloatTensor<Flex>,
) -> FloatTensor<Flex> {
    if input.dtype() != DType::F32 {
        return <Flex as ActivationOps<Flex>>::gelu_backward(input, output_gradient);
    }
    let input = input.to_contiguous();
    let mut gradient = output_gradient.to_contiguous();
    drop(output_gradient);
    gradient
        .storage_mut::<f32>()
        .par_chunks_mut(CHUNK)
        .zip(input.storage::<f32>().par_chunks(CHUNK))
        .for_each(|(gradient, input)| {
            vectorized(
                #[inline(always)]
                || {
                    for (gradient, input) in gradient.iter_mut().zip(input) {
                        *gradient *= vector_math::gelu_derivative(*input);
                    }
                },
            );
        });
    gradient
}

#[derive(Debug)]
struct Gelu;

impl<B: Kernels> Backward<B, 1> for Gelu {
    type State = FloatTensor<B>;

    fn backward(
        self,
        ops: Ops<Self::State, 1>,
        gradients: &mut Gradients,
        _checkpointer: &mut Checkpointer,
    ) {
        let [parent] = ops.parents;
        let output_gradient = gradients.consume::<B>(&ops.node);
        if let Some(parent) = parent {
            let gradient = B::exact_gelu_gradient(ops.state, output_gradient);
            gradients.register::<B>(parent.id, gradient);
        }
    }
}

pub(super) fn tracked_gelu<B: Kernels, C: CheckpointStrategy>(
    input: FloatTensor<Autodiff<B, C>>,
) -> FloatTensor<Autodiff<B, C>> {
    let (input, node) = input.into_parts();
    match Gelu.prepare::<C>([node]).compute_bound().stateful() {
        OpsKind::Tracked(prepared) => prepared.finish(input.clone(), B::exact_gelu(input)),
        OpsKind::UnTracked(prepared) => prepared.finish(B::exact_gelu(input)),
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, Distribution, Tolerance, activation};

    use super::*;

    #[test]
    fn equals_the_gelu_of_burn() {
        let device = Device::flex().autodiff();
        let input = Tensor::<2>::random([70, 301], Distribution::Normal(0.0, 3.0), &device);
        let weights = Tensor::<2>::random([301, 70], Distribution::Default, &device);
        let results = [gelu::<2>, activation::gelu::<2>].map(|function| {
            let leaf = input.clone().require_grad();
            // A view with other strides than its storage has.
            let output = function(leaf.clone().transpose());
            let gradients = (output.clone() * weights.clone()).sum().backward();
            let gradient = leaf.grad(&gradients).expect("a leaf has a gradient");
            [output.into_data(), gradient.into_data()]
        });
        let [ours, burns] = results;
        for (ours, burns) in ours.iter().zip(&burns) {
            ours.assert_approx_eq::<f32>(burns, Tolerance::absolute(2e-6));
        }
    }

    #[test]
    fn leaves_a_shared_tensor_alone() {
        let input = Tensor::<1>::from_floats([-1.0, 0.0, 2.0], &Device::flex());
        let output = gelu(input.clone());
        assert_eq!(
            input.into_data().try_to_vec::<f32>().ok(),
            Some(vec![-1.0, 0.0, 2.0])
        );
        let expected = Tensor::<1>::from_floats([-0.158_655_26, 0.0, 1.954_499_7], &Device::flex());
        output
            .into_data()
            .assert_approx_eq::<f32>(&expected.into_data(), Tolerance::absolute(1e-6));
    }
}
