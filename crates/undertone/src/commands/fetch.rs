//! `undertone fetch`

use undertone_corpus::fetch::{self, Progress, Source};

use crate::cli::{FetchArgs, FetchableCorpus};
use crate::exit::Exit;
use crate::output;
use crate::progress_bar::progress_bar;

pub(crate) fn fetch(args: &FetchArgs) -> anyhow::Result<Exit> {
    let mut source = match args.corpus {
        FetchableCorpus::Ravdess => Source::ravdess(),
    };
    if let Some(base_url) = &args.base_url {
        source.base_url = base_url.trim_end_matches('/').to_owned();
    }
    let bytes =
        progress_bar("{msg:11} {wide_bar} {bytes}/{total_bytes}  {bytes_per_sec}  {eta} left");
    let clips = progress_bar("{msg:11} {wide_bar} {pos}/{len}");
    let mut step = "";
    let fetched = fetch::fetch(&source, &args.out, |progress| {
        let (bar, what, done, total) = match progress {
            Progress::Downloading { done, total } => (&bytes, "downloading", done, total),
            Progress::Checking { done, total } => (&bytes, "checking", done, total),
            Progress::Unpacking { done, total } => (&clips, "unpacking", done, total),
        };
        if what != step {
            step = what;
            if bar.is_hidden() {
                output::say(format_args!("{what} {}", source.archive));
            }
            bytes.finish_and_clear();
            bar.reset();
            bar.set_message(what);
            bar.set_length(total);
        }
        bar.set_position(done);
    });
    bytes.finish_and_clear();
    clips.finish_and_clear();
    let fetched = fetched?;
    let already = if fetched.already_there {
        ", which were there already"
    } else {
        ""
    };
    output::line(format_args!(
        "{}: {} clips{already}",
        args.out.display(),
        fetched.clips
    ))?;
    Ok(Exit::Done)
}
