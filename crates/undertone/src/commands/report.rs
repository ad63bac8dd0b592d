//! `undertone report`

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde::Serialize;
use undertone_files::OutputFolder;
use undertone_lab::RunRecord;
use undertone_report::{ReportSummary, RunSummary, output_folder, report_page, save_page};

use crate::cli::ReportArgs;
use crate::exit::Exit;
use crate::output;

#[derive(Serialize)]
struct Reported<'a> {
    #[serde(flatten)]
    summary: &'a RunSummary,
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
    let mut records = Vec::new();
    for run in &args.runs {
        let read = RunRecord::read(run);
        let read = match &args.scheme {
            Some(scheme) => read.and_then(|record| record.summed(scheme)),
            None => read,
        };
        match read {
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
    let output = output_folder(&folder, force)?;
    let summary = ReportSummary::new(&records)?;
    let page = save(&records, &summary, args.corpus.as_deref(), output)?;
    if args.json {
        let page = page.display().to_string();
        for summary in &summary.runs {
            output::json(&Reported {
                summary,
                page: page.clone(),
            })?;
        }
        summary.comparisons.iter().try_for_each(output::json)?;
    } else {
        output::line(page.display())?;
    }
    Ok(exit)
}

/// Write the page of a run that was just trained on a corpus, and return its path. Without a record,
/// the run is read from its folder.
pub(super) fn of_run(
    run: &Path,
    record: Option<RunRecord>,
    corpus: &Path,
) -> anyhow::Result<PathBuf> {
    let records = [record.map_or_else(|| RunRecord::read(run), Ok)?];
    save(
        &records,
        &ReportSummary::new(&records)?,
        Some(corpus),
        output_folder(&page_folder(run), true)?,
    )
}

fn page_folder(run: &Path) -> PathBuf {
    run.join("report")
}

fn save(
    records: &[RunRecord],
    summary: &ReportSummary,
    corpus: Option<&Path>,
    output: OutputFolder,
) -> anyhow::Result<PathBuf> {
    let page = report_page(records, summary, corpus)?;
    let folder = output.target().to_owned();
    save_page(&page, output).with_context(|| format!("no report in {}", folder.display()))
}

fn failed(run: &Path, error: &anyhow::Error, json: bool) -> anyhow::Result<()> {
    let (path, error) = (run.to_string_lossy(), output::in_one_line(error));
    output::error(&error);
    if json {
        output::json(&output::Failure {
            path: &path,
            error: &error,
        })?;
    }
    Ok(())
}
