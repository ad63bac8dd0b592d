//! One step of Adam (Kingma & Ba 2015) in one pass over the memory.

use burn::backend::tensor::FloatTensor;
use burn::backend::{DType, Dispatch, Flex};
use burn::tensor::Tensor;
use rayon::prelude::*;

use super::adam_rates::AdamRates;
use super::backend::Kernels;
use super::plain;
use super::vector_math::vectorized;

/// The number of values per task.
const CHUNK: usize = 1 << 14;

/// Return the parameter and the two moments after a step. All four tensors have one shape.
///
/// The result is that of Burn's `Adam`, which passes over the memory fifteen times.
pub fn adam_step<const D: usize>(
    parameter: Tensor<D>,
    gradient: Tensor<D>,
    [moment_1, moment_2]: [Tensor<D>; 2],
    rates: AdamRates,
) -> (Tensor<D>, [Tensor<D>; 2]) {
    let (parameter, moment_1, moment_2) = Dispatch::adam_step(
        parameter.into_dispatch(),
        gradient.into_dispatch(),
        moment_1.into_dispatch(),
        moment_2.into_dispatch(),
        rates,
    );
    let [parameter, moment_1, moment_2] =
        [parameter, moment_1, moment_2].map(Tensor::from_dispatch);
    (parameter, [moment_1, moment_2])
}

/// Compute in place what no one else has.
pub(super) fn flex_step(
    parameter: FloatTensor<Flex>,
    gradient: FloatTensor<Flex>,
    moment_1: FloatTensor<Flex>,
    moment_2: FloatTensor<Flex>,
    rates: AdamRates,
) -> (FloatTensor<Flex>, FloatTensor<Flex>, FloatTensor<Flex>) {
    let tensors = [&parameter, &gradient, &moment_1, &moment_2];
    if tensors.iter().any(|tensor| tensor.dtype() != DType::F32) {
        return plain::adam_step::<Flex>(parameter, gradient, moment_1, moment_2, rates);
    }
    let gradient = gradient.to_contiguous();
    let [mut parameter, mut moment_1, mut moment_2] =
        [parameter, moment_1, moment_2].map(|tensor| tensor.to_contiguous());
    (parameter.storage_mut::<f32>().par_chunks_mut(CHUNK))
        .zip(moment_1.storage_mut::<f32>().par_chunks_mut(CHUNK))
        .zip(moment_2.storage_mut::<f32>().par_chunks_mut(CHUNK))
        .zip(gradient.storage::<f32>().par_chunks(CHUNK))
        .for_each(|(((parameter, moment_1), moment_2), gradient)| {
            vectorized(
                #[inline(always)]
                || step(parameter, moment_1, moment_2, gradient, rates),
            );
        });
    (parameter, moment_1, moment_2)
}

#[inline(always)]
fn step(
    parameter: &mut [f32],
    moment_1: &mut [f32],
    moment_2: &mut [f32],
    gradient: &[f32],
    rates: AdamRates,
) {
    /// Values that are read before any is written, so that the compiler needs no proof that the
    /// arrays do not overlap.
    const LANES: usize = 16;
    let (parameters, last_parameter) = parameter.as_chunks_mut::<LANES>();
    let (firsts, last_first) = moment_1.as_chunks_mut::<LANES>();
    let (seconds, last_second) = moment_2.as_chunks_mut::<LANES>();
    let (gradients, last_gradient) = gradient.as_chunks::<LANES>();
    let chunks = parameters
        .iter_mut()
        .zip(firsts)
        .zip(seconds)
        .zip(gradients);
    for (((parameter, first), second), gradient) in chunks {
        let mut values = [[0.0; LANES]; 3];
        let old = (*parameter, *first, *second);
        for lane in 0..LANES {
            let moments = [old.1[lane], old.2[lane]];
            let new = rates.step(old.0[lane], gradient[lane], moments);
            values[0][lane] = new[0];
            values[1][lane] = new[1];
            values[2][lane] = new[2];
        }
        [*parameter, *first, *second] = values;
    }
    let rest = last_parameter.iter_mut().zip(last_first).zip(last_second);
    for (((parameter, first), second), gradient) in rest.zip(last_gradient) {
        [*parameter, *first, *second] = rates.step(*parameter, *gradient, [*first, *second]);
    }
}

#[cfg(test)]
mod tests {
    use burn::backend::ops::FloatTensorOps;
    use burn::module::{Module, Param};
    use burn::optim::decay::WeightDecayConfig;
    use burn::optim::{AdamConfig, AdamWConfig, GradientsParams, ModuleOptimizer};
    use burn::tensor::{Device, Distribution, TensorData, Tolerance};

    use super::*;

    #[derive(Module, Debug)]
    struct One {
        weight: Param<Tensor<2>>,
    }

    const EPSILON: f32 = 1e-7;

    /// Return the parameter after each step of an optimizer of Burn, and after each of ours.
    fn both(mut optimizer: ModuleOptimizer, penalty: f32, decay: f32) -> [Vec<TensorData>; 2] {
        let device = Device::flex().autodiff();
        let random = Distribution::Normal(0.0, 1.0);
        // More than a task, and no whole number of vectors.
        let shape = [129, 131];
        let start = Tensor::<2>::random(shape, random, &device).inner();
        let mut network = One {
            weight: Param::from_tensor(Tensor::from_inner(start.clone()).require_grad()),
        };
        let zeros = Tensor::<2>::zeros(shape, &start.device());
        let (mut parameter, mut moments) = (start, [zeros.clone(), zeros]);
        let [mut burns, mut ours] = [Vec::new(), Vec::new()];
        for time in 1..=5 {
            let slope = Tensor::<2>::random(shape, random, &device);
            let loss = (network.weight.val() * slope.clone()).sum();
            let gradients = GradientsParams::from_grads(loss.backward(), &network);
            network = optimizer.step(0.01, network, gradients);
            burns.push(network.weight.val().into_data());

            let rates = AdamRates::new(time, 0.01, EPSILON)
                .with_penalty(penalty)
                .with_decay(decay);
            (parameter, moments) = adam_step(parameter, slope.inner(), moments, rates);
            ours.push(parameter.to_data());
        }
        [burns, ours]
    }

    #[test]
    fn equals_burns_adam_to_the_bit() {
        let plain = AdamConfig::new().with_epsilon(EPSILON);
        let [burns, ours] = both(plain.init(), 0.0, 0.0);
        assert!(burns == ours);
        let decay = WeightDecayConfig::new(2e-2);
        let [burns, ours] = both(plain.with_weight_decay(Some(decay)).init(), 2e-2, 0.0);
        assert!(burns == ours);
    }

    #[test]
    fn equals_burns_adamw() {
        let config = AdamWConfig::new()
            .with_epsilon(EPSILON)
            .with_weight_decay(0.1);
        let [burns, ours] = both(config.init(), 0.0, 0.1);
        for (burns, ours) in burns.iter().zip(&ours) {
            ours.assert_approx_eq::<f32>(burns, Tolerance::absolute(1e-5));
        }
    }

    #[test]
    fn a_part_of_a_tensor_is_changed_as_a_whole() {
        let device = Device::flex();
        let all = Tensor::<2>::random([7, 5], Distribution::Normal(0.0, 1.0), &device);
        let gradient = Tensor::<2>::ones([3, 5], &device);
        let zeros = Tensor::<2>::zeros([3, 5], &device);
        let rates = AdamRates::new(1, 0.1, EPSILON);
        for start in [0, 2] {
            let part = all.clone().slice([start..start + 3, 0..5]);
            let moments = || [zeros.clone(), zeros.clone()];
            let copied = Tensor::from_data(part.to_data(), &device);
            let (of_copy, _) = adam_step(copied, gradient.clone(), moments(), rates);
            let before = all.to_data();
            let (of_part, _) = adam_step(part, gradient.clone(), moments(), rates);
            assert_eq!(of_part.into_data(), of_copy.into_data());
            assert_eq!(all.to_data(), before);
        }
    }

    #[test]
    fn the_plain_version_agrees() {
        let normal = Distribution::Normal(0.0, 1.0);
        let random = || Tensor::<1>::random([1000], normal, &Device::flex()).into_data();
        let data = [random(), random(), random(), random()];
        let tensor = |index: usize| {
            let data = data[index].clone();
            let tensor = Flex::float_from_data(data, &Default::default());
            match index {
                3 => Flex::float_mul(tensor.clone(), tensor),
                _ => tensor,
            }
        };
        let rates = AdamRates::new(3, 0.1, EPSILON)
            .with_penalty(0.5)
            .with_decay(0.1);
        let ours = flex_step(tensor(0), tensor(1), tensor(2), tensor(3), rates);
        let plain = plain::adam_step::<Flex>(tensor(0), tensor(1), tensor(2), tensor(3), rates);
        for (ours, plain) in [(ours.0, plain.0), (ours.1, plain.1), (ours.2, plain.2)] {
            let [ours, plain] = [ours, plain].map(|tensor| tensor.into_data());
            ours.assert_approx_eq::<f32>(&plain, Tolerance::absolute(1e-5));
        }
    }
}
