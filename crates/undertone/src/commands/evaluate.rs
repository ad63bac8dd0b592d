//! `undertone evaluate`

use std::io::Write;
use std::path::Path;

use anyhow::bail;
use undertone_corpus::{BalanceStep, LabelMap, Protocol, ProtocolConfig};
#[cfg(feature = "report")]
use undertone_files::OutputFolder;
use undertone_lab::{
    EvaluationTask, LabError, Robustness, RunFolder, RunRecord, evaluate_dimensions,
    evaluate_model, evaluate_robustness,
};
use undertone_metrics::Report;
use undertone_models::ModelConfig;
#[cfg(feature = "report")]
use undertone_report::{evaluation_folder, save_evaluation};

use super::clips_parquet;
use super::task::Task;
use crate::cli::{EvaluateArgs, Format};
use crate::exit::Exit;
use crate::reporter::Reporter;
use crate::sink::Sink;
use crate::{corpora, interrupt, model, output};

pub(crate) fn evaluate(args: &EvaluateArgs) -> anyhow::Result<Exit> {
    if args.protocol == Protocol::Full {
        bail!("the protocol `full` holds nothing back for evaluation: choose another one");
    }
    let folder = model::folder(&args.model)?;
    let (protocol, balance) = protocol_of(&args.model, args.protocol);
    let training_clips = match RunFolder::existing(&args.model) {
        Ok((run, _)) => run.training_clips()?,
        Err(_) => None,
    };
    let out = args.out.as_deref();
    let out = out.map(|path| Out::begin(path, args)).transpose()?;
    #[cfg(feature = "report")]
    if args.robustness && matches!(out, Some(Out::Folder(_))) {
        bail!("--robustness makes one table: name it with --out FILE.json or FILE.csv");
    }
    let mut opening = corpora::options(&args.voice, Some(&args.labels), &args.columns)?;
    if let (true, Ok((_, recipe))) = (
        opening.labels == LabelMap::default(),
        RunFolder::existing(&args.model),
    ) {
        opening.labels = recipe.labels;
    }
    let is_input = |out: &&Path| {
        args.corpus
            .iter()
            .any(|source| corpora::same_file(out, &source.path))
    };
    if let Some(path) = args.out.as_deref().filter(is_input) {
        bail!(
            "{}: this is the corpus; choose another --out",
            path.display()
        );
    }
    let of_dimensions = !ModelConfig::load(&folder)?.dimensions.is_empty();
    if args.robustness && of_dimensions {
        bail!("--robustness compares the UAR of classes, and this model predicts dimensions");
    }
    let corpus = corpora::open_with_warning(&args.corpus, &opening)?;
    let device = args.device.device.open()?;
    let interrupt = interrupt::listen_for_lab()?;
    let reporter = Reporter::new(0, false, None);
    let task = EvaluationTask {
        model: &folder,
        corpus: &corpus,
        protocol: &protocol,
        balance: &balance,
        training_clips,
        seed: args.seed,
        fold: args.fold,
        degradation: None,
        device,
        precision: args.precision.precision,
        cache: args.cache.folder(),
        max_seconds: args.length.max_seconds,
        observer: &|event| reporter.observe(event),
        interrupt,
    };
    if args.robustness {
        let table = evaluate_robustness(&task, &|condition| output::say(condition));
        reporter.end();
        let Some(table) = unless_interrupted(table)? else {
            return Ok(Exit::Interrupted);
        };
        return print_robustness(&table, out, printed(args));
    }
    match of_dimensions {
        false => {
            let evaluated = evaluate_model(&task);
            reporter.end();
            finish(evaluated, out, &corpus.root, printed(args))
        }
        true => {
            let evaluated = evaluate_dimensions(&task);
            reporter.end();
            finish(evaluated, out, &corpus.root, printed(args))
        }
    }
}

/// Write and print the results.
fn finish<P: Task>(
    evaluated: Result<RunRecord<P>, LabError>,
    out: Option<Out<'_>>,
    corpus: &Path,
    format: Format,
) -> anyhow::Result<Exit> {
    let Some(record) = unless_interrupted(evaluated)? else {
        return Ok(Exit::Interrupted);
    };
    let Some(report) = &record.report else {
        bail!("the protocol has no test clip");
    };
    if let Some(out) = out {
        out.write(&record, report, corpus)?;
    }
    let clips = || P::to_csv(&record.targets, &record.test_predictions());
    match format {
        Format::Table => output::line(report.to_text().trim_end())?,
        Format::Json => output::json(report)?,
        Format::Csv | Format::Parquet => Sink::print(|sink| write_rows(format, &clips(), sink))?,
    }
    Ok(match report.unreadable {
        0 => Exit::Done,
        _ => Exit::Partly,
    })
}

/// Return what was evaluated, or say that it was interrupted and return `None`.
fn unless_interrupted<T>(evaluated: Result<T, LabError>) -> anyhow::Result<Option<T>> {
    match evaluated {
        Err(LabError::Interrupted) => {
            output::say("interrupted");
            Ok(None)
        }
        evaluated => Ok(Some(evaluated?)),
    }
}

/// Return what is printed: the scores if a file gets what --format asks for.
fn printed(args: &EvaluateArgs) -> Format {
    match (args.json, args.format) {
        (true, _) => Format::Json,
        (false, Some(_)) if args.out.is_some() => Format::Table,
        (false, format) => format.unwrap_or(Format::Table),
    }
}

fn print_robustness(
    table: &Robustness,
    out: Option<Out<'_>>,
    format: Format,
) -> anyhow::Result<Exit> {
    let write = |format, sink: &mut Sink| match format {
        Format::Table => Ok(writeln!(sink, "{}", table.to_text().trim_end())?),
        Format::Json => Ok(sink.write_all(&serde_json::to_vec_pretty(table)?)?),
        Format::Csv | Format::Parquet => write_rows(format, &table.to_csv(), sink),
    };
    if let Some(Out::File {
        path,
        format,
        force,
    }) = out
    {
        Sink::save(path, force, |sink| write(format, sink))?;
    }
    match format {
        Format::Json => output::json(table)?,
        format => Sink::print(|sink| write(format, sink))?,
    }
    Ok(Exit::Done)
}

/// Write a table that is CSV as CSV or Parquet.
fn write_rows(format: Format, csv: &str, sink: &mut Sink) -> anyhow::Result<()> {
    match format {
        Format::Parquet => clips_parquet::write(csv, sink),
        _ => Ok(sink.write_all(csv.as_bytes())?),
    }
}

/// Where the results go.
enum Out<'a> {
    File {
        path: &'a Path,
        format: Format,
        force: bool,
    },
    #[cfg(feature = "report")]
    Folder(OutputFolder),
}

impl<'a> Out<'a> {
    /// Check that the results can be written, before any work.
    fn begin(path: &'a Path, args: &EvaluateArgs) -> anyhow::Result<Self> {
        let force = args.force;
        if path.is_file() && !force {
            bail!("{}: the file exists; --force replaces it", path.display());
        }
        if let Some(format) = args.format.or_else(|| Format::of_name(path)) {
            if path.is_dir() {
                bail!("{}: is a folder; name a file", path.display());
            }
            return Ok(Self::File {
                path,
                format,
                force,
            });
        }
        #[cfg(feature = "report")]
        return Ok(Self::Folder(evaluation_folder(path, force)?));
        #[cfg(not(feature = "report"))]
        bail!(
            "{}: this build writes no pages; name a file, FILE.json, FILE.csv or FILE.parquet",
            path.display()
        );
    }

    #[cfg_attr(
        not(feature = "report"),
        allow(unused_variables, reason = "only the page reads the clips")
    )]
    fn write<P: Task>(
        self,
        record: &RunRecord<P>,
        report: &Report<P::Evaluation>,
        corpus: &Path,
    ) -> anyhow::Result<()> {
        match self {
            Self::File {
                path,
                format,
                force,
            } => Sink::save(path, force, |sink| match format {
                Format::Table => Ok(writeln!(sink, "{}", report.to_text().trim_end())?),
                Format::Json => Ok(sink.write_all(report.to_json()?.as_bytes())?),
                Format::Csv | Format::Parquet => {
                    let clips = P::to_csv(&record.targets, &record.test_predictions());
                    write_rows(format, &clips, sink)
                }
            }),
            #[cfg(feature = "report")]
            Self::Folder(folder) => {
                let page = save_evaluation(record, corpus, folder)?;
                output::say(format_args!("page: {}", page.display()));
                Ok(())
            }
        }
    }
}

/// Return the run's own options if it was trained under this protocol, so that its test set is the
/// same, or else the defaults.
fn protocol_of(model: &Path, protocol: Protocol) -> (ProtocolConfig, Vec<BalanceStep>) {
    match RunFolder::existing(model) {
        Ok((_, recipe)) if recipe.protocol.name == protocol => (recipe.protocol, recipe.balance),
        _ => (ProtocolConfig::new(protocol), Vec::new()),
    }
}
