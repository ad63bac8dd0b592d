//! A builder of ONNX graphs. Each call adds an operator and returns the name of its output.

use undertone_models::Weights;

use super::OnnxError;
use super::proto::{
    AttributeProto, AttributeType, DataType, Dimension, DimensionValue, GraphProto, NodeProto,
    TensorProto, TensorShapeProto, TensorType, TypeProto, ValueInfoProto,
};

/// The name of a value in the graph.
pub(super) type Value = String;

/// One size of an input or output.
#[derive(Clone, Copy)]
pub(super) enum Size {
    Fixed(usize),
    Free(&'static str),
}

/// A parameter of the network: its shape and its row-major values.
pub(super) struct Parameter {
    pub(super) shape: Vec<usize>,
    pub(super) values: Vec<f32>,
}

/// An unfinished graph, and the parameters that it does not hold yet.
pub(super) struct Graph {
    parameters: Weights,
    graph: GraphProto,
}

impl Graph {
    pub(super) fn new(parameters: Weights) -> Self {
        Self {
            parameters,
            graph: GraphProto::default(),
        }
    }

    /// Return the graph, if it holds all parameters.
    pub(super) fn finish(mut self, name: &str) -> Result<GraphProto, OnnxError> {
        let unused: Vec<String> = self
            .parameters
            .iter()
            .map(|(name, _)| name.to_owned())
            .collect();
        if !unused.is_empty() {
            return Err(OnnxError::Unused(unused));
        }
        self.graph.name = Some(name.to_owned());
        Ok(self.graph)
    }

    pub(super) fn input(&mut self, name: &str, kind: DataType, sizes: &[Size], doc: &str) -> Value {
        self.graph.input.push(value_info(name, kind, sizes, doc));
        name.to_owned()
    }

    /// Make a value an output of the graph under the name `name`.
    pub(super) fn output(
        &mut self,
        value: &Value,
        name: &str,
        kind: DataType,
        sizes: &[Size],
        doc: &str,
    ) {
        self.push("Identity", &[value], vec![name.to_owned()], Vec::new());
        let info = value_info(name, kind, sizes, doc);
        self.graph.output.push(info);
    }

    /// Take a parameter that every network has.
    pub(super) fn take(&mut self, name: &str) -> Result<Parameter, OnnxError> {
        self.take_if_any(name)
            .ok_or_else(|| OnnxError::Missing(name.to_owned()))
    }

    /// Take a parameter that only some networks have.
    pub(super) fn take_if_any(&mut self, name: &str) -> Option<Parameter> {
        let (shape, values) = self.parameters.take(name)?;
        Some(Parameter { shape, values })
    }

    /// Add a parameter without changes, which every network has. Several operators may share it.
    pub(super) fn parameter(&mut self, name: &str) -> Result<Value, OnnxError> {
        self.parameter_if_any(name)
            .ok_or_else(|| OnnxError::Missing(name.to_owned()))
    }

    /// Add a parameter without changes, which only some networks have.
    pub(super) fn parameter_if_any(&mut self, name: &str) -> Option<Value> {
        let placed = |tensor: &TensorProto| tensor.name.as_deref() == Some(name);
        if self.graph.initializer.iter().any(placed) {
            return Some(name.to_owned());
        }
        let parameter = self.take_if_any(name)?;
        Some(self.floats(name, &parameter.shape, &parameter.values))
    }

    /// Add a constant of row-major floats.
    pub(super) fn floats(&mut self, name: &str, shape: &[usize], values: &[f32]) -> Value {
        let bytes = values.iter().flat_map(|value| value.to_le_bytes());
        self.initializer(name, DataType::Float, shape, bytes.collect())
    }

    /// Add a single float.
    pub(super) fn scalar(&mut self, value: f32) -> Value {
        let name = self.fresh("constant");
        self.floats(&name, &[], &[value])
    }

    /// Add a list of integers.
    pub(super) fn integers(&mut self, values: &[i64]) -> Value {
        let name = self.fresh("constant");
        let bytes = values.iter().flat_map(|value| value.to_le_bytes());
        self.initializer(&name, DataType::Int64, &[values.len()], bytes.collect())
    }

    /// Add a single integer.
    pub(super) fn integer(&mut self, value: i64) -> Value {
        let name = self.fresh("constant");
        self.initializer(&name, DataType::Int64, &[], value.to_le_bytes().into())
    }

    /// Add an operator without attributes.
    pub(super) fn op(&mut self, kind: &str, inputs: &[&Value]) -> Value {
        self.op_with(kind, inputs, Vec::new())
    }

    /// Add an operator with attributes.
    pub(super) fn op_with(
        &mut self,
        kind: &str,
        inputs: &[&Value],
        attributes: Vec<AttributeProto>,
    ) -> Value {
        let output = self.fresh(kind);
        self.push(kind, inputs, vec![output.clone()], attributes);
        output
    }

    /// Add an operator with several outputs. Only the output with the index `chosen` is used.
    pub(super) fn nth_output(
        &mut self,
        kind: &str,
        inputs: &[&Value],
        attributes: Vec<AttributeProto>,
        chosen: usize,
    ) -> Value {
        let output = self.fresh(kind);
        let mut outputs = vec![String::new(); chosen];
        outputs.push(output.clone());
        self.push(kind, inputs, outputs, attributes);
        output
    }

    pub(super) fn transpose(&mut self, value: &Value, axes: &[i64]) -> Value {
        self.op_with("Transpose", &[value], vec![ints("perm", axes)])
    }

    /// Reshape a value. The size `0` keeps an axis, and `-1` stands for the remaining elements.
    pub(super) fn reshape(&mut self, value: &Value, sizes: &[i64]) -> Value {
        let sizes = self.integers(sizes);
        self.op("Reshape", &[value, &sizes])
    }

    /// Return the part of an axis from `start` to `end`, which are lists of one integer.
    pub(super) fn slice(&mut self, value: &Value, axis: i64, start: &Value, end: &Value) -> Value {
        let axis = self.integers(&[axis]);
        self.op("Slice", &[value, start, end, &axis])
    }

    /// Pad a value. `pads` has the number of values before each axis, then after each axis.
    pub(super) fn pad(&mut self, value: &Value, pads: &Value, mode: &str) -> Value {
        self.op_with("Pad", &[value, pads], vec![text("mode", mode)])
    }

    /// Return the size of an axis as a list of one integer.
    pub(super) fn size(&mut self, value: &Value, axis: i64) -> Value {
        let shape = self.op("Shape", &[value]);
        let axis = self.integers(&[axis]);
        self.op_with("Gather", &[&shape, &axis], vec![int("axis", 0)])
    }

    /// Return the integers from 0, by `step`, below `end`, which is a list of one integer.
    pub(super) fn range(&mut self, end: &Value, step: i64) -> Value {
        let [zero, step] = [0, step].map(|number| self.integer(number));
        let scalar = self.integers(&[]);
        let end = self.op("Reshape", &[end, &scalar]);
        self.op("Range", &[&zero, &end, &step])
    }

    /// Insert an axis of size 1 at the index `axis`.
    pub(super) fn unsqueeze(&mut self, value: &Value, axis: i64) -> Value {
        let axes = self.integers(&[axis]);
        self.op("Unsqueeze", &[value, &axes])
    }

    pub(super) fn cast(&mut self, value: &Value, kind: DataType) -> Value {
        let kind = i64::from(i32::from(kind));
        self.op_with("Cast", &[value], vec![int("to", kind)])
    }

    pub(super) fn concat(&mut self, values: &[&Value], axis: i64) -> Value {
        self.op_with("Concat", values, vec![int("axis", axis)])
    }

    /// Reduce axes to a size of 1 with an operator such as `ReduceMean`.
    pub(super) fn reduce(&mut self, kind: &str, value: &Value, axes: &[i64]) -> Value {
        self.op_with(kind, &[value], vec![ints("axes", axes)])
    }

    /// Take the mean over an axis, which stays with a size of 1.
    pub(super) fn mean(&mut self, value: &Value, axis: i64) -> Value {
        self.reduce("ReduceMean", value, &[axis])
    }

    /// Take the mean of the squares over axes, which stay with a size of 1.
    pub(super) fn mean_square(&mut self, value: &Value, axes: &[i64]) -> Value {
        let squares = self.op("Mul", &[value, value]);
        self.reduce("ReduceMean", &squares, axes)
    }

    /// Apply an operator to a value and a constant.
    pub(super) fn with_scalar(&mut self, kind: &str, value: &Value, constant: f32) -> Value {
        let constant = self.scalar(constant);
        self.op(kind, &[value, &constant])
    }

    /// Apply an operator to integers and a constant.
    pub(super) fn with_integer(&mut self, kind: &str, value: &Value, constant: i64) -> Value {
        let constant = self.integer(constant);
        self.op(kind, &[value, &constant])
    }

    /// Apply a linear layer to the last axis: `weight` `[in, out]` and `bias` `[out]` below
    /// `prefix`.
    pub(super) fn linear(&mut self, value: &Value, prefix: &str) -> Result<Value, OnnxError> {
        let weight = self.parameter(&format!("{prefix}.weight"))?;
        let product = self.op("MatMul", &[value, &weight]);
        Ok(match self.parameter_if_any(&format!("{prefix}.bias")) {
            None => product,
            Some(bias) => self.op("Add", &[&product, &bias]),
        })
    }

    fn push(
        &mut self,
        kind: &str,
        inputs: &[&Value],
        output: Vec<String>,
        attribute: Vec<AttributeProto>,
    ) {
        let name = output.last().map(|output| format!("node_{output}"));
        self.graph.node.push(NodeProto {
            input: inputs.iter().map(|name| (*name).clone()).collect(),
            output,
            name,
            op_type: Some(kind.to_owned()),
            attribute,
        });
    }

    fn initializer(
        &mut self,
        name: &str,
        kind: DataType,
        shape: &[usize],
        bytes: Vec<u8>,
    ) -> Value {
        self.graph.initializer.push(TensorProto {
            dims: shape.iter().map(|size| *size as i64).collect(),
            data_type: Some(kind.into()),
            name: Some(name.to_owned()),
            raw_data: Some(bytes),
        });
        name.to_owned()
    }

    /// Return a name that no value has yet.
    fn fresh(&self, stem: &str) -> String {
        let count = self.graph.node.len() + self.graph.initializer.len();
        format!("{}_{count}", stem.to_lowercase())
    }
}

/// Make an integer attribute.
pub(super) fn int(name: &str, value: i64) -> AttributeProto {
    AttributeProto {
        i: Some(value),
        ..attribute(name, AttributeType::Int)
    }
}

/// Make an attribute that is a list of integers.
pub(super) fn ints(name: &str, values: &[i64]) -> AttributeProto {
    AttributeProto {
        ints: values.to_vec(),
        ..attribute(name, AttributeType::Ints)
    }
}

/// Make a float attribute.
pub(super) fn float(name: &str, value: f32) -> AttributeProto {
    AttributeProto {
        f: Some(value),
        ..attribute(name, AttributeType::Float)
    }
}

/// Make a string attribute.
pub(super) fn text(name: &str, value: &str) -> AttributeProto {
    AttributeProto {
        s: Some(value.as_bytes().to_vec()),
        ..attribute(name, AttributeType::String)
    }
}

fn attribute(name: &str, kind: AttributeType) -> AttributeProto {
    AttributeProto {
        name: Some(name.to_owned()),
        r#type: Some(kind.into()),
        ..AttributeProto::default()
    }
}

fn value_info(name: &str, kind: DataType, sizes: &[Size], doc: &str) -> ValueInfoProto {
    let dimension = |size: &Size| Dimension {
        value: Some(match size {
            Size::Fixed(size) => DimensionValue::DimValue(*size as i64),
            Size::Free(name) => DimensionValue::DimParam((*name).to_owned()),
        }),
    };
    ValueInfoProto {
        name: Some(name.to_owned()),
        r#type: Some(TypeProto {
            tensor_type: Some(TensorType {
                elem_type: Some(kind.into()),
                shape: Some(TensorShapeProto {
                    dim: sizes.iter().map(dimension).collect(),
                }),
            }),
        }),
        doc_string: Some(doc.to_owned()),
    }
}
