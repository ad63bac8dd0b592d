//! `undertone fetch`

use undertone_corpus::RavdessName;
use undertone_download::Step;
use undertone_download::archive::{self, Archive};

use crate::cli::{FetchArgs, FetchableCorpus};
use crate::exit::Exit;
use crate::output;
use crate::progress_bar::progress_bar;

pub(crate) fn fetch(args: &FetchArgs) -> anyhow::Result<Exit> {
    let (mut archive, clip_path) = match args.corpus {
        FetchableCorpus::Ravdess => (Archive::ravdess(), RavdessName::clip_path),
    };
    if let Some(base_url) = &args.base_url {
        archive.base_url = base_url.trim_end_matches('/').to_owned();
    }
    let bytes =
        progress_bar("{msg:11} {wide_bar} {bytes}/{total_bytes}  {bytes_per_sec}  {eta} left");
    let clips = progress_bar("{msg:11} {wide_bar} {pos}/{len}");
    let mut last = None;
    let fetched = archive::fetch(&archive, &args.out, clip_path, |progress| {
        let (bar, what) = match progress.step {
            Step::Waiting => return,
            Step::Downloading => (&bytes, "downloading"),
            Step::Checking => (&bytes, "checking"),
            Step::Unpacking => (&clips, "unpacking"),
        };
        if last.replace(progress.step) != Some(progress.step) {
            if bar.is_hidden() {
                output::say(format_args!("{what} {}", progress.file));
            }
            bytes.finish_and_clear();
            bar.reset();
            bar.set_message(what);
            bar.set_length(progress.total);
        }
        bar.set_position(progress.done);
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
