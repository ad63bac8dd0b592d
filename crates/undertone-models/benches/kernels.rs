//! The speed of each kernel against what this machine can do.
//!
//! ```text
//! cargo bench --workspace --bench kernels [-- NAME]
//! ```
//!
//! The peaks are measured in the same run, with the same threads: the fastest of three square
//! matrix products by Burn, and a copy of as many bytes as the kernel reads and writes, so that a
//! kernel whose data fit a cache is compared with that cache. The limit of a kernel is the longer
//! one of its operations at the first peak and its bytes at the second; the last column is the
//! limit over the time, in %. Functions such as `exp` count as no operation, and operations of
//! integers are compared with those of floats. Each time is the least of many runs, as the limit is
//! one.
#![allow(clippy::print_stdout)]

use std::hint::black_box;
use std::time::Instant;

use burn::nn::DropoutConfig;
use burn::tensor::{Device, Tensor};
use case::{Case, least, random, timed};
use inference::{Kind, dense, layer};
use rayon::prelude::*;

// The kernels are private to the crate.
#[path = "../src/kernels/mod.rs"]
#[allow(dead_code, unreachable_pub, unused_imports, missing_docs)]
mod kernels;

#[path = "kernels/case.rs"]
mod case;
#[path = "kernels/inference.rs"]
mod inference;

/// Bytes of a value.
const VALUE: f64 = 4.0;

fn main() {
    undertone_audio::keep_freed_memory();
    let wanted = std::env::args().skip(1).find(|it| it != "--bench");
    let device = Device::flex();
    let peak = product_peak(&device);
    println!(
        "{} threads; a large product: {:.0} GFLOP/s; a copy of 128 MiB: {:.1} GB/s",
        rayon::current_num_threads(),
        peak / 1e9,
        copy_peak(128 << 20) / 1e9
    );
    println!(
        "{:<44} {:>9} {:>9} {:>7} {:>8} {:>10}",
        "kernel", "ms", "GFLOP/s", "GB/s", "copy", "% of limit"
    );
    for mut case in cases(&device) {
        if wanted.as_ref().is_some_and(|it| !case.name.contains(it)) {
            continue;
        }
        let bytes = case.values * VALUE;
        let copy = copy_peak(bytes as usize);
        let seconds = least(&mut case.run);
        let limit = (case.operations / peak).max(bytes / copy);
        println!(
            "{:<44} {:>9.3} {:>9.1} {:>7.1} {:>8.1} {:>10.0}",
            case.name,
            seconds * 1e3,
            case.operations / seconds / 1e9,
            bytes / seconds / 1e9,
            copy / 1e9,
            100.0 * limit / seconds
        );
    }
}

/// Operations per second of a large matrix product.
fn product_peak(device: &Device) -> f64 {
    [512, 768, 1024]
        .map(|size| {
            let mut product = product(size, size, size, device);
            product.operations / least(&mut product.run)
        })
        .into_iter()
        .fold(0.0, f64::max)
}

/// Bytes read and written per second by a copy that reads and writes `bytes` in all.
fn copy_peak(bytes: usize) -> f64 {
    let values = (bytes / 8).max(1);
    let source = vec![1.0_f32; values];
    let mut target = vec![0.0_f32; values];
    let part = values.div_ceil(rayon::current_num_threads()).max(1 << 13);
    let seconds = least(&mut || {
        let begin = Instant::now();
        target
            .par_chunks_mut(part)
            .zip(source.par_chunks(part))
            .for_each(|(target, source)| target.copy_from_slice(source));
        black_box(&mut target);
        begin.elapsed().as_secs_f64()
    });
    8.0 * values as f64 / seconds
}

/// Return a tensor of the same values that no one else has, so that a kernel may work in place.
fn own<const D: usize>(tensor: &Tensor<D>) -> Tensor<D> {
    tensor.clone() + 0.0
}

fn cases(device: &Device) -> Vec<Case> {
    let mut cases = Vec::new();
    // Whisper tiny: 85 steps are 1.7 s.
    for clips in [1, 8] {
        for (inputs, outputs) in [(384, 384), (384, 1536), (1536, 384)] {
            cases.push(product(clips * 85, inputs, outputs, device));
        }
        for kind in [Kind::F32, Kind::F16, Kind::Int8] {
            cases.push(dense(clips * 85, 384, 1536, kind));
            cases.push(layer(clips * 85, 384, 6, kind));
        }
        cases.push(gelu([clips, 85, 1536], device));
        cases.push(attention([clips, 85, 384], 6, device));
        cases.push(convolution([clips, 172, 80], 384, 3, 1, device));
        cases.push(convolution([clips, 172, 384], 384, 3, 2, device));
    }
    // wav2vec2-base: 2 s.
    cases.push(product(99, 768, 3072, device));
    cases.push(attention([1, 99, 768], 12, device));
    cases.push(channel_norm([1, 6399, 512], device));
    cases.push(gelu([1, 6399, 512], device));
    cases.push(convolution([1, 6399, 512], 512, 3, 2, device));
    // CNN+LSTM.
    for (input, pool) in [([16, 1, 125, 168], 4), ([16, 1, 31, 128], 4)] {
        for gradients in [false, true] {
            cases.push(conv_block(input, 128, [1, 3], [1, pool], gradients));
        }
    }
    // The step of `conv2d_step`.
    for (input, outputs) in [([32, 63, 128, 1], 32), ([32, 31, 64, 32], 64)] {
        for gradients in [false, true] {
            cases.push(conv_block(input, outputs, [3, 3], [2, 2], gradients));
        }
    }
    cases.push(lstm([1, 7, 128], 128, device));
    cases.push(lstm([16, 7, 128], 128, device));
    cases.push(lstm([32, 31, 128], 128, device));
    let tracked = device.clone().autodiff();
    cases.push(lstm([16, 7, 128], 128, &tracked));
    cases.push(lstm([32, 31, 128], 128, &tracked));
    cases.push(adam([512, 768], device));
    cases
}

fn product(rows: usize, inputs: usize, outputs: usize, device: &Device) -> Case {
    let [a, b] = [[rows, inputs], [inputs, outputs]].map(|shape| random(shape, device));
    Case {
        name: format!("product {rows} x {inputs} x {outputs}"),
        operations: 2.0 * (rows * inputs * outputs) as f64,
        values: (rows * inputs + inputs * outputs + rows * outputs) as f64,
        run: Box::new(move || timed(|| (a.clone(), b.clone()), |(a, b)| a.matmul(b))),
    }
}

fn gelu(shape: [usize; 3], device: &Device) -> Case {
    let input = random(shape, device);
    Case {
        name: format!("GELU {shape:?}"),
        operations: 0.0,
        values: 2.0 * shape.iter().product::<usize>() as f64,
        run: Box::new(move || timed(|| own(&input), kernels::gelu)),
    }
}

fn attention(shape: [usize; 3], heads: usize, device: &Device) -> Case {
    let [batch, steps, width] = shape;
    let inputs = [(); 3].map(|()| random(shape, device));
    let dropout = DropoutConfig::new(0.0).init();
    let lengths = vec![steps; batch];
    Case {
        name: format!("attention {shape:?}, {heads} heads"),
        operations: 4.0 * (batch * steps * steps * width) as f64,
        values: 4.0 * (batch * steps * width) as f64,
        run: Box::new(move || {
            timed(
                || inputs.each_ref().map(Tensor::clone),
                |inputs| kernels::attention(inputs, heads, None, &lengths, &dropout),
            )
        }),
    }
}

fn channel_norm(shape: [usize; 3], device: &Device) -> Case {
    let input = random(shape, device);
    let [gamma, beta] = [(); 2].map(|()| random([shape[2]], device));
    let lengths = vec![shape[1]; shape[0]];
    Case {
        name: format!("channel norm {shape:?}"),
        operations: 0.0,
        values: 2.0 * shape.iter().product::<usize>() as f64,
        run: Box::new(move || {
            timed(
                || (own(&input), gamma.clone(), beta.clone()),
                |(input, gamma, beta)| kernels::channel_norm(input, gamma, beta, &lengths, 1e-5),
            )
        }),
    }
}

fn convolution(
    shape: [usize; 3],
    outputs: usize,
    kernel_size: usize,
    stride: usize,
    device: &Device,
) -> Case {
    let [batch, frames, channels] = shape;
    let windows = (frames - kernel_size) / stride + 1;
    let input = random(shape, device);
    let weight = random([kernel_size * channels, outputs], device);
    Case {
        name: format!("convolution {shape:?} to {outputs}, {kernel_size} / {stride}"),
        operations: 2.0 * (batch * windows * kernel_size * channels * outputs) as f64,
        values: (batch * (frames * channels + windows * outputs) + kernel_size * channels * outputs)
            as f64,
        run: Box::new(move || {
            timed(
                || (input.clone(), weight.clone()),
                |(input, weight)| {
                    kernels::strided_convolution(input, weight, None, kernel_size, stride)
                },
            )
        }),
    }
}

fn lstm(shape: [usize; 3], units: usize, device: &Device) -> Case {
    let [batch, steps, width] = shape;
    let input = random(shape, device);
    let [from_input, from_hidden] =
        [width, units].map(|inputs| random([inputs, 4 * units], device) * 0.05);
    let bias = random([4 * units], device);
    if device.is_autodiff() {
        return Case {
            name: format!("LSTM {shape:?} to {units}, backward"),
            operations: 4.0 * (batch * steps * 4 * units * (width + units)) as f64,
            values: (batch * steps * (2 * width + 7 * units) + 8 * units * (width + units + 1))
                as f64,
            run: Box::new(move || {
                timed(
                    || {
                        let inputs = [&from_input, &from_hidden];
                        let [from_input, from_hidden] =
                            inputs.map(|weight| weight.clone().require_grad());
                        let (input, bias) = (input.clone().require_grad(), bias.clone());
                        kernels::lstm(input, from_input, from_hidden, bias, false)
                    },
                    |output| output.backward(),
                )
            }),
        };
    }
    Case {
        name: format!("LSTM {shape:?} to {units}"),
        operations: 2.0 * (batch * steps * 4 * units * (width + units)) as f64,
        values: (batch * steps * (width + units) + 4 * units * (width + units + 1)) as f64,
        run: Box::new(move || {
            timed(
                || [from_input.clone(), from_hidden.clone()],
                |[from_input, from_hidden]| {
                    kernels::lstm(input.clone(), from_input, from_hidden, bias.clone(), false)
                },
            )
        }),
    }
}

/// With the moments of the batch, as in training; its output, or all its gradients. An input of one
/// channel has none, as it is the first one.
fn conv_block(
    input: [usize; 4],
    outputs: usize,
    kernel_size: [usize; 2],
    pool: [usize; 2],
    gradients: bool,
) -> Case {
    let device = Device::flex().autodiff();
    let [batch, height, width, channels] = input;
    let depth = kernel_size.iter().product::<usize>() * channels;
    let is_first = channels == 1;
    let values = random(input, &device);
    let [bias, scale, shift] = [(); 3].map(|()| random([outputs], &device).require_grad());
    let parameters = kernels::ConvBlockParameters {
        weight: random([depth, outputs], &device).require_grad(),
        bias,
        scale,
        shift,
    };
    let options = kernels::ConvBlockOptions {
        kernel_size,
        pool,
        epsilon: Some(1e-5),
        dropout: 0.1,
    };
    let pooled = batch * (height / pool[0]) * (width / pool[1]) * outputs;
    let products = match (gradients, is_first) {
        (true, false) => 2,
        _ => 1,
    };
    let what = if gradients { "gradients of " } else { "" };
    let forward = move |(input, parameters)| kernels::conv_block(input, parameters, options).output;
    Case {
        name: format!("{what}convolution block {input:?} to {outputs}"),
        operations: (2 * products * batch * height * width * depth * outputs) as f64,
        values: (products * batch * height * width * channels + pooled + depth * outputs) as f64,
        run: Box::new(move || {
            let given = || {
                let values = match is_first {
                    true => values.clone(),
                    false => values.clone().require_grad(),
                };
                (values, parameters.clone())
            };
            match gradients {
                false => timed(given, forward),
                true => timed(|| forward(given()), |output| output.backward()),
            }
        }),
    }
}

fn adam(shape: [usize; 2], device: &Device) -> Case {
    let [parameter, gradient, first] = [(); 3].map(|()| random(shape, device));
    let second = first.clone().square();
    let rates = kernels::AdamRates::new(10, 1e-3, 1e-7);
    Case {
        name: format!("step of Adam {shape:?}"),
        operations: 0.0,
        values: 7.0 * shape.iter().product::<usize>() as f64,
        run: Box::new(move || {
            timed(
                || {
                    let moments = [own(&first), own(&second)];
                    (own(&parameter), gradient.clone(), moments)
                },
                |(parameter, gradient, moments)| {
                    kernels::adam_step(parameter, gradient, moments, rates)
                },
            )
        }),
    }
}
