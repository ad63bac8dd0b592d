//! `undertone predict`

mod adaptation;
mod columns;
mod dimensions;
mod name_width;
mod results;
mod sentences;
mod table;
mod warnings;

use anyhow::bail;
use undertone_audio::DecodeOptions;

use super::classified::Classified;
use super::in_order::in_order;
use super::listening::Listening;
use crate::answers::answers;
use crate::cli::{Format, PredictArgs, PredictFormat};
use crate::exit::Exit;
use crate::inputs::{Input, Inputs};
use crate::model::ModelSource;
use adaptation::Adaptation;
use results::Results;
use table::ClassTable;

pub(crate) fn predict(args: &PredictArgs) -> anyhow::Result<Exit> {
    let model = ModelSource::find(args.model.as_deref())?;
    if let Some(regressor) = model.regressor(args.device.device, args.precision.precision)? {
        return dimensions::predict(args, &model, &regressor);
    }
    let classifier = model.classifier(args.device.device, args.precision.precision)?;
    let answers = answers(&classifier, &model, args.scheme.as_ref())?;
    let mut inputs = Inputs::of(&args.inputs)?;
    let say_left_out = inputs.say_left_out();
    let options = DecodeOptions {
        max_seconds: args.max_seconds.unwrap_or(f64::INFINITY),
    };
    let mut listening = Listening::of(&args.segments, options);
    let format = args.output.format();
    if args.segments.why && !matches!(format, PredictFormat::Rows(Format::Table | Format::Json)) {
        bail!("--why is told by a table and by JSON only: choose --format table or json");
    }
    if let PredictFormat::Segments(_) = format {
        listening = listening.in_segments();
    }
    if args.inputs.is_one_file() {
        listening = listening.with_progress();
    }
    let adapts = !args.adaptation.given().is_empty();
    let shows_segments = args.timeline || args.segments.shown();
    let table = ClassTable::new(&mut inputs, &answers, shows_segments, adapts);
    let mut results = Results::begin(args, table)?;
    inputs.leave_out(results.already_done());
    // All recordings of a voice are heard before one is judged.
    let known: Vec<Input> = match adapts {
        true => inputs.by_ref().collect(),
        false => Vec::new(),
    };
    let adaptation = Adaptation::begin(&args.adaptation, &classifier, &known, &options)?;
    let references_failed = adaptation.as_ref().map_or(0, |it| it.failed);
    let work = |input: &Input| listening.classify(&classifier, input);

    let mut print = |input: &Input, result: Result<Classified, String>| {
        results.row(input, result.map(|it| it.answer(&answers, args.timeline)))
    };
    match adaptation {
        None => in_order(inputs, work, print)?,
        Some(mut adaptation) => {
            // Results are small, and recordings are not: only results wait for the last recording.
            let mut heard = Vec::new();
            if adaptation.hears {
                in_order(known.clone().into(), work, |input, result| {
                    if let Ok(classified) = &result {
                        adaptation.hear(heard.len(), input, classified)?;
                    }
                    heard.push(result);
                    Ok(())
                })?;
            }
            adaptation.say();
            let mut number = 0;
            let mut judge = |input: &Input, result: Result<Classified, String>| {
                let judged = match result {
                    Ok(classified) => Ok(adaptation.judge(number, input, classified)?),
                    Err(error) => Err(error),
                };
                number += 1;
                print(input, judged)
            };
            match adaptation.hears {
                true => {
                    for (input, result) in known.iter().zip(heard) {
                        judge(input, result)?;
                    }
                }
                false => in_order(known.into(), work, judge)?,
            }
        }
    }
    let exit = results.finish(references_failed);
    say_left_out();
    exit
}
