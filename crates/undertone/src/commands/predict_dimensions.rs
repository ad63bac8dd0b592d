//! `undertone predict` with a model that predicts numbers.

use serde::Serialize;
use undertone_audio::DecodeOptions;
use undertone_models::{Dimension, Estimate, Regressor};

use super::milliseconds::to_milliseconds;
use super::print_each::{name_width, print_each};
use crate::cli::PredictArgs;
use crate::exit::Exit;
use crate::inputs::{self, Input};
use crate::output::{self, InOrder};

/// A recording's duration and numbers.
struct Estimated {
    seconds: f64,
    estimate: Estimate,
}

pub(super) fn predict(args: &PredictArgs, regressor: &Regressor) -> anyhow::Result<Exit> {
    let inputs = inputs::find(&args.inputs);
    let options = DecodeOptions {
        max_seconds: args.max_seconds,
    };
    let dimensions = regressor.dimensions();
    let mut table = Table::new(&inputs, dimensions, args.timeline);
    let work = |input: &Input| estimate(regressor, input, &options);
    print_each(&inputs, args.json, work, |name, estimated| {
        match args.json {
            true => output::json(&Row::new(name, estimated, dimensions, args.timeline)),
            false => table.row(name, estimated, args.timeline),
        }
    })
}

fn estimate(
    regressor: &Regressor,
    input: &Input,
    options: &DecodeOptions,
) -> Result<Estimated, String> {
    let recording = input.decode(options)?;
    let estimate = regressor
        .estimate(&recording)
        .map_err(|error| error.to_string())?;
    Ok(Estimated {
        seconds: recording.duration(),
        estimate,
    })
}

#[derive(Serialize)]
struct Row<'a> {
    path: &'a str,
    values: InOrder<&'a str, f32>,
    seconds: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    windows: Option<Vec<WindowRow<'a>>>,
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
        Estimated { seconds, estimate }: &Estimated,
        dimensions: &'a [Dimension],
        timeline: bool,
    ) -> Self {
        let by_name = |values: &[f32]| {
            let names = dimensions.iter().map(|dimension| dimension.name.as_str());
            InOrder(names.zip(values.iter().copied()).collect())
        };
        let windows = estimate.windows.iter().map(|window| WindowRow {
            start: to_milliseconds(window.start),
            end: to_milliseconds(window.end),
            values: by_name(&window.values),
        });
        Self {
            path,
            values: by_name(&estimate.values),
            seconds: to_milliseconds(*seconds),
            windows: timeline.then(|| windows.collect()),
        }
    }
}

/// A table for people. The first row prints the heading before itself.
struct Table {
    names: Vec<String>,
    name_width: usize,
    begun: bool,
}

const NARROWEST: usize = "-000.000".len();

impl Table {
    fn new(inputs: &[Input], dimensions: &[Dimension], timeline: bool) -> Self {
        Self {
            names: dimensions.iter().map(|it| it.name.clone()).collect(),
            name_width: name_width(inputs, timeline),
            begun: false,
        }
    }

    fn row(
        &mut self,
        name: &str,
        Estimated { seconds, estimate }: &Estimated,
        timeline: bool,
    ) -> anyhow::Result<()> {
        let width = self.name_width;
        if !self.begun {
            self.begun = true;
            let names = self.cells(|name, _| name.to_owned(), &estimate.values);
            output::line(format_args!("{:width$}{names}  {:>7}", "file", "seconds"))?;
        }
        let number = |_: &str, value: f32| format!("{value:.3}");
        let cells = self.cells(number, &estimate.values);
        output::line(format_args!("{name:width$}{cells}  {seconds:>7.2}"))?;
        if timeline {
            for window in &estimate.windows {
                let span = format!("  {:.2} - {:.2} s", window.start, window.end);
                let cells = self.cells(number, &window.values);
                output::line(format_args!("{span:width$}{cells}"))?;
            }
        }
        Ok(())
    }

    fn cells(&self, text: impl Fn(&str, f32) -> String, values: &[f32]) -> String {
        let cell = |(name, value): (&String, &f32)| {
            let width = name.chars().count().max(NARROWEST);
            format!("  {:>width$}", text(name, *value))
        };
        self.names.iter().zip(values).map(cell).collect()
    }
}
