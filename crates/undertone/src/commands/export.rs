//! `undertone export`

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde::Serialize;
use undertone_export::onnx::Precision;
use undertone_export::{ExportError, ModelBundle, Request, Target, export as write};

use crate::cli::{ExportArgs, ExportTarget, Quantization};
use crate::exit::Exit;
use crate::model::ModelSource;
use crate::{interrupt, output};

pub(crate) fn export(args: &ExportArgs) -> anyhow::Result<Exit> {
    if args.to == ExportTarget::Onnx && !args.reports.is_empty() {
        bail!("--report is for the card, which --to onnx does not write");
    }
    if args.to != ExportTarget::Onnx && args.quantize.is_some() {
        bail!("--quantize is for --to onnx");
    }
    if args.to != ExportTarget::Space && args.binary.is_some() {
        bail!("--binary is for --to space: other exports contain no program");
    }
    let interrupt = interrupt::listen_for_lab()?;
    let mut bundle = bundle(args.model.as_deref())?;
    for report in &args.reports {
        bundle.add_report(report)?;
    }
    let binary = match (args.to, &args.binary) {
        (ExportTarget::Space, None) => std::env::current_exe()
            .context("cannot find this program's own file: give one with --binary")?,
        (_, binary) => binary.clone().unwrap_or_default(),
    };
    let precision = match args.quantize {
        None => Precision::Float32,
        Some(Quantization::Int8) => Precision::Int8,
    };
    let files = write(
        &bundle,
        &Request {
            target: match args.to {
                ExportTarget::Onnx => Target::Onnx(precision),
                ExportTarget::Hf => Target::Hub,
                ExportTarget::Space => Target::Space { binary: &binary },
                ExportTarget::Web => Target::Web,
                ExportTarget::Npm => Target::Npm,
            },
            out: &args.out,
            force: args.force,
            interrupt,
        },
    );
    let files = match files {
        Err(ExportError::Interrupted) => {
            output::say("interrupted");
            return Ok(Exit::Interrupted);
        }
        files => files?,
    };
    for warning in bundle.warnings() {
        output::warning(&warning);
    }
    if args.json {
        output::json(&Written::new(&args.out, &files))?;
    } else {
        for (name, bytes) in &files {
            let path = args.out.join(name);
            output::line(format_args!("{bytes:>11}  {}", path.display()))?;
        }
    }
    Ok(Exit::Done)
}

/// Open the model to export.
fn bundle(path: Option<&Path>) -> anyhow::Result<ModelBundle> {
    match ModelSource::find(path)?.folder() {
        None => built_in(),
        Some(folder) => Ok(ModelBundle::open(folder)?),
    }
}

#[cfg(feature = "embedded")]
fn built_in() -> anyhow::Result<ModelBundle> {
    use burn::tensor::Device;
    use undertone_models::{EMBEDDED_CARD, Model};

    let model = Model::embedded(&Device::flex())?;
    Ok(ModelBundle::new(model, EMBEDDED_CARD)?)
}

#[cfg(not(feature = "embedded"))]
fn built_in() -> anyhow::Result<ModelBundle> {
    bail!("this build has no built-in model: name one")
}

#[derive(Serialize)]
struct Written<'a> {
    out: &'a Path,
    files: Vec<WrittenFile<'a>>,
}

#[derive(Serialize)]
struct WrittenFile<'a> {
    path: &'a Path,
    bytes: u64,
}

impl<'a> Written<'a> {
    fn new(out: &'a Path, files: &'a [(PathBuf, u64)]) -> Self {
        let file = |(path, bytes): &'a (PathBuf, u64)| WrittenFile {
            path,
            bytes: *bytes,
        };
        Self {
            out,
            files: files.iter().map(file).collect(),
        }
    }
}
