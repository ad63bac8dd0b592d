//! `undertone report`

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde::Serialize;
use undertone_answer::Failure;
use undertone_files::OutputFolder;
use undertone_lab::{LabError, RunFolder, RunRecord};
use undertone_metrics::DimensionPrediction;
use undertone_report::{DimensionSummary, ReportSummary, ReportTask, output_folder, save_page};

use crate::cli::ReportArgs;
use crate::exit::Exit;
use crate::output;

#[derive(Serialize)]
struct Reported<'a, S> {
    #[serde(flatten)]
    summary: &'a S,
    page: String,
}

pub(crate) fn report(args: &ReportArgs) -> anyhow::Result<Exit> {
    let distinct: BTreeSet<PathBuf> = args
        .runs
        .iter()
        .map(|run| run.canonicalize().unwrap_or_else(|_| run.clone()))
        .collect();
    if distinct.len() < args.runs.len() {
        bail!("a run is given twice");
    }
    let (folder, force) = match (args.runs.as_slice(), &args.out) {
        (_, Some(out)) => (out.clone(), args.force),
        // This folder of a run contains nothing but its page.
        ([run], None) => (page_folder(run), true),
        _ => bail!("several runs: give the folder for their page with --out"),
    };
    if let Some(corpus) = args.corpus.as_ref().filter(|corpus| !corpus.exists()) {
        bail!("{}: no such corpus", corpus.display());
    }
    // Pages show runs of classes or runs of dimensions. The first readable run decides.
    let first = args
        .runs
        .iter()
        .find_map(|run| RunFolder::existing(run).ok());
    match first.is_some_and(|(_, recipe)| !recipe.dimensions.is_empty()) {
        false => report_of(args, (&folder, force), &read_classes, &print_classes),
        true if args.scheme.is_some() => {
            bail!("--scheme sums classes, and the runs predict numbers")
        }
        true => report_of(args, (&folder, force), &read_numbers, &|summary, page| {
            print_numbers(summary, page)
        }),
    }
}

fn read_classes(run: &Path, args: &ReportArgs) -> Result<RunRecord, LabError> {
    let record = RunRecord::read(run)?;
    match &args.scheme {
        Some(scheme) => record.summed(scheme),
        None => Ok(record),
    }
}

fn read_numbers(
    run: &Path,
    _args: &ReportArgs,
) -> Result<RunRecord<DimensionPrediction>, LabError> {
    RunRecord::read(run)
}

fn print_numbers(summary: &[DimensionSummary], page: &str) -> anyhow::Result<()> {
    summary.iter().try_for_each(|summary| {
        let page = page.to_owned();
        output::json(&Reported { summary, page })
    })
}

fn print_classes(summary: &ReportSummary, page: &str) -> anyhow::Result<()> {
    for summary in &summary.runs {
        output::json(&Reported {
            summary,
            page: page.to_owned(),
        })?;
    }
    summary.comparisons.iter().try_for_each(output::json)
}

/// Reads a run.
type Read<'a, P> = &'a dyn Fn(&Path, &ReportArgs) -> Result<RunRecord<P>, LabError>;

/// Write the page of the runs that predict `P`, which `read` reads. `print` prints their summary as
/// JSON.
fn report_of<P: ReportTask>(
    args: &ReportArgs,
    (folder, force): (&Path, bool),
    read: Read<'_, P>,
    print: &dyn Fn(&P::Summary, &str) -> anyhow::Result<()>,
) -> anyhow::Result<Exit> {
    let mut records = Vec::new();
    for run in &args.runs {
        match read(run, args) {
            Ok(record) => {
                for warning in &record.warnings {
                    output::warning(&format!("{warning}; its curves are missing"));
                }
                records.push(record);
            }
            Err(error) => failed(run, &error.into(), args.json)?,
        }
    }
    let exit = Exit::of(records.len(), args.runs.len() - records.len());
    if exit == Exit::Nothing {
        return Ok(exit);
    }
    let output = output_folder(folder, force)?;
    let summary = P::summary(&records)?;
    let page = save(&records, &summary, args.corpus.as_deref(), output)?;
    match args.json {
        true => print(&summary, &page.display().to_string())?,
        false => output::line(page.display())?,
    }
    Ok(exit)
}

/// Write the page of a run that was just trained on a corpus, and return its path. Without a
/// record, the run is read from its folder.
pub(super) fn of_run<P: ReportTask>(
    run: &Path,
    record: Option<RunRecord<P>>,
    corpus: &Path,
) -> anyhow::Result<PathBuf> {
    let records = [record.map_or_else(|| RunRecord::read(run), Ok)?];
    save(
        &records,
        &P::summary(&records)?,
        Some(corpus),
        output_folder(&page_folder(run), true)?,
    )
}

fn page_folder(run: &Path) -> PathBuf {
    run.join("report")
}

fn save<P: ReportTask>(
    records: &[RunRecord<P>],
    summary: &P::Summary,
    corpus: Option<&Path>,
    output: OutputFolder,
) -> anyhow::Result<PathBuf> {
    let page = P::page(records, summary, corpus)?;
    let folder = output.target().to_owned();
    save_page(&page, output).with_context(|| format!("no report in {}", folder.display()))
}

fn failed(run: &Path, error: &anyhow::Error, json: bool) -> anyhow::Result<()> {
    let (path, error) = (run.to_string_lossy(), output::in_one_line(error));
    output::error(&error);
    if json {
        output::json(&Failure {
            path: Some(path.into_owned()),
            error,
        })?;
    }
    Ok(())
}
