//! The LSTM allocates nothing for a step: a long sequence takes as many allocations as a short one,
//! forward and backward.

use std::alloc::System;

use burn::tensor::{Device, Distribution, Tensor};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use undertone_models::{Lstm, LstmConfig};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const WIDTH: usize = 8;

/// The steps of a long and of a short sequence.
const STEPS: [usize; 2] = [40, 4];

/// Count the allocations of `run` for a sequence of so many steps: the least of some runs, because
/// the threads of the pool allocate a little when they divide the work differently.
fn allocations(steps: usize, device: &Device, run: &dyn Fn(Tensor<3>)) -> usize {
    let normal = Distribution::Normal(0.0, 1.0);
    let input = Tensor::<3>::random([2, steps, WIDTH], normal, device);
    let counts = (0..8).map(|_| {
        let region = Region::new(ALLOCATOR);
        run(input.clone());
        let change = region.change();
        change.allocations + change.reallocations
    });
    counts.min().unwrap_or(0)
}

/// One allocation for a step of a direction would be 144 more.
fn assert_no_more(run: &dyn Fn(Tensor<3>), device: &Device) {
    let [long, short] = STEPS.map(|steps| allocations(steps, device, run));
    assert!(long < short + STEPS[0] - STEPS[1], "{short} and {long}");
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
    assert_no_more(&forward, &plain);

    let device = Device::flex().autodiff();
    let network: Lstm = config.init(WIDTH, &device);
    let train = |input: Tensor<3>| {
        let output = network.forward(input.require_grad());
        drop(output.sum().backward());
    };
    assert_no_more(&train, &device);
}
