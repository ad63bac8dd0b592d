use burn::backend::ops::FloatTensorOps;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Flex, TensorData};
use burn::tensor::activation::relu;
use burn::tensor::module::{batch_norm_train, conv2d, max_pool2d};
use burn::tensor::ops::{ConvOptions, MaxPoolOptions};
use burn::tensor::{Device, Distribution, Tensor, Tolerance};

use super::forward::flex_forward;
use super::gradients::flex_gradients;
use super::kept::BlockGradients;
use super::options::ConvBlockOptions;
use super::plain;
use super::tensor::{ConvBlockOutput, ConvBlockParameters, conv_block};

const EPSILON: f64 = 1e-5;
const UNIFORM: Distribution = Distribution::Uniform(-1.0, 1.0);

/// The sizes of a batch and of a block. Pairs are height and width.
#[derive(Debug, Clone, Copy)]
struct Size {
    /// Batch, height, width, channels.
    input: [usize; 4],
    outputs: usize,
    kernel_size: [usize; 2],
    pool: [usize; 2],
}

const fn size(
    input: [usize; 4],
    outputs: usize,
    kernel_size: [usize; 2],
    pool: [usize; 2],
) -> Size {
    Size {
        input,
        outputs,
        kernel_size,
        pool,
    }
}

const SIZES: [Size; 12] = [
    size([1, 1, 5, 1], 1, [1, 1], [1, 1]),
    size([3, 1, 13, 5], 7, [1, 3], [1, 4]),
    size([2, 1, 131, 3], 18, [1, 5], [1, 2]),
    // Several clips per task, and a smaller task at the end.
    size([9, 1, 17, 20], 33, [1, 3], [1, 4]),
    // The kernel is longer than the clip.
    size([2, 1, 3, 2], 3, [1, 7], [1, 1]),
    size([5, 1, 64, 9], 16, [1, 3], [1, 3]),
    // Two axes.
    size([1, 7, 5, 1], 32, [3, 3], [2, 2]),
    size([3, 21, 34, 1], 6, [3, 3], [2, 2]),
    size([35, 4, 6, 7], 5, [3, 5], [2, 3]),
    size([2, 19, 11, 20], 33, [5, 3], [1, 2]),
    size([2, 2, 3, 4], 3, [7, 9], [1, 1]),
    size([2, 9, 1, 3], 2, [3, 1], [4, 1]),
];

/// Input, weight, bias, scale and shift.
struct Arguments {
    input: Tensor<4>,
    parameters: ConvBlockParameters,
}

impl Arguments {
    fn random(size: Size, device: &Device) -> Self {
        let [batch, height, width, inputs] = size.input;
        // A view whose axes are in another order, as the features of a batch are.
        let input = Tensor::random([batch, inputs, width, height], UNIFORM, device);
        let input = input.permute([0, 3, 2, 1]);
        let channels = || Tensor::random([size.outputs], UNIFORM, device);
        let depth = size.kernel_size[0] * size.kernel_size[1] * inputs;
        Self {
            input,
            parameters: ConvBlockParameters {
                weight: Tensor::random([depth, size.outputs], UNIFORM, device),
                bias: channels(),
                scale: channels(),
                shift: channels(),
            },
        }
    }

    fn leaves(self) -> Self {
        let Self { input, parameters } = self;
        Self {
            input: input.require_grad(),
            parameters: ConvBlockParameters {
                weight: parameters.weight.require_grad(),
                bias: parameters.bias.require_grad(),
                scale: parameters.scale.require_grad(),
                shift: parameters.shift.require_grad(),
            },
        }
    }

    /// The output, the statistics, and the gradients by all arguments.
    fn results(
        &self,
        block: impl Fn(Tensor<4>, ConvBlockParameters) -> ConvBlockOutput,
    ) -> Vec<TensorData> {
        let leaves = Self {
            input: self.input.clone(),
            parameters: self.parameters.clone(),
        }
        .leaves();
        let done = block(leaves.input.clone(), leaves.parameters.clone());
        let shape = done.output.shape();
        let factors: Vec<f32> = (0..shape.num_elements()).map(factor).collect();
        let factors = TensorData::new(factors, shape);
        let factors = Tensor::<4>::from_data(factors, &done.output.device());
        let gradients = (done.output.clone() * factors).sum().backward();
        let mut results = vec![done.output.into_data()];
        results.extend(done.statistics.into_iter().flatten().map(Tensor::into_data));
        results.extend(leaves.input.grad(&gradients).map(Tensor::into_data));
        results.extend(
            leaves
                .parameters
                .weight
                .grad(&gradients)
                .map(Tensor::into_data),
        );
        let parameters = leaves.parameters;
        for vector in [parameters.bias, parameters.scale, parameters.shift] {
            results.extend(vector.grad(&gradients).map(Tensor::into_data));
        }
        results
    }
}

/// The gradient by an output in these tests.
fn factor(index: usize) -> f32 {
    (index as f32).sin()
}

fn options(size: Size, epsilon: Option<f64>) -> ConvBlockOptions {
    ConvBlockOptions {
        kernel_size: size.kernel_size,
        pool: size.pool,
        epsilon,
        dropout: 0.0,
    }
}

/// The block made of the layers of Burn, each with its own gradient.
fn layers(
    input: Tensor<4>,
    parameters: ConvBlockParameters,
    options: ConvBlockOptions,
) -> ConvBlockOutput {
    let [.., inputs] = input.dims();
    let [_, outputs] = parameters.weight.dims();
    let [height, width] = options.kernel_size;
    let weight = parameters.weight.reshape([height, width, inputs, outputs]);
    let convolution = ConvOptions::new([1, 1], [height / 2, width / 2], [1, 1], 1);
    // Burn has channels before height and width.
    let convolved = conv2d(
        input.permute([0, 3, 1, 2]),
        weight.permute([3, 2, 0, 1]),
        Some(parameters.bias),
        convolution,
    );
    let (scaled, statistics) = match options.epsilon {
        Some(epsilon) => {
            let (scale, shift) = (parameters.scale, parameters.shift);
            let normalized = batch_norm_train(convolved, scale, shift, epsilon);
            (
                normalized.output,
                Some([normalized.mean, normalized.variance]),
            )
        }
        None => {
            let [scale, shift] =
                [parameters.scale, parameters.shift].map(|it| it.reshape([1, outputs, 1, 1]));
            (convolved * scale + shift, None)
        }
    };
    let pooled = max_pool2d(relu(scaled), MaxPoolOptions::new(options.pool));
    ConvBlockOutput {
        output: pooled.permute([0, 2, 3, 1]),
        statistics,
    }
}

fn assert_close(ours: &[TensorData], theirs: &[TensorData], what: &str) {
    assert_eq!(ours.len(), theirs.len(), "{what}");
    for (ours, theirs) in ours.iter().zip(theirs) {
        ours.assert_approx_eq::<f32>(theirs, Tolerance::rel_abs(1e-4, 1e-4));
    }
}

#[test]
fn equals_the_layers_of_burn() {
    let device = Device::flex().autodiff();
    for size in SIZES {
        for epsilon in [None, Some(EPSILON)] {
            let arguments = Arguments::random(size, &device);
            let options = options(size, epsilon);
            let ours =
                arguments.results(|input, parameters| conv_block(input, parameters, options));
            let theirs = arguments.results(|input, parameters| layers(input, parameters, options));
            assert_close(&ours, &theirs, &format!("{size:?} {epsilon:?}"));
        }
    }
}

#[test]
fn inference_equals_the_layers_of_burn() {
    let device = Device::flex();
    for size in SIZES {
        let Arguments { input, parameters } = Arguments::random(size, &device);
        let options = options(size, None);
        let ours = conv_block(input.clone(), parameters.clone(), options).output;
        let expected = layers(input, parameters, options).output.into_data();
        ours.into_data()
            .assert_approx_eq::<f32>(&expected, Tolerance::rel_abs(1e-5, 1e-5));
    }
}

fn primitive<const D: usize>(tensor: &Tensor<D>) -> FloatTensor<Flex> {
    Flex::float_from_data(tensor.clone().into_data(), &Default::default())
}

/// The output, the statistics, and all gradients.
fn data(
    output: FloatTensor<Flex>,
    statistics: Vec<FloatTensor<Flex>>,
    gradients: BlockGradients<Flex>,
) -> Vec<TensorData> {
    let mut tensors = vec![output];
    tensors.extend(statistics);
    tensors.extend(gradients.input);
    tensors.push(gradients.weight);
    tensors.extend(gradients.channels);
    tensors.into_iter().map(|it| it.into_data()).collect()
}

#[test]
fn plain_version_agrees() {
    let device = Device::flex();
    for size in SIZES {
        for epsilon in [None, Some(EPSILON)] {
            let arguments = Arguments::random(size, &device);
            let options = options(size, epsilon);
            let parameters = &arguments.parameters;
            let (input, weight) = (primitive(&arguments.input), primitive(&parameters.weight));
            let channels = [&parameters.bias, &parameters.scale, &parameters.shift].map(primitive);
            let [bias, scale, _] = channels.clone();
            let own = [bias, scale];
            let [batch, height, width, _] = size.input;
            let [height, width] = [height / size.pool[0], width / size.pool[1]];
            let gradient = [batch, height, width, size.outputs];
            let gradient = Tensor::<4>::random(gradient, UNIFORM, &device);
            let gradient = primitive(&gradient);

            let done = flex_forward(input.clone(), weight.clone(), channels.clone(), &options);
            let (by, parameters) = (gradient.clone(), own.clone());
            let gradients =
                flex_gradients(by, weight.clone(), parameters, done.kept, &options, true);
            let ours = data(done.output, done.statistics, gradients);

            let done = plain::forward::<Flex>(input, weight.clone(), channels, &options);
            let gradients =
                plain::gradients::<Flex>(gradient, weight, own, done.kept, &options, true);
            let plain = data(done.output, done.statistics, gradients);
            assert_close(&ours, &plain, &format!("{size:?} {epsilon:?}"));
        }
    }
}

#[test]
fn dropout_drops_its_share_and_its_gradients() {
    let device = Device::flex().autodiff();
    let size = size([7, 10, 8, 3], 16, [3, 3], [2, 1]);
    let arguments = Arguments::random(size, &device);
    let results = |dropout| {
        let options = ConvBlockOptions {
            dropout,
            ..options(size, Some(EPSILON))
        };
        let results = arguments.results(|input, parameters| conv_block(input, parameters, options));
        let values = |data: &TensorData| data.iter::<f32>().collect::<Vec<f32>>();
        let by_shift = results.last().map(values).unwrap_or_default();
        (values(&results[0]), by_shift)
    };
    let ((whole, _), (dropped, by_shift)) = (results(0.0), results(0.25));
    let mut expected = [0.0; 16];
    let (mut kept, mut positive) = (0.0, 0.0);
    for (index, (dropped, whole)) in dropped.iter().zip(&whole).enumerate() {
        positive += f64::from(u8::from(*whole > 0.0));
        if *dropped != 0.0 {
            kept += 1.0;
            assert!((dropped - whole / 0.75).abs() < 1e-5);
            expected[index % 16] += factor(index) / 0.75;
        }
    }
    let share = kept / positive;
    assert!((share - 0.75).abs() < 0.05, "kept {share}");
    for (by_shift, expected) in by_shift.iter().zip(expected) {
        assert!((by_shift - expected).abs() < 1e-4, "{by_shift} {expected}");
    }
}

#[test]
fn threads_change_nothing() {
    let device = Device::flex().autodiff();
    for size in [
        size([20, 1, 70, 30], 40, [1, 3], [1, 4]),
        size([20, 17, 30, 1], 10, [3, 3], [2, 2]),
        size([5, 17, 30, 9], 40, [3, 3], [2, 2]),
    ] {
        let arguments = Arguments::random(size, &device);
        let options = options(size, Some(EPSILON));
        let on_threads = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            pool.expect("a pool").install(|| {
                arguments.results(|input, parameters| conv_block(input, parameters, options))
            })
        };
        assert_eq!(on_threads(1), on_threads(3));
    }
}
