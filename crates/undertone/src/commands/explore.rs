//! `undertone explore`

use undertone_audio::TrimConfig;
use undertone_corpus::Corpus;
use undertone_explore::{
    Exploration, ExploreError, ExploreOptions, OutputFolder, Progress, Trimming, Watcher, explore,
};
use undertone_lab::Recipe;

use crate::cli::ExploreArgs;
use crate::interrupt;
use crate::outcome::Outcome;
use crate::output;
use crate::progress::bar;

pub(crate) fn run(args: &ExploreArgs) -> anyhow::Result<Outcome> {
    let options = options(args)?;
    let corpus = Corpus::open(&args.corpus)?;
    let output = OutputFolder::prepare(&args.out, args.force)?;
    let interrupt = interrupt::listen()?;
    let bar = bar("{msg:15} {wide_bar} {pos}/{len}  {eta} left");
    let observe = |progress| match progress {
        Progress::Measured { done, total } => {
            bar.set_message("measuring clips");
            bar.set_length(total as u64);
            bar.set_position(done as u64);
        }
        Progress::Projecting => bar.set_message("laying out"),
        Progress::Drawing => bar.set_message("drawing"),
        Progress::Writing => bar.set_message("writing"),
    };
    let watcher = Watcher {
        observe: &observe,
        stop: &|| interrupt.is_requested(),
    };
    let explored = explore(&corpus, &options, watcher)
        .and_then(|found| Ok((found.save(output, watcher)?, found)));
    bar.finish_and_clear();
    let (page, exploration) = match explored {
        Err(ExploreError::Interrupted) => {
            output::say("interrupted; nothing was written");
            return Ok(Outcome::Interrupted);
        }
        explored => explored?,
    };
    for clip in &exploration.unreadable {
        output::warning(&clip.reason);
    }
    tell(args, &exploration, &page.display().to_string())?;
    Ok(Outcome::of(
        exploration.clips.len(),
        exploration.unreadable.len(),
    ))
}

fn tell(args: &ExploreArgs, exploration: &Exploration<'_>, page: &str) -> anyhow::Result<()> {
    if args.json {
        return output::json(&exploration.summary());
    }
    for finding in &exploration.findings {
        output::say(&finding.summary);
    }
    output::line(page)
}

/// The options, from a recipe where one is given; what is said on the command line goes before it.
fn options(args: &ExploreArgs) -> anyhow::Result<ExploreOptions> {
    let mut options = ExploreOptions {
        seed: args.seed,
        show: args.show.clone(),
        ..ExploreOptions::default()
    };
    if let Some(recipe) = &args.recipe {
        let recipe = Recipe::load(recipe, &[])?;
        options.scheme = recipe.label_scheme;
        options.balance = recipe.balance;
        options.trimming = Trimming {
            // No threshold is so low that nothing is trimmed, but an infinite one.
            config: recipe.front_end.trim.unwrap_or(TrimConfig {
                top_db: f32::INFINITY,
                ..TrimConfig::default()
            }),
            sample_rate: Some(recipe.front_end.sample_rate),
        };
    }
    if let Some(scheme) = args.scheme {
        options.scheme = scheme;
    }
    if let Some(top_db) = args.top_db {
        options.trimming.config.top_db = top_db;
    }
    if args.no_balance {
        options.balance.clear();
    }
    Ok(options)
}
