//! The LSTM allocates nothing for a step: a long sequence takes as many allocations as a short one,
//! forward and backward.

use std::alloc::System;

use burn::tensor::{Device, Distribution, Tensor};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use undertone_models::{Lstm, LstmConfig};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const WIDTH: usize = 8;

/// Count the allocations of `run` for a sequence of so many steps, after one that fills caches.
fn allocations(steps: usize, device: &Device, run: &dyn Fn(Tensor<3>)) -> usize {
    let normal = Distribution::Normal(0.0, 1.0);
    let input = Tensor::<3>::random([2, steps, WIDTH], normal, device);
    run(input.clone());
    let region = Region::new(ALLOCATOR);
    run(input);
    let change = region.change();
    change.allocations + change.reallocations
}

// One test, as tests of one program run at the same time and share the counter.
#[test]
fn a_long_sequence_takes_as_many_allocations_as_a_short_one() {
    let config = LstmConfig {
        layers: 2,
        units: 6,
        bidirectional: true,
        dropout: 0.0,
    };
    let plain = Device::flex();
    let network: Lstm = config.init(WIDTH, &plain);
    let forward = |input| drop(network.forward(input).into_data());
    let [short, long] = [4, 40].map(|steps| allocations(steps, &plain, &forward));
    assert_eq!(short, long, "forward");

    let device = Device::flex().autodiff();
    let network: Lstm = config.init(WIDTH, &device);
    let train = |input: Tensor<3>| {
        let output = network.forward(input.require_grad());
        drop(output.sum().backward());
    };
    let [short, long] = [4, 40].map(|steps| allocations(steps, &device, &train));
    assert_eq!(short, long, "backward");
}
