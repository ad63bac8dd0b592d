//! What `train` and `crossval` share: a recipe run on a corpus.

use std::path::Path;

use serde::Serialize;
use undertone_corpus::Corpus;
use undertone_lab::{Experiment, Finished, FoldChoice, Interrupt, LabError, Recipe, RunFolder};
use undertone_metrics::Report;

use super::report;
use crate::cli::ExperimentArgs;
use crate::exit::Exit;
use crate::interrupt::{self, stop_at_once};
use crate::output;
use crate::pretrained;
use crate::reporter::{Reporter, View};
use crate::tui::{Live, Stop};

/// The recipe with everything that the command line sets.
pub(super) fn recipe(args: &ExperimentArgs, seed: Option<u64>) -> anyhow::Result<Recipe> {
    let mut overrides = args.set.clone();
    overrides.extend(seed.map(|seed| format!("seed={seed}")));
    overrides.extend(
        args.protocol
            .map(|protocol| format!("protocol.name=\"{protocol}\"")),
    );
    Ok(Recipe::load(&args.recipe, &overrides)?)
}

/// A corpus to train on or judge by; what is wrong with it is told in a word.
pub(super) fn open_corpus(path: &Path) -> anyhow::Result<Corpus> {
    let corpus = Corpus::open(path)?;
    match corpus.problems.len() {
        0 => {}
        count => output::warning(&format!(
            "{count} clips of {path} are left out; `undertone corpus {path}` says why",
            path = path.display()
        )),
    }
    Ok(corpus)
}

/// Trains the chosen folds and prints what came out.
pub(super) fn run(
    args: &ExperimentArgs,
    mut recipe: Recipe,
    choice: &FoldChoice,
) -> anyhow::Result<Exit> {
    let corpus = open_corpus(&args.corpus)?;
    let device = args.device.device.open()?;
    if args.resume {
        pretrained::keep_revision(&mut recipe, &args.out);
    }
    let encoder = pretrained::encoder(&mut recipe, &device)?;
    let recipe = &recipe;
    let run = RunFolder::open(&args.out, recipe, args.resume)?;
    let interrupt = interrupt::listen()?;
    let epochs = recipe
        .training
        .as_ref()
        .map_or(0, |training| training.epochs);
    let title = format!("{}: {}", recipe.name, run.path().display());
    let view = args.tui.then(|| open_view(title, interrupt)).flatten();
    let reporter = match view {
        Some(view) => Reporter::with_view(epochs, view),
        None => Reporter::new(epochs, args.json),
    };
    let experiment = Experiment {
        corpus: &corpus,
        recipe,
        encoder: encoder.as_ref(),
        device,
        cache: args.cache.folder(),
        observer: &|event| reporter.observe(event),
        interrupt,
    };
    let finished = experiment.run(&run, choice);
    reporter.end();
    match finished {
        Ok(finished) => {
            let page = page(run.path(), &args.corpus);
            print(&finished, page, args.json)?;
            Ok(Exit::Done)
        }
        Err(LabError::Interrupted) => {
            output::say(format_args!(
                "interrupted; what was done is in {}: the same command with --resume goes on",
                run.path().display()
            ));
            Ok(Exit::Interrupted)
        }
        Err(error) => Err(error.into()),
    }
}

/// Open the full-screen view. Without a terminal, say so and return `None`.
fn open_view(title: String, interrupt: &'static Interrupt) -> Option<Box<dyn View>> {
    let stop = move |stop| match stop {
        Stop::Soon => interrupt.request(),
        Stop::Now => stop_at_once(),
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
enum Ending<'a> {
    Finished {
        report: Option<&'a Report>,
        page: Option<String>,
        model: Option<String>,
    },
}

/// Draws the run's page. What was trained is worth more: where that fails, a warning says so.
fn page(run: &Path, corpus: &Path) -> Option<String> {
    match report::of_run(run, corpus) {
        Ok(page) => Some(page.display().to_string()),
        Err(error) => {
            output::warning(&format!(
                "the page with the run's figures could not be made ({error}); `undertone report \
                 {run}` tries again",
                error = output::in_one_line(&error),
                run = run.display()
            ));
            None
        }
    }
}

fn print(finished: &Finished, page: Option<String>, json: bool) -> anyhow::Result<()> {
    let model = finished
        .model
        .as_ref()
        .map(|path| path.display().to_string());
    if json {
        return output::json(&Ending::Finished {
            report: finished.report.as_ref(),
            page,
            model,
        });
    }
    match &finished.report {
        Some(report) => output::line(report.to_text().trim_end())?,
        None => output::line("trained on everything: nothing was held back to judge by")?,
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
