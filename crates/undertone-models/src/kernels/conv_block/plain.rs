//! The convolution block for any back end, made of operations of Burn.

use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Shape, Slice, TensorMetadata, get_or_init_device_settings};
use burn::tensor::{Distribution, IntDType};

use super::kept::{BlockGradients, Forward, Kept};
use super::options::ConvBlockOptions;
use crate::kernels::plain::{windows, windows_gradient};

/// The choice that stands for no frame of the pool.
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
    let [batch, frames, inputs] = input.shape().dims();
    let [depth, outputs] = weight.shape().dims();
    let (device, dtype) = (input.device(), input.dtype());
    let bools = get_or_init_device_settings::<B>(&device).bool_dtype;
    let zeros =
        |frames, width| B::float_zeros(Shape::new([batch, frames, width]), &device, dtype.into());
    let margin = || zeros(options.kernel_size / 2, inputs);
    let padded = B::float_cat(vec![margin(), input, margin()], 1);
    let per_channel = |values| B::float_reshape(values, Shape::new([1, outputs]));

    let rows = windows::<B>(padded.clone(), options.kernel_size, 1);
    let rows = B::float_reshape(rows, Shape::new([batch * frames, depth]));
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

    let steps = frames / options.pool;
    let whole = [
        Slice::full(),
        Slice::from(0..steps * options.pool),
        Slice::full(),
    ];
    let scaled = B::float_reshape(scaled, Shape::new([batch, frames, outputs]));
    let pools = B::float_reshape(
        B::float_slice(B::relu(scaled), &whole),
        Shape::new([batch, steps, options.pool, outputs]),
    );
    let pooled = Shape::new([batch, steps, outputs]);
    let (output, choices) = B::float_max_dim_with_indices(pools, 2, IntDType::I32);
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
    let [batch, padded_frames, inputs] = kept.padded.shape().dims();
    let margin = options.kernel_size / 2;
    let frames = padded_frames - 2 * margin;
    let [_, steps, outputs] = gradient.shape().dims();
    let [depth, _] = weight.shape().dims();
    let (device, dtype) = (gradient.device(), gradient.dtype());
    let bools = get_or_init_device_settings::<B>(&device).bool_dtype;

    // To the frame of the pool that was chosen.
    let gradient = B::float_mul_scalar(gradient, options.kept_scale().into());
    let frames_of_pool = (0..options.pool).map(|frame| {
        let others = B::int_not_equal_elem(kept.choices.clone(), (frame as i32).into(), bools);
        let part = B::float_mask_fill(gradient.clone(), others, 0.0.into());
        B::float_reshape(part, Shape::new([batch, steps, 1, outputs]))
    });
    let pools = B::float_cat(frames_of_pool.collect(), 2);
    let pools = B::float_reshape(pools, Shape::new([batch, steps * options.pool, outputs]));
    let rest = Shape::new([batch, frames - steps * options.pool, outputs]);
    let rest = B::float_zeros(rest, &device, dtype.into());
    let rows = Shape::new([batch * frames, outputs]);
    let scaled = B::float_reshape(B::float_cat(vec![pools, rest], 1), rows);

    let per_channel = |values| B::float_reshape(values, Shape::new([outputs]));
    let sum = |rows| per_channel(B::float_sum_dim(rows, 0));
    let (convolved, channels) = match (kept.moments, options.epsilon) {
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
            let convolved = B::float_mul(scaled.clone(), scale);
            (convolved.clone(), [sum(convolved), by_scale, sum(scaled)])
        }
    };

    let rows = windows::<B>(kept.padded, options.kernel_size, 1);
    let rows = B::float_reshape(rows, Shape::new([batch * frames, depth]));
    let by_weight = B::float_matmul(B::float_transpose(rows), convolved.clone());
    let input = by_input.then(|| {
        let rows = B::float_matmul(convolved, B::float_transpose(weight));
        let rows = B::float_reshape(rows, Shape::new([batch, frames, depth]));
        let padded = windows_gradient::<B>(rows, padded_frames, inputs, 1);
        let own = [
            Slice::full(),
            Slice::from(margin..margin + frames),
            Slice::full(),
        ];
        B::float_slice(padded, &own)
    });
    BlockGradients {
        input,
        weight: by_weight,
        channels,
    }
}
