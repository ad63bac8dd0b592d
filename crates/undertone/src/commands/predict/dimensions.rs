//! `undertone predict` with a model that predicts numbers.

use anyhow::bail;
use undertone_answer::{ByName, ModelIdentity, NumbersAnswer, NumbersSegment, RecordingFacts};
use undertone_audio::{DecodeOptions, Warning};
use undertone_models::Regressor;
use undertone_segments::LabeledSegment;
use undertone_tables::{Cell, Column, Kind};

use super::super::in_order::in_order;
use super::columns::names;
use super::name_width::name_width;
use super::results::{Layout, Results};
use super::warnings::in_words;
use crate::answers::identity;
use crate::cli::{PredictArgs, PredictFormat};
use crate::exit::Exit;
use crate::inputs::{Input, Inputs};
use crate::model::ModelSource;

/// The longest recording that is accepted if nothing else is said, in seconds: all of it is in
/// memory.
const LONGEST: f64 = 600.0;

pub(super) fn predict(
    args: &PredictArgs,
    source: &ModelSource,
    regressor: &Regressor,
) -> anyhow::Result<Exit> {
    let scheme = args.scheme.as_ref().map(|_| "--scheme");
    let given = args
        .adaptation
        .given()
        .into_iter()
        .chain(args.segments.given());
    if let Some(option) = given.chain(scheme).next() {
        bail!("{option} is for models of classes, and this model predicts numbers");
    }
    if let PredictFormat::Segments(format) = args.output.format() {
        bail!("{format} is for models of classes, and this model predicts numbers");
    }
    let mut inputs = Inputs::of(&args.inputs)?;
    let say_left_out = inputs.say_left_out();
    let options = DecodeOptions {
        max_seconds: args.max_seconds.unwrap_or(LONGEST),
    };
    let model = identity(source, || regressor.identity());
    let names = regressor.dimensions().iter().map(|it| it.name.clone());
    let table = NumbersTable {
        names: names.collect(),
        segments: args.timeline,
        name_width: name_width(&mut inputs, args.timeline),
    };
    let mut results = Results::begin(args, table)?;
    inputs.leave_out(results.already_done());
    let work = |input: &Input| estimate(regressor, &model, input, &options, args.timeline);
    in_order(inputs, work, |input, result| results.row(input, result))?;
    let exit = results.finish(0);
    say_left_out();
    exit
}

fn estimate(
    regressor: &Regressor,
    model: &ModelIdentity,
    input: &Input,
    options: &DecodeOptions,
    windows: bool,
) -> Result<NumbersAnswer, String> {
    let recording = input.decode(options)?;
    let of_samples = Warning::of(&recording);
    let estimate = match of_samples.contains(&Warning::Silent) {
        true => None,
        false => Some(regressor.estimate(&recording)),
    };
    let estimate = estimate.transpose().map_err(|error| error.to_string())?;
    let read = estimate.iter().flat_map(|it| &it.windows);
    let read = read.map(|window| (window.start, window.end));
    let facts = RecordingFacts {
        seconds: recording.duration(),
        sample_rate: recording.sample_rate,
        channels: recording.channels,
        warnings: Warning::of_result(&of_samples, read, false),
    };
    Ok(regressor.answer(model.clone(), facts, estimate.as_ref(), windows))
}

/// How answers look.
struct NumbersTable {
    names: Vec<String>,
    /// Whether each segment has a row.
    segments: bool,
    name_width: usize,
}

const NARROWEST: usize = "-000.000".len();

impl NumbersTable {
    fn cells(&self, text: impl Fn(usize, &str) -> String) -> String {
        let cell = |(index, name): (usize, &String)| {
            let width = name.chars().count().max(NARROWEST);
            format!("  {:>width$}", text(index, name))
        };
        self.names.iter().enumerate().map(cell).collect()
    }

    fn numbers(&self, values: Option<&ByName>) -> String {
        self.cells(|index, _| {
            let value = values.and_then(|it| it.values().get(index));
            value.map_or("-".to_owned(), |value| format!("{value:.3}"))
        })
    }

    fn row(&self, answer: &NumbersAnswer, segment: Option<&NumbersSegment>) -> Vec<Cell> {
        let mut cells = vec![Cell::of(answer.path.clone(), Cell::Text)];
        if self.segments {
            cells.push(Cell::of(segment.map(|it| it.start), Cell::Double));
            cells.push(Cell::of(segment.map(|it| it.end), Cell::Double));
        }
        let values = match segment {
            Some(segment) => Some(&segment.values),
            None => answer.values.as_ref(),
        };
        let value = |index| values.and_then(|it| it.values().get(index).copied());
        cells.extend((0..self.names.len()).map(|it| Cell::of(value(it), Cell::Float)));
        cells.push(Cell::Text(names(&answer.warnings)));
        cells.push(Cell::Double(answer.seconds));
        cells.push(Cell::Integer(answer.sample_rate.into()));
        cells.push(Cell::Integer(answer.channels as i64));
        cells.push(Cell::text(&answer.model.name));
        cells.push(Cell::of(answer.model.version.clone(), Cell::Text));
        cells.push(Cell::Empty);
        cells
    }
}

impl Layout for NumbersTable {
    type Answer = NumbersAnswer;

    fn name(answer: &mut NumbersAnswer, path: String) {
        answer.path = Some(path);
    }

    fn warnings(answer: &NumbersAnswer) -> &[Warning] {
        &answer.warnings
    }

    fn heading(&self) -> String {
        let names = self.cells(|_, name| name.to_owned());
        format!(
            "{:width$}{names}  {:>7}",
            "file",
            "seconds",
            width = self.name_width
        )
    }

    fn lines(&self, answer: &NumbersAnswer, _: bool) -> Vec<String> {
        let (width, seconds) = (self.name_width, answer.seconds);
        let name = answer.path.as_deref().unwrap_or_default();
        let cells = self.numbers(answer.values.as_ref());
        let warnings = in_words(&answer.warnings);
        let mut lines = vec![format!("{name:width$}{cells}  {seconds:>7.2}{warnings}")];
        for segment in answer.segments.iter().flatten() {
            let span = format!("  {:.2} - {:.2} s", segment.start, segment.end);
            lines.push(format!(
                "{span:width$}{}",
                self.numbers(Some(&segment.values))
            ));
        }
        lines
    }

    fn columns(&self) -> Vec<Column> {
        let mut columns = vec![Column::new("path", Kind::Text)];
        if self.segments {
            columns.push(Column::new("start", Kind::Double));
            columns.push(Column::new("end", Kind::Double));
        }
        columns.extend(
            self.names
                .iter()
                .map(|it| Column::new(format!("v_{it}"), Kind::Float)),
        );
        columns.extend([
            Column::new("warnings", Kind::Text),
            Column::new("seconds", Kind::Double),
            Column::new("sample_rate", Kind::Integer),
            Column::new("channels", Kind::Integer),
            Column::new("model", Kind::Text),
            Column::new("version", Kind::Text),
            Column::new("error", Kind::Text),
        ]);
        columns
    }

    fn labeled(_: &NumbersAnswer) -> Vec<LabeledSegment> {
        Vec::new()
    }

    fn recording(answer: &NumbersAnswer) -> &str {
        answer.path.as_deref().unwrap_or_default()
    }

    fn seconds(answer: &NumbersAnswer) -> f64 {
        answer.seconds
    }

    fn rows(&self, answer: &NumbersAnswer) -> Vec<Vec<Cell>> {
        match answer.segments.as_deref() {
            Some(parts @ [_, ..]) if self.segments => parts
                .iter()
                .map(|part| self.row(answer, Some(part)))
                .collect(),
            _ => vec![self.row(answer, None)],
        }
    }
}
