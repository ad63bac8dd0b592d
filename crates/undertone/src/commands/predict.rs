//! `undertone predict`

use std::io;

use serde::Serialize;
use undertone_audio::DecodeOptions;
use undertone_metrics::argmax;
use undertone_models::{Classifier, Prediction};

use super::milliseconds::to_milliseconds;
use super::predict_dimensions;
use super::print_each::{name_width, print_each};
use crate::cli::PredictArgs;
use crate::exit::Exit;
use crate::inputs::{self, Input};
use crate::model::ModelSource;
use crate::output::{self, InOrder};

/// A recording's duration and prediction.
struct Classified {
    seconds: f64,
    prediction: Prediction,
}

pub(crate) fn predict(args: &PredictArgs) -> anyhow::Result<Exit> {
    let model = ModelSource::find(args.model.as_deref())?;
    if let Some(regressor) = model.regressor(args.device.device)? {
        return predict_dimensions::predict(args, &regressor);
    }
    let classifier = model.classifier(args.device.device)?;
    let inputs = inputs::find(&args.inputs);
    let options = DecodeOptions {
        max_seconds: args.max_seconds,
    };
    let mut table = Table::new(&inputs, classifier.labels(), args.timeline);
    let work = |input: &Input| classify(&classifier, input, &options);
    print_each(&inputs, args.json, work, |name, classified| {
        match args.json {
            true => output::json(&Row::new(name, classified, args.timeline)),
            false => table.row(name, classified, args.timeline),
        }
    })
}

fn classify(
    classifier: &Classifier,
    input: &Input,
    options: &DecodeOptions,
) -> Result<Classified, String> {
    let recording = input.decode(options)?;
    let prediction = classifier
        .classify(&recording)
        .map_err(|error| error.to_string())?;
    Ok(Classified {
        seconds: recording.duration(),
        prediction,
    })
}

#[derive(Serialize)]
struct Row<'a> {
    path: &'a str,
    label: &'a str,
    confidence: f32,
    probabilities: InOrder<&'a str, f32>,
    seconds: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    windows: Option<Vec<WindowRow<'a>>>,
}

#[derive(Serialize)]
struct WindowRow<'a> {
    start: f64,
    end: f64,
    label: &'a str,
    probabilities: InOrder<&'a str, f32>,
}

impl<'a> Row<'a> {
    fn new(path: &'a str, classified: &'a Classified, timeline: bool) -> Self {
        let Classified {
            seconds,
            prediction,
        } = classified;
        let by_label = |probabilities: &[f32]| {
            let labels = prediction.labels().iter().map(String::as_str);
            InOrder(labels.zip(probabilities.iter().copied()).collect())
        };
        let windows = prediction.windows.iter().map(|window| WindowRow {
            start: to_milliseconds(window.start),
            end: to_milliseconds(window.end),
            label: &prediction.labels()[window.class()],
            probabilities: by_label(&window.probabilities),
        });
        Self {
            path,
            label: prediction.label(),
            confidence: prediction.confidence(),
            probabilities: by_label(&prediction.probabilities),
            seconds: to_milliseconds(*seconds),
            windows: timeline.then(|| windows.collect()),
        }
    }
}

/// A table for people. The first row prints the heading before itself.
struct Table {
    labels: Vec<String>,
    name_width: usize,
    label_width: usize,
    begun: bool,
}

const BAR_WIDTH: usize = "confidence".len();

impl Table {
    fn new(inputs: &[Input], labels: &[String], timeline: bool) -> Self {
        let widths = labels.iter().map(|label| label.chars().count());
        Self {
            labels: labels.to_vec(),
            name_width: name_width(inputs, timeline),
            label_width: widths.max().unwrap_or(0),
            begun: false,
        }
    }

    fn row(&mut self, name: &str, classified: &Classified, timeline: bool) -> anyhow::Result<()> {
        if !self.begun {
            self.begun = true;
            self.heading()?;
        }
        let Classified {
            seconds,
            prediction,
        } = classified;
        let cells = self.cells(&prediction.probabilities);
        let width = self.name_width;
        output::line(format_args!("{name:width$}  {cells}  {seconds:>7.2}"))?;
        if timeline {
            for window in &prediction.windows {
                let span = format!("  {:.2} - {:.2} s", window.start, window.end);
                let cells = self.cells(&window.probabilities);
                output::line(format_args!("{span:width$}  {cells}"))?;
            }
        }
        Ok(())
    }

    fn heading(&self) -> anyhow::Result<()> {
        let (name, label) = (self.name_width, self.label_width);
        let classes: String = self
            .labels
            .iter()
            .map(|label| format!("  {label:>width$}", width = column_width(label)))
            .collect();
        output::line(format_args!(
            "{:name$}  {:label$}  {:BAR_WIDTH$}{classes}  {:>7}",
            "file", "label", "confidence", "seconds"
        ))
    }

    fn cells(&self, probabilities: &[f32]) -> String {
        let best = argmax(probabilities);
        let bar = output::paint(&io::stdout(), output::CYAN, &bar(probabilities[best]));
        let mut cells = format!(
            "{:width$}  {bar}",
            self.labels[best],
            width = self.label_width
        );
        for (label, probability) in self.labels.iter().zip(probabilities) {
            let percent = format!("{:.1} %", 100.0 * probability);
            cells += &format!("  {percent:>width$}", width = column_width(label));
        }
        cells
    }
}

fn column_width(label: &str) -> usize {
    label.chars().count().max("100.0 %".len())
}

fn bar(share: f32) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let filled = (share.clamp(0.0, 1.0) * BAR_WIDTH as f32 * 8.0).round() as usize;
    let bar = "█".repeat(filled / 8) + EIGHTHS[filled % 8];
    format!("{bar:BAR_WIDTH$}")
}
