//! The parameters of a module under their names.
//!
//! A name is the path of the fields, for instance `lstm.layers.0.forward.input_weight`. Burn also
//! announces the variant of an enum that it visits; a name leaves it out.

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param, ParamId};
use burn::tensor::{Tensor, TensorData};

/// A parameter, or a running statistic, of a module.
pub(super) struct Parameter<'a> {
    pub(super) id: ParamId,
    pub(super) name: String,
    pub(super) shape: Vec<usize>,
    /// Return its values, row-major. Draws them, if they are random and not drawn yet.
    pub(super) tensor: &'a dyn Fn() -> Tensor<1>,
}

/// Call `visit` with each parameter of `module`, in the order of the fields.
pub(super) fn visit_parameters<M: Module>(module: &M, visit: impl FnMut(Parameter<'_>)) {
    module.visit(&mut Visitor {
        path: Path::default(),
        visit,
    });
}

/// Replace each parameter by the values that `values` returns for its name, row-major. `None`
/// leaves a parameter as it is.
pub(super) fn map_parameters<M: Module>(
    module: M,
    values: impl FnMut(&str) -> Option<Vec<f32>>,
) -> M {
    module.map(&mut Mapper {
        path: Path::default(),
        values,
    })
}

#[derive(Default)]
struct Path(Vec<String>);

impl Path {
    fn enter(&mut self, name: &str, container: &str) {
        if !container.starts_with("Enum:") {
            self.0.push(name.to_owned());
        }
    }

    fn exit(&mut self, container: &str) {
        if !container.starts_with("Enum:") {
            self.0.pop();
        }
    }

    fn name(&self) -> String {
        self.0.join(".")
    }
}

struct Visitor<F> {
    path: Path,
    visit: F,
}

impl<F: FnMut(Parameter<'_>)> ModuleVisitor for Visitor<F> {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.path.enter(name, container);
    }

    fn exit_module(&mut self, _name: &str, container: &str) {
        self.path.exit(container);
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let tensor = || {
            let tensor = param.val();
            let count = tensor.shape().num_elements();
            tensor.reshape([count])
        };
        (self.visit)(Parameter {
            id: param.id,
            name: self.path.name(),
            shape: param.lazy_shape().iter().copied().collect(),
            tensor: &tensor,
        });
    }
}

struct Mapper<F> {
    path: Path,
    values: F,
}

impl<F: FnMut(&str) -> Option<Vec<f32>>> ModuleMapper for Mapper<F> {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.path.enter(name, container);
    }

    fn exit_module(&mut self, _name: &str, container: &str) {
        self.path.exit(container);
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let shape = param.lazy_shape();
        let Some(values) = (self.values)(&self.path.name()) else {
            return param;
        };
        let tensor = Tensor::from_data(TensorData::new(values, shape), &param.lazy_device());
        let id = param.id;
        param.transform_for_load(tensor, id)
    }
}
