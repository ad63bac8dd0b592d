//! The convolution block for any back end, made of operations of Burn.

use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Shape, Slice, TensorMetadata, get_or_init_device_settings};
use burn::tensor::{Distribution, IntDType};

use super::kept::{BlockGradients, Forward, Kept};
use super::options::ConvBlockOptions;
use crate::kernels::plain::{windows, windows_gradient};

/// The choice that stands for no position of the pool.
const NONE: i32 = i32::MAX;

/// Compute [`Kernels::conv_block`](crate::kernels::backend::Kernels).
pub(crate) fn conv_block<B: Backend>(
    input: FloatTensor<B>,
    weight: FloatTensor<B>,
    channels: [FloatTensor<B>; 3],
    options: &ConvBlockOptions,
) -> (FloatTensor<B>, Vec<FloatTensor<B>>) {
    let done = forward::<B>(input, weight, channels, options);
    (done.output, done.statistics)
}

/// Compute [`ConvBlockSteps::conv_block_forward`](super::steps::ConvBlockSteps).
pub(crate) fn forward<B: Backend>(
    input: FloatTensor<B>,
    weight: FloatTensor<B>,
    [bias, scale, shift]: [FloatTensor<B>; 3],
    options: &ConvBlockOptions,
) -> Forward<B> {
    let dims: [usize; 4] = input.shape().dims();
    let [batch, height, width, _] = dims;
    let [_, outputs] = weight.shape().dims();
    let (device, dtype) = (input.device(), input.dtype());
    let bools = get_or_init_device_settings::<B>(&device).bool_dtype;
    let padded = pad::<B>(input, options.kernel_size);
    let per_channel = |values| B::float_reshape(values, Shape::new([1, outputs]));

    let rows = kernel_windows::<B>(padded.clone(), options.kernel_size);
    let convolved = B::float_add(B::float_matmul(rows, weight), per_channel(bias));
    let (scaled, moments) = match options.epsilon {
        Some(epsilon) => {
            let normalized = B::batch_norm_train(convolved.clone(), scale, shift, epsilon);
            let moments = [normalized.mean, normalized.variance];
            (normalized.output, Some(moments))
        }
        None => {
            let scaled = B::float_mul(convolved.clone(), per_channel(scale));
            (B::float_add(scaled, per_channel(shift)), None)
        }
    };

    let [pool_height, pool_width] = options.pool;
    let [rows, columns] = [height / pool_height, width / pool_width];
    let whole = [
        Slice::full(),
        Slice::from(0..rows * pool_height),
        Slice::from(0..columns * pool_width),
    ];
    let scaled = B::float_reshape(scaled, Shape::new([batch, height, width, outputs]));
    let pools = B::float_reshape(
        B::float_slice(B::relu(scaled), &whole),
        Shape::new([batch, rows, pool_height, columns, pool_width, outputs]),
    );
    let pools = B::float_reshape(
        B::float_permute(pools, &[0, 1, 3, 2, 4, 5]),
        Shape::new([batch, rows, columns, pool_height * pool_width, outputs]),
    );
    let pooled = Shape::new([batch, rows, columns, outputs]);
    let (output, choices) = B::float_max_dim_with_indices(pools, 3, IntDType::I32);
    let mut output = B::float_reshape(output, pooled.clone());
    if options.dropout > 0.0 {
        let kept = Distribution::Bernoulli(1.0 - options.dropout);
        let mask = B::float_random(pooled.clone(), kept, &device, dtype.into());
        output = B::float_mul(output, mask);
        output = B::float_mul_scalar(output, options.kept_scale().into());
    }
    let ended = B::float_lower_equal_elem(output.clone(), 0.0.into(), bools);
    let choices = B::int_mask_fill(B::int_reshape(choices, pooled), ended, NONE.into());
    Forward {
        output,
        statistics: moments.clone().into_iter().flatten().collect(),
        kept: Kept {
            input: dims,
            padded,
            convolved,
            choices,
            moments,
        },
    }
}

/// Compute [`ConvBlockSteps::conv_block_gradients`](super::steps::ConvBlockSteps).
pub(crate) fn gradients<B: Backend>(
    gradient: FloatTensor<B>,
    weight: FloatTensor<B>,
    [_, scale]: [FloatTensor<B>; 2],
    kept: Kept<B>,
    options: &ConvBlockOptions,
    by_input: bool,
) -> BlockGradients<B> {
    let [batch, height, width, _] = kept.input;
    let [_, rows, columns, outputs] = gradient.shape().dims();
    let (device, dtype) = (gradient.device(), gradient.dtype());
    let bools = get_or_init_device_settings::<B>(&device).bool_dtype;

    // To the position of the pool that was chosen.
    let [pool_height, pool_width] = options.pool;
    let gradient = B::float_mul_scalar(gradient, options.kept_scale().into());
    let positions = (0..pool_height * pool_width).map(|position| {
        let chosen = kept.choices.clone();
        let others = B::int_not_equal_elem(chosen, (position as i32).into(), bools);
        let part = B::float_mask_fill(gradient.clone(), others, 0.0.into());
        B::float_reshape(part, Shape::new([batch, rows, columns, 1, outputs]))
    });
    let pools = B::float_reshape(
        B::float_cat(positions.collect(), 3),
        Shape::new([batch, rows, columns, pool_height, pool_width, outputs]),
    );
    let [own_height, own_width] = [rows * pool_height, columns * pool_width];
    let pools = B::float_reshape(
        B::float_permute(pools, &[0, 1, 3, 2, 4, 5]),
        Shape::new([batch, own_height, own_width, outputs]),
    );
    let zeros = |height, width| {
        let shape = Shape::new([batch, height, width, outputs]);
        B::float_zeros(shape, &device, dtype.into())
    };
    let scaled = B::float_cat(vec![pools, zeros(own_height, width - own_width)], 2);
    let scaled = B::float_cat(vec![scaled, zeros(height - own_height, width)], 1);
    let scaled = B::float_reshape(scaled, Shape::new([batch * height * width, outputs]));

    let per_channel = |values| B::float_reshape(values, Shape::new([outputs]));
    let sum = |rows| per_channel(B::float_sum_dim(rows, 0));
    let (by_convolved, channels) = match (kept.moments, options.epsilon) {
        (Some([mean, variance]), Some(epsilon)) => {
            let found = B::batch_norm_train_backward(
                kept.convolved,
                scale,
                mean,
                variance,
                epsilon,
                scaled,
            );
            // The normalization takes away what the bias adds.
            let by_bias = B::float_zeros(Shape::new([outputs]), &device, dtype.into());
            (found.x_grad, [by_bias, found.gamma_grad, found.beta_grad])
        }
        _ => {
            let by_scale = sum(B::float_mul(scaled.clone(), kept.convolved));
            let scale = B::float_reshape(scale, Shape::new([1, outputs]));
            let found = B::float_mul(scaled.clone(), scale);
            (found.clone(), [sum(found), by_scale, sum(scaled)])
        }
    };

    let windows = kernel_windows::<B>(kept.padded, options.kernel_size);
    BlockGradients {
        weight: B::float_matmul(B::float_transpose(windows), by_convolved.clone()),
        input: by_input.then(|| {
            let windows = B::float_matmul(by_convolved, B::float_transpose(weight));
            kernel_windows_gradient::<B>(windows, kept.input, options.kernel_size)
        }),
        channels,
    }
}

/// Put zeros around height and width, `[batch, height, width, channels]`.
fn pad<B: Backend>(input: FloatTensor<B>, kernel_size: [usize; 2]) -> FloatTensor<B> {
    let mut padded = input;
    for (axis, size) in [1, 2].into_iter().zip(kernel_size) {
        let mut shape = padded.shape();
        shape[axis] = size / 2;
        let margin = B::float_zeros(shape, &padded.device(), padded.dtype().into());
        padded = B::float_cat(vec![margin.clone(), padded, margin], axis);
    }
    padded
}

/// Return what each output of the convolution depends on, one row for each:
/// `[batch * height * width, kernel_height * kernel_width * channels]`.
fn kernel_windows<B: Backend>(padded: FloatTensor<B>, kernel_size: [usize; 2]) -> FloatTensor<B> {
    let [batch, padded_height, padded_width, channels] = padded.shape().dims();
    let [height, width] = [
        padded_height + 1 - kernel_size[0],
        padded_width + 1 - kernel_size[1],
    ];
    let row_depth = kernel_size[1] * channels;
    let rows = Shape::new([batch * padded_height, padded_width, channels]);
    let rows = windows::<B>(B::float_reshape(padded, rows), kernel_size[1], 1);
    let rows = B::float_reshape(rows, Shape::new([batch, padded_height, width * row_depth]));
    // `[batch, height, width * row_depth, kernel_height]`
    let windows = B::float_unfold(rows, 1, kernel_size[0], 1);
    let shape = Shape::new([batch, height, width, row_depth, kernel_size[0]]);
    let windows = B::float_permute(B::float_reshape(windows, shape), &[0, 1, 2, 4, 3]);
    let shape = Shape::new([batch * height * width, kernel_size[0] * row_depth]);
    B::float_reshape(windows, shape)
}

/// Compute the gradient by the input, `[batch, height, width, channels]`, given that by
/// [`kernel_windows`].
fn kernel_windows_gradient<B: Backend>(
    gradient: FloatTensor<B>,
    input: [usize; 4],
    kernel_size: [usize; 2],
) -> FloatTensor<B> {
    let [batch, height, width, channels] = input;
    let [padded_height, padded_width] = [height + kernel_size[0] - 1, width + kernel_size[1] - 1];
    let row_depth = kernel_size[1] * channels;
    let shape = Shape::new([batch, height, width, kernel_size[0], row_depth]);
    let gradient = B::float_permute(B::float_reshape(gradient, shape), &[0, 1, 3, 2, 4]);
    let shape = Shape::new([batch, height, kernel_size[0] * width * row_depth]);
    let gradient = B::float_reshape(gradient, shape);
    let rows = windows_gradient::<B>(gradient, padded_height, width * row_depth, 1);
    let shape = Shape::new([batch * padded_height, width, row_depth]);
    let rows = B::float_reshape(rows, shape);
    let padded = windows_gradient::<B>(rows, padded_width, channels, 1);
    let shape = Shape::new([batch, padded_height, padded_width, channels]);
    let own = |size: usize, kernel: usize| Slice::from(kernel / 2..kernel / 2 + size);
    let own = [
        Slice::full(),
        own(height, kernel_size[0]),
        own(width, kernel_size[1]),
    ];
    B::float_slice(B::float_reshape(padded, shape), &own)
}
