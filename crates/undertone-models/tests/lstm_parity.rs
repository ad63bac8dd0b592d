//! Our LSTM against PyTorch's `nn.LSTM` with the same weights. The reference values were made by
//! `tests/reference/make_lstm.py`.

use std::collections::BTreeMap;

use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor, TensorData};
use serde::Deserialize;
use undertone_models::{Lstm, LstmConfig, Weights};

const TOLERANCE: f32 = 1e-5;

#[derive(Deserialize)]
struct Reference {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    layers: usize,
    bidirectional: bool,
    width: usize,
    units: usize,
    weights: BTreeMap<String, Values>,
    input: Values,
    output: Values,
    output_weight: Values,
    input_gradient: Values,
    gradients: BTreeMap<String, Values>,
}

#[derive(Deserialize)]
struct Values {
    shape: Vec<usize>,
    values: Vec<f32>,
}

impl Values {
    fn tensor(&self, device: &Device) -> Tensor<3> {
        Tensor::from_data(
            TensorData::new(self.values.clone(), self.shape.clone()),
            device,
        )
    }

    /// PyTorch keeps `[output, input]`, we `[input, output]`.
    fn transposed(&self) -> Vec<f32> {
        let (rows, columns) = (self.shape[0], self.shape[1]);
        (0..columns)
            .flat_map(|column| (0..rows).map(move |row| row * columns + column))
            .map(|index| self.values[index])
            .collect()
    }
}

fn cases() -> Vec<Case> {
    let text = include_str!("reference/lstm.json");
    serde_json::from_str::<Reference>(text)
        .expect("reference values")
        .cases
}

/// Visits the layers and directions of a case: our prefix and PyTorch's suffix.
fn directions(case: &Case) -> Vec<(String, String)> {
    let mut names = Vec::new();
    for layer in 0..case.layers {
        names.push((format!("layers.{layer}.forward"), format!("l{layer}")));
        if case.bidirectional {
            names.push((
                format!("layers.{layer}.backward"),
                format!("l{layer}_reverse"),
            ));
        }
    }
    names
}

fn lstm(case: &Case, device: &Device) -> Lstm {
    let config = LstmConfig {
        layers: case.layers,
        units: case.units,
        bidirectional: case.bidirectional,
        dropout: 0.0,
    };
    let mut weights = Weights::default();
    for (ours, theirs) in directions(case) {
        let get = |name: &str| &case.weights[&format!("{name}_{theirs}")];
        for (name, theirs) in [
            ("input_weight", "weight_ih"),
            ("hidden_weight", "weight_hh"),
        ] {
            let values = get(theirs);
            let shape = [values.shape[1], values.shape[0]];
            weights.insert(&format!("{ours}.{name}"), &shape, values.transposed());
        }
        let biases = get("bias_ih").values.iter().zip(&get("bias_hh").values);
        let bias: Vec<f32> = biases.map(|(input, hidden)| input + hidden).collect();
        weights.insert(&format!("{ours}.bias"), &[bias.len()], bias);
    }
    weights
        .load_into(config.init(case.width, device))
        .expect("PyTorch's weights fit")
}

fn assert_close(found: &[f32], expected: &[f32], what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    let worst = found
        .iter()
        .zip(expected)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f32::max);
    assert!(worst <= TOLERANCE, "{what}: differs by {worst}");
}

#[test]
fn outputs_equal_those_of_pytorch() {
    let device = Device::flex();
    for case in cases() {
        let output = lstm(&case, &device)
            .forward(case.input.tensor(&device))
            .into_data();
        assert_eq!(
            output.shape().iter().copied().collect::<Vec<_>>(),
            case.output.shape
        );
        let what = format!(
            "{} layers, bidirectional {}",
            case.layers, case.bidirectional
        );
        assert_close(
            &output.iter::<f32>().collect::<Vec<_>>(),
            &case.output.values,
            &what,
        );
    }
}

#[derive(Default)]
struct Gradients {
    path: Vec<String>,
    source: GradientsParams,
    found: BTreeMap<String, Vec<f32>>,
}

impl ModuleVisitor for Gradients {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let gradient = self
            .source
            .get::<D>(param.id)
            .expect("a gradient for every weight");
        self.found.insert(
            self.path.join("."),
            gradient.into_data().iter::<f32>().collect(),
        );
    }
}

#[test]
fn gradients_equal_those_of_pytorch() {
    let device = Device::flex().autodiff();
    for case in cases() {
        let network = lstm(&case, &device);
        let input = case.input.tensor(&device).require_grad();
        let output = network.forward(input.clone());
        let gradients = (output * case.output_weight.tensor(&device))
            .sum()
            .backward();
        let of_input = input
            .grad(&gradients)
            .expect("a gradient for the input")
            .into_data();
        assert_close(
            &of_input.iter::<f32>().collect::<Vec<_>>(),
            &case.input_gradient.values,
            "gradient of the input",
        );
        let mut visitor = Gradients {
            source: GradientsParams::from_grads(gradients, &network),
            ..Gradients::default()
        };
        network.visit(&mut visitor);
        for (ours, theirs) in directions(&case) {
            for (name, kind) in [
                ("input_weight", "weight_ih"),
                ("hidden_weight", "weight_hh"),
            ] {
                let name = format!("{ours}.{name}");
                let expected = case.gradients[&format!("{kind}_{theirs}")].transposed();
                assert_close(&visitor.found[&name], &expected, &name);
            }
            let expected = &case.gradients[&format!("bias_ih_{theirs}")].values;
            assert_close(&visitor.found[&format!("{ours}.bias")], expected, "bias");
        }
    }
}
