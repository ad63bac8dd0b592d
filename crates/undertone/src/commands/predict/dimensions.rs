//! `undertone predict` with a model that predicts numbers.

use std::collections::BTreeSet;

use anyhow::bail;
use serde::Serialize;
use undertone_audio::{DecodeOptions, Warning};
use undertone_models::{Dimension, Estimate, Regressor};

use super::super::milliseconds::to_milliseconds;
use super::super::print_each::{name_width, print_each};
use super::warnings::{explain, in_words};
use crate::cli::PredictArgs;
use crate::exit::Exit;
use crate::inputs::{self, Input};
use crate::output::{self, InOrder};

/// A recording's duration, numbers and warnings.
struct Estimated {
    seconds: f64,
    /// `None` for a silent recording, which the model does not read.
    estimate: Option<Estimate>,
    warnings: Vec<Warning>,
}

pub(super) fn predict(args: &PredictArgs, regressor: &Regressor) -> anyhow::Result<Exit> {
    let scheme = args.scheme.as_ref().map(|_| "--scheme");
    if let Some(option) = args.adaptation.given().into_iter().chain(scheme).next() {
        bail!("{option} is for models of classes, and this model predicts numbers");
    }
    let inputs = inputs::find(&args.inputs);
    let options = DecodeOptions {
        max_seconds: args.max_seconds,
    };
    let dimensions = regressor.dimensions();
    let mut table = Table::new(&inputs, dimensions, args.timeline);
    let work = |input: &Input| estimate(regressor, input, &options);
    let exit = print_each(&inputs, args.json, work, |name, estimated| {
        match args.json {
            true => output::json(&Row::new(name, estimated, dimensions, args.timeline)),
            false => table.row(name, estimated, args.timeline),
        }
    })?;
    explain(&table.warnings);
    Ok(exit)
}

fn estimate(
    regressor: &Regressor,
    input: &Input,
    options: &DecodeOptions,
) -> Result<Estimated, String> {
    let recording = input.decode(options)?;
    let of_samples = Warning::of(&recording);
    let estimate = match of_samples.contains(&Warning::Silent) {
        true => None,
        false => Some(regressor.estimate(&recording)),
    };
    let estimate = estimate.transpose().map_err(|error| error.to_string())?;
    let windows = estimate.iter().flat_map(|it| &it.windows);
    let windows = windows.map(|window| (window.start, window.end));
    Ok(Estimated {
        seconds: recording.duration(),
        warnings: Warning::of_result(&of_samples, windows, false),
        estimate,
    })
}

#[derive(Serialize)]
struct Row<'a> {
    path: &'a str,
    values: Option<InOrder<&'a str, f32>>,
    seconds: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    windows: Option<Vec<WindowRow<'a>>>,
    warnings: &'a [Warning],
}

#[derive(Serialize)]
struct WindowRow<'a> {
    start: f64,
    end: f64,
    values: InOrder<&'a str, f32>,
}

impl<'a> Row<'a> {
    fn new(
        path: &'a str,
        estimated: &'a Estimated,
        dimensions: &'a [Dimension],
        timeline: bool,
    ) -> Self {
        let by_name = |values: &[f32]| {
            let names = dimensions.iter().map(|dimension| dimension.name.as_str());
            InOrder(names.zip(values.iter().copied()).collect())
        };
        let estimate = estimated.estimate.as_ref();
        let windows = estimate.map_or(&[][..], |it| &it.windows);
        let windows = windows.iter().map(|window| WindowRow {
            start: to_milliseconds(window.start),
            end: to_milliseconds(window.end),
            values: by_name(&window.values),
        });
        Self {
            path,
            values: estimate.map(|it| by_name(&it.values)),
            seconds: to_milliseconds(estimated.seconds),
            windows: timeline.then(|| windows.collect()),
            warnings: &estimated.warnings,
        }
    }
}

/// A table for people. The first row prints the heading before itself.
struct Table {
    names: Vec<String>,
    name_width: usize,
    begun: bool,
    /// The warnings of all rows.
    warnings: BTreeSet<Warning>,
}

const NARROWEST: usize = "-000.000".len();

impl Table {
    fn new(inputs: &[Input], dimensions: &[Dimension], timeline: bool) -> Self {
        Self {
            names: dimensions.iter().map(|it| it.name.clone()).collect(),
            name_width: name_width(inputs, timeline),
            begun: false,
            warnings: BTreeSet::new(),
        }
    }

    fn row(&mut self, name: &str, estimated: &Estimated, timeline: bool) -> anyhow::Result<()> {
        let width = self.name_width;
        if !self.begun {
            self.begun = true;
            let names = self.cells(|_, name| name.to_owned());
            output::line(format_args!("{:width$}{names}  {:>7}", "file", "seconds"))?;
        }
        let estimate = estimated.estimate.as_ref();
        let number = |values: &[f32], index: usize| format!("{:.3}", values[index]);
        let cells = self.cells(|index, _| match estimate {
            Some(estimate) => number(&estimate.values, index),
            None => "-".to_owned(),
        });
        let (seconds, warnings) = (estimated.seconds, in_words(&estimated.warnings));
        output::line(format_args!(
            "{name:width$}{cells}  {seconds:>7.2}{warnings}"
        ))?;
        self.warnings.extend(&estimated.warnings);
        if timeline {
            for window in estimate.iter().flat_map(|it| &it.windows) {
                let span = format!("  {:.2} - {:.2} s", window.start, window.end);
                let cells = self.cells(|index, _| number(&window.values, index));
                output::line(format_args!("{span:width$}{cells}"))?;
            }
        }
        Ok(())
    }

    fn cells(&self, text: impl Fn(usize, &str) -> String) -> String {
        let cell = |(index, name): (usize, &String)| {
            let width = name.chars().count().max(NARROWEST);
            format!("  {:>width$}", text(index, name))
        };
        self.names.iter().enumerate().map(cell).collect()
    }
}
