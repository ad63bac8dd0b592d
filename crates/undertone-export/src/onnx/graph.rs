//! A graph in the making: operators are added one by one, each gives the name of its output.

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

/// A parameter of the network: its shape, and its values row-major.
pub(super) struct Parameter {
    pub(super) shape: Vec<usize>,
    pub(super) values: Vec<f32>,
}

/// A graph in the making, and the parameters that have not been put into it yet.
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

    /// The graph, if it holds all parameters.
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

    /// Gives a value to the outside under a name of its own.
    pub(super) fn output(&mut self, value: &Value, name: &str, sizes: &[Size], doc: &str) {
        self.push("Identity", &[value], vec![name.to_owned()], Vec::new());
        let info = value_info(name, DataType::Float, sizes, doc);
        self.graph.output.push(info);
    }

    /// Takes a parameter that must be there.
    pub(super) fn take(&mut self, name: &str) -> Result<Parameter, OnnxError> {
        self.take_if_any(name)
            .ok_or_else(|| OnnxError::Missing(name.to_owned()))
    }

    /// Takes a parameter that only some networks have.
    pub(super) fn take_if_any(&mut self, name: &str) -> Option<Parameter> {
        let (shape, values) = self.parameters.take(name)?;
        Some(Parameter { shape, values })
    }

    /// A parameter as it is, which several parts may share.
    pub(super) fn parameter(&mut self, name: &str) -> Result<Value, OnnxError> {
        self.parameter_if_any(name)
            .ok_or_else(|| OnnxError::Missing(name.to_owned()))
    }

    /// A parameter as it is that only some networks have.
    pub(super) fn parameter_if_any(&mut self, name: &str) -> Option<Value> {
        let placed = |tensor: &TensorProto| tensor.name.as_deref() == Some(name);
        if self.graph.initializer.iter().any(placed) {
            return Some(name.to_owned());
        }
        let parameter = self.take_if_any(name)?;
        Some(self.floats(name, &parameter.shape, &parameter.values))
    }

    /// A constant of floats, row-major.
    pub(super) fn floats(&mut self, name: &str, shape: &[usize], values: &[f32]) -> Value {
        let bytes = values.iter().flat_map(|value| value.to_le_bytes());
        self.initializer(name, DataType::Float, shape, bytes.collect())
    }

    /// A single float.
    pub(super) fn scalar(&mut self, value: f32) -> Value {
        let name = self.fresh("constant");
        self.floats(&name, &[], &[value])
    }

    /// A list of integers.
    pub(super) fn integers(&mut self, values: &[i64]) -> Value {
        let name = self.fresh("constant");
        let bytes = values.iter().flat_map(|value| value.to_le_bytes());
        self.initializer(&name, DataType::Int64, &[values.len()], bytes.collect())
    }

    /// A single integer.
    pub(super) fn integer(&mut self, value: i64) -> Value {
        let name = self.fresh("constant");
        self.initializer(&name, DataType::Int64, &[], value.to_le_bytes().into())
    }

    /// An operator without options.
    pub(super) fn op(&mut self, kind: &str, inputs: &[&Value]) -> Value {
        self.op_with(kind, inputs, Vec::new())
    }

    /// An operator with options.
    pub(super) fn op_with(
        &mut self,
        kind: &str,
        inputs: &[&Value],
        options: Vec<AttributeProto>,
    ) -> Value {
        let output = self.fresh(kind);
        self.push(kind, inputs, vec![output.clone()], options);
        output
    }

    /// An operator with several outputs, of which all but the chosen one stay unnamed.
    pub(super) fn nth_output(
        &mut self,
        kind: &str,
        inputs: &[&Value],
        options: Vec<AttributeProto>,
        chosen: usize,
    ) -> Value {
        let output = self.fresh(kind);
        let mut outputs = vec![String::new(); chosen];
        outputs.push(output.clone());
        self.push(kind, inputs, outputs, options);
        output
    }

    pub(super) fn transpose(&mut self, value: &Value, axes: &[i64]) -> Value {
        self.op_with("Transpose", &[value], vec![ints("perm", axes)])
    }

    /// `0` keeps an axis as it is, `-1` takes what is left.
    pub(super) fn reshape(&mut self, value: &Value, sizes: &[i64]) -> Value {
        let sizes = self.integers(sizes);
        self.op("Reshape", &[value, &sizes])
    }

    /// Adds an axis of size 1, so that it has that index.
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

    /// The mean over an axis; `keep` leaves the axis with a size of 1.
    pub(super) fn mean(&mut self, value: &Value, axis: i64, keep: bool) -> Value {
        let options = vec![ints("axes", &[axis]), int("keepdims", keep.into())];
        self.op_with("ReduceMean", &[value], options)
    }

    /// `weight` `[in, out]` and `bias` `[out]` below `prefix`, applied to the last axis.
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

    /// A name that no value has yet.
    fn fresh(&self, stem: &str) -> String {
        let count = self.graph.node.len() + self.graph.initializer.len();
        format!("{}_{count}", stem.to_lowercase())
    }
}

/// A whole number as an operator's option.
pub(super) fn int(name: &str, value: i64) -> AttributeProto {
    AttributeProto {
        i: Some(value),
        ..option(name, AttributeType::Int)
    }
}

/// Whole numbers as an operator's option.
pub(super) fn ints(name: &str, values: &[i64]) -> AttributeProto {
    AttributeProto {
        ints: values.to_vec(),
        ..option(name, AttributeType::Ints)
    }
}

/// A number as an operator's option.
pub(super) fn float(name: &str, value: f32) -> AttributeProto {
    AttributeProto {
        f: Some(value),
        ..option(name, AttributeType::Float)
    }
}

/// A text as an operator's option.
pub(super) fn text(name: &str, value: &str) -> AttributeProto {
    AttributeProto {
        s: Some(value.as_bytes().to_vec()),
        ..option(name, AttributeType::String)
    }
}

fn option(name: &str, kind: AttributeType) -> AttributeProto {
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
