//! `undertone predict`

mod adaptation;
mod answers;
mod dimensions;
mod row;
mod table;
mod warnings;

use undertone_audio::DecodeOptions;

use super::classified::{Classified, classify};
use super::in_order::in_order;
use super::print_each::Rows;
use crate::cli::PredictArgs;
use crate::exit::Exit;
use crate::inputs::{self, Input};
use crate::model::ModelSource;
use crate::output;
use adaptation::Adaptation;
use answers::Answers;
use row::Row;
use table::Table;
use warnings::explain;

pub(crate) fn predict(args: &PredictArgs) -> anyhow::Result<Exit> {
    let model = ModelSource::find(args.model.as_deref())?;
    if let Some(regressor) = model.regressor(args.device.device)? {
        return dimensions::predict(args, &regressor);
    }
    let classifier = model.classifier(args.device.device)?;
    let answers = Answers::new(&classifier, args.scheme.as_ref())?;
    let inputs = inputs::find(&args.inputs);
    let options = DecodeOptions {
        max_seconds: args.max_seconds,
    };
    let adaptation = Adaptation::begin(&args.adaptation, &classifier, &inputs, &options)?;
    let references_failed = adaptation.as_ref().map_or(0, |it| it.failed);
    let work = |input: &Input| classify(&classifier, input, &options);

    let mut rows = Rows::new(args.json);
    let mut table = Table::new(&inputs, &answers, args.timeline);
    let mut print = |input: &Input, result| {
        rows.row(input, result, |name, classified: &Classified| {
            match args.json {
                true => output::json(&Row::new(name, classified, &answers, args.timeline)),
                false => table.row(name, classified),
            }
        })
    };
    match adaptation {
        None => in_order(&inputs, work, print)?,
        Some(mut adaptation) => {
            // Results are small, and recordings are not: only results wait for the last recording.
            let mut results = Vec::new();
            if adaptation.hears {
                in_order(&inputs, work, |input, result| {
                    if let Ok(classified) = &result {
                        adaptation.hear(results.len(), input, classified)?;
                    }
                    results.push(result);
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
                    for (input, result) in inputs.iter().zip(results) {
                        judge(input, result)?;
                    }
                }
                false => in_order(&inputs, work, judge)?,
            }
        }
    }
    explain(&table.warnings);
    Ok(rows.exit(references_failed))
}
