//! Running a recipe on a corpus, for `train` and `crossval`.

use std::path::Path;

use serde::Serialize;
use undertone_corpus::CorpusOptions;
#[cfg(feature = "report")]
use undertone_lab::RunRecord;
use undertone_lab::{Experiment, Finished, FoldChoice, LabError, Recipe, RunFolder};
use undertone_metrics::{Report, SetText};

#[cfg(feature = "report")]
use super::report;
use super::task::Task;
use crate::cli::ExperimentArgs;
use crate::exit::Exit;
use crate::reporter::Reporter;
#[cfg(feature = "tui")]
use crate::reporter::View;
#[cfg(feature = "tui")]
use crate::tui::{Live, Stop};
use crate::{corpora, encoders, interrupt, output};

/// Load the recipe and apply what the command line sets.
pub(super) fn recipe(args: &ExperimentArgs, seed: Option<u64>) -> anyhow::Result<Recipe> {
    let mut overrides = args.set.clone();
    overrides.extend(seed.map(|seed| format!("seed={seed}")));
    overrides.extend(
        args.protocol
            .map(|protocol| format!("protocol.name=\"{protocol}\"")),
    );
    Ok(Recipe::load(&args.recipe, &overrides)?)
}

/// Train the chosen folds and print the results.
pub(super) fn run(
    args: &ExperimentArgs,
    mut recipe: Recipe,
    choice: &FoldChoice,
) -> anyhow::Result<Exit> {
    let opening = CorpusOptions {
        labels: recipe.labels.clone(),
        ..corpora::options(&args.voice, None, &args.columns)?
    };
    let corpus = corpora::open_with_warning(&args.corpus, &opening)?;
    let only_to_judge = corpus.sources.iter().filter_map(|info| info.book());
    for book in only_to_judge.filter(|book| !book.terms.train) {
        output::warning(&format!(
            "{}: {}; use it only to judge, or do not pass the model on",
            book.name, book.terms.license
        ));
    }
    let device = args.device.device.open()?;
    recipe = recipe.for_corpus(&corpus)?;
    if let Some(note) = corpora::no_common_class(&corpus, &recipe.label_scheme)
        && recipe.dimensions.is_empty()
    {
        output::warning(&note);
    }
    if args.resume {
        recipe = encoders::with_revisions_of(recipe, &args.out);
    }
    let (recipe, folders) = encoders::find(recipe)?;
    let encoders = encoders::load(&recipe, &folders, &device)?;
    let recipe = &recipe;
    let run = RunFolder::open(&args.out, recipe, args.resume)?;
    let interrupt = interrupt::listen_for_lab()?;
    let epochs = recipe
        .training
        .as_ref()
        .map_or(0, |training| training.epochs);
    #[cfg(feature = "tui")]
    let view = match args.tui {
        true => open_view(format!("{}: {}", recipe.name, run.path().display())),
        false => None,
    };
    #[cfg(not(feature = "tui"))]
    let view = None;
    let reporter = Reporter::new(epochs, args.json, view);
    let experiment = Experiment {
        corpus: &corpus,
        recipe,
        encoders: &encoders,
        device,
        cache: args.cache.folder(),
        max_seconds: args.length.max_seconds,
        observer: &|event| reporter.observe(event),
        interrupt,
    };
    let of_dimensions = !recipe.dimensions.is_empty();
    let corpus = &corpus.root;
    match of_dimensions {
        true => {
            let finished = experiment.run_dimensions(&run, choice);
            reporter.end();
            finish(finished, run.path(), corpus, args.json)
        }
        false => {
            let finished = experiment.run(&run, choice);
            reporter.end();
            finish(finished, run.path(), corpus, args.json)
        }
    }
}

/// Write the page of a run and print its results.
#[cfg_attr(
    not(feature = "report"),
    allow(unused_variables, reason = "only the page reads the clips")
)]
fn finish<P: Task>(
    finished: Result<Finished<P>, LabError>,
    run: &Path,
    corpus: &Path,
    json: bool,
) -> anyhow::Result<Exit> {
    match finished {
        Ok(finished) => {
            #[cfg(feature = "report")]
            let page = page(run, finished.record, corpus);
            #[cfg(not(feature = "report"))]
            let page = None;
            print(
                finished.report.as_ref(),
                finished.model.as_deref(),
                page,
                json,
            )?;
            Ok(Exit::Done)
        }
        Err(LabError::Interrupted) => {
            output::say(format_args!(
                "interrupted; the work so far is in {}: repeat the command with --resume to \
                 continue",
                run.display()
            ));
            Ok(Exit::Interrupted)
        }
        Err(error) => Err(error.into()),
    }
}

/// Open the full-screen view. Without a terminal, say so and return `None`.
#[cfg(feature = "tui")]
fn open_view(title: String) -> Option<Box<dyn View>> {
    let stop = |stop| match stop {
        Stop::Soon => interrupt::request(),
        Stop::Now => interrupt::stop_at_once(),
    };
    match Live::start(title, stop) {
        Ok(live) => Some(Box::new(live)),
        Err(error) => {
            output::say(format_args!(
                "--tui needs a terminal ({error}); using plain lines instead"
            ));
            None
        }
    }
}

#[derive(Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Ending<'a, E: SetText> {
    #[serde(bound = "")]
    Finished {
        report: Option<&'a Report<E>>,
        page: Option<String>,
        model: Option<String>,
    },
}

/// Write the run's page and return its path. A failure is only a warning: the model is safe.
#[cfg(feature = "report")]
fn page<P: Task>(run: &Path, record: Option<RunRecord<P>>, corpus: &Path) -> Option<String> {
    match report::of_run(run, record, corpus) {
        Ok(page) => Some(page.display().to_string()),
        Err(error) => {
            output::warning(&format!(
                "the page about the run could not be written ({error}); `undertone report {run}` \
                 tries again",
                error = output::in_one_line(&error),
                run = run.display()
            ));
            None
        }
    }
}

fn print<E: SetText>(
    report: Option<&Report<E>>,
    model: Option<&Path>,
    page: Option<String>,
    json: bool,
) -> anyhow::Result<()> {
    let model = model.map(|path| path.display().to_string());
    if json {
        return output::json(&Ending::Finished {
            report,
            page,
            model,
        });
    }
    match report {
        Some(report) => output::line(report.to_text().trim_end())?,
        None => output::line("trained on all clips: nothing was held back for evaluation")?,
    }
    let paths = [("page", page), ("model", model)];
    for (what, path) in paths
        .into_iter()
        .filter_map(|(what, path)| Some((what, path?)))
    {
        output::line(format_args!("\n{what}: {path}"))?;
    }
    Ok(())
}
