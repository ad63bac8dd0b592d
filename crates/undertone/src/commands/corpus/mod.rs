//! `undertone corpus`

mod counts;
mod known;
mod measure;
mod published;
mod summary;

use anyhow::bail;
use undertone_corpus::CorpusSource;

use crate::cli::CorpusArgs;
use crate::corpora::{self, same_file};
use crate::exit::Exit;
use crate::output;
use measure::measure_all;
use summary::Summary;

pub(crate) fn corpus(args: &CorpusArgs) -> anyhow::Result<Exit> {
    if args.list {
        known::list(args.json)?;
        return Ok(Exit::Done);
    }
    if let Some(manifest) = &args.manifest {
        let is_input = |source: &CorpusSource| same_file(manifest, &source.path);
        if args.corpus.iter().any(is_input) {
            bail!(
                "{}: this is the corpus; choose another --manifest",
                manifest.display()
            );
        }
    }
    let options = corpora::options(&args.voice, Some(&args.labels), &args.columns)?;
    let corpus = corpora::join(&args.corpus, &options)?;
    let mut clips = Vec::new();
    if !args.no_durations {
        let Some(measured) = measure_all(&corpus, args.length.max_seconds)? else {
            output::say("interrupted");
            return Ok(Exit::Interrupted);
        };
        clips = measured;
    }
    let summary = Summary::new(args, &corpus, &clips);
    if let Some(manifest) = &args.manifest {
        corpus.write_manifest(manifest)?;
    }
    if args.json {
        output::json(&summary)?;
    } else {
        summary.print(args)?;
    }
    Ok(if args.strict && !summary.is_sound() {
        Exit::Partly
    } else {
        Exit::Done
    })
}
