//! Modules whose parameters `transformers` keeps in a checkpoint.

use std::collections::BTreeSet;

use burn::module::Module;

use super::checkpoint::Checkpoint;
use super::error::CheckpointError;
use super::layout::Layout;
use super::parameters::visit_parameters;
use super::stored_parameters::StoredParameters;
use super::write::NamedTensor;
use super::{stored_parameter, weight_norm};

/// Return the prefix under which a checkpoint has most of a module's parameters; of equal ones, the
/// first.
pub(crate) fn prefix<M: Module>(
    module: &M,
    checkpoint: &Checkpoint,
    prefixes: &[&'static str],
) -> &'static str {
    let mut names = Vec::new();
    visit_parameters(module, |parameter| names.push(parameter.name));
    let found = |prefix: &&str| {
        let is_there = |name: &&String| {
            stored_parameter::stored(checkpoint, &format!("{prefix}{name}")).is_some()
        };
        names.iter().filter(is_there).count()
    };
    // `max_by_key` returns the last of equal ones.
    let best = prefixes.iter().rev().copied().max_by_key(found);
    best.unwrap_or_default()
}

/// Return the names of the tensors of a checkpoint that hold the parameters of `module`.
pub(crate) fn stored_names<M: Module>(
    module: &M,
    checkpoint: &Checkpoint,
    name_of: impl Fn(&str) -> String,
) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    visit_parameters(module, |parameter| {
        let stored = stored_parameter::stored(checkpoint, &name_of(&parameter.name));
        let tensors = stored.map(|stored| stored.shapes(&parameter.shape));
        names.extend(tensors.into_iter().flatten().map(|(name, _)| name));
    });
    names
}

/// Fill `module` from a checkpoint, on all cores, after all names and shapes were checked.
/// `name_of` turns the name of a parameter into its name in the checkpoint. Other tensors of the
/// checkpoint are ignored.
pub(crate) fn load<M: Module>(
    module: M,
    checkpoint: &Checkpoint,
    name_of: impl Fn(&str) -> String,
) -> Result<M, CheckpointError> {
    StoredParameters::find(&module, checkpoint, name_of)?.fill(module)
}

/// Return all tensors of `module` as `transformers` names them and lays them out.
pub(crate) fn export<M: Module>(module: &M, name_of: impl Fn(&str) -> String) -> Vec<NamedTensor> {
    let mut tensors = Vec::new();
    visit_parameters(module, |parameter| {
        let name = name_of(&parameter.name);
        let layout = Layout::of(&name, &parameter.shape);
        let shape = layout.shape.clone();
        let tensor = (parameter.tensor)();
        let tensor = NamedTensor::new(name, shape, move || {
            let values: Vec<f32> = tensor.to_data().iter::<f32>().collect();
            layout.to_theirs(&values)
        });
        tensors.extend(weight_norm::split(tensor));
    });
    tensors
}
