//! `undertone explore`

use undertone_audio::TrimConfig;
use undertone_corpus::{BalanceStep, Corpus, CorpusSource};
use undertone_explore::{
    Exploration, ExploreError, ExploreOptions, ExploreProgress, FindingKind, Trimming, Watcher,
    explore, output_folder,
};
use undertone_lab::Recipe;

use crate::cli::ExploreArgs;
use crate::corpora;
use crate::exit::Exit;
use crate::interrupt;
use crate::output;
use crate::progress_bar::progress_bar;

/// The number of skipped recordings and rows to print. The page lists more.
const MAX_SKIPPED: usize = 5;

pub(crate) fn run(args: &ExploreArgs) -> anyhow::Result<Exit> {
    let recipe = args.recipe.as_deref();
    let recipe = recipe.map(|path| Recipe::load(path, &[])).transpose()?;
    let mut opening = corpora::options(&args.voice, Some(&args.labels), &args.columns)?;
    if let (true, Some(recipe)) = (opening.labels.is_empty(), &recipe) {
        opening.labels = recipe.labels.clone();
    }
    let corpus = corpora::open(&args.corpus, &opening)?;
    let options = options(args, recipe, &corpus)?;
    let output = output_folder(&args.out, args.force)?;
    interrupt::remove_at_stop(output.workplace());
    interrupt::listen()?;
    let bar = progress_bar("{msg:15} {wide_bar} {pos}/{len}  {eta} left");
    let observe = |progress| match progress {
        ExploreProgress::Measured { done, total } => {
            bar.set_message("measuring clips");
            bar.set_length(total as u64);
            bar.set_position(done as u64);
        }
        ExploreProgress::Projecting => bar.set_message("projecting"),
        ExploreProgress::Drawing => bar.set_message("drawing"),
        ExploreProgress::Writing => bar.set_message("writing"),
    };
    let watcher = Watcher {
        observe: &observe,
        stop: &interrupt::is_requested,
    };
    let explored = explore(&corpus, &options, watcher)
        .and_then(|found| Ok((found.save(output, watcher)?, found)));
    bar.finish_and_clear();
    let (page, exploration) = match explored {
        Err(ExploreError::Interrupted) => {
            output::say("interrupted; nothing was written");
            return Ok(Exit::Interrupted);
        }
        explored => explored?,
    };
    for clip in &exploration.unreadable {
        output::warning(&clip.reason);
    }
    tell(args, &exploration, &page.display().to_string())?;
    let lost = corpus.skipped.iter().filter(|problem| problem.is_lost());
    Ok(Exit::of(
        exploration.clips.len(),
        exploration.unreadable.len() + lost.count(),
    ))
}

fn tell(args: &ExploreArgs, exploration: &Exploration<'_>, page: &str) -> anyhow::Result<()> {
    if args.json {
        return output::json(&exploration.summary());
    }
    for finding in &exploration.findings {
        output::say(&finding.summary);
        // Unreadable clips were already printed one by one.
        if finding.kind == FindingKind::Skipped {
            let examples = finding.examples.iter().take(MAX_SKIPPED);
            examples.for_each(|example| output::say(format_args!("  {example}")));
            if finding.count > MAX_SKIPPED {
                let more = finding.count - MAX_SKIPPED;
                output::say(format_args!(
                    "  and {more} more; `undertone corpus` lists all"
                ));
            }
        }
    }
    output::line(page)
}

/// Return the name of a manifest, because its folder may contain others, or the names of several
/// corpora.
fn name_of(sources: &[CorpusSource]) -> Option<String> {
    let file_name = |source: &CorpusSource| {
        let name = source.path.file_name().unwrap_or(source.path.as_os_str());
        name.to_string_lossy().into_owned()
    };
    match sources {
        [only] if !only.path.is_file() => None,
        sources => Some(
            sources
                .iter()
                .map(file_name)
                .collect::<Vec<_>>()
                .join(" + "),
        ),
    }
}

/// Return the options. Those of the command line override those of the recipe.
fn options(
    args: &ExploreArgs,
    recipe: Option<Recipe>,
    corpus: &Corpus,
) -> anyhow::Result<ExploreOptions> {
    let mut options = ExploreOptions {
        max_seconds: args.length.max_seconds,
        seed: args.seed,
        show: args.show.clone(),
        name: name_of(&args.corpus),
        ..ExploreOptions::default()
    };
    let mut needs_classes = true;
    if let Some(recipe) = recipe {
        needs_classes = recipe.dimensions.is_empty() || args.scheme.is_some();
        options.scheme = recipe.label_scheme.clone();
        options.balance = recipe.balance;
        options.trimming = Trimming {
            // Only an infinite threshold trims nothing.
            config: recipe.front_end.trim.unwrap_or(TrimConfig {
                top_db: f32::INFINITY,
                ..TrimConfig::default()
            }),
            sample_rate: Some(recipe.front_end.sample_rate),
        };
    }
    if let Some(scheme) = &args.scheme {
        options.scheme = scheme.clone();
    }
    if let Some(top_db) = args.top_db {
        options.trimming.config.top_db = top_db;
    }
    if args.no_balance {
        options.balance.clear();
    }
    match options.scheme.resolved(&corpus.utterances) {
        Ok(scheme) => options.scheme = scheme,
        Err(error) if needs_classes => return Err(error.into()),
        Err(_) => {}
    }
    let has_class = |emotion| options.scheme.label_of(emotion).is_some();
    if !corpus.utterances.iter().any(|clip| has_class(clip.emotion)) {
        // Nothing would be left of clips without a class.
        let by_class = |step: &BalanceStep| matches!(step, BalanceStep::Undersample);
        options.balance.retain(|step| !by_class(step));
    }
    Ok(options)
}
