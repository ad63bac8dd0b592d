//! The memory of parameters.

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::Tensor;

/// Return the bytes of all parameters of a network, and the bytes of those that training changes.
///
/// For the latter, training also holds gradients, the two moments of Adam and, for a moment, new
/// values: four times as much again.
pub fn parameter_bytes<M: Module>(network: &M) -> (usize, usize) {
    #[derive(Default)]
    struct Counter {
        all: usize,
        trained: usize,
    }
    impl ModuleVisitor for Counter {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            let values = param.lazy_shape().num_elements();
            self.all += values;
            if param.is_require_grad() {
                self.trained += values;
            }
        }
    }
    let mut counter = Counter::default();
    network.visit(&mut counter);
    (
        counter.all * size_of::<f32>(),
        counter.trained * size_of::<f32>(),
    )
}
