//! Opening a corpus, and saying which of its clips are left out.

#[cfg(feature = "train")]
use std::path::{Path, PathBuf};

#[cfg(feature = "train")]
use anyhow::bail;
#[cfg(feature = "train")]
use undertone_corpus::Corpus;
use undertone_corpus::VocalChannels;

#[cfg(feature = "train")]
use crate::output;

/// Open a corpus, and say how many clips are left out because of their vocal channel.
#[cfg(feature = "train")]
pub(crate) fn open(path: &Path, channels: VocalChannels) -> anyhow::Result<Corpus> {
    let corpus = Corpus::open_channels(path, channels)?;
    if let Some(text) = left_out(corpus.other_channel, channels) {
        output::say(text);
    }
    for note in &corpus.notes {
        output::say(note);
    }
    Ok(corpus)
}

/// Open a corpus for training or evaluation, and warn if a part of it had to be skipped.
#[cfg(feature = "train")]
pub(crate) fn open_with_warning(
    paths: &[PathBuf],
    channels: VocalChannels,
) -> anyhow::Result<Corpus> {
    let [path] = paths else {
        bail!("give one corpus");
    };
    let corpus = open(path, channels)?;
    match corpus.skipped.len() {
        0 => {}
        count => output::warning(&format!(
            "{count} clips of {path} are left out; `undertone corpus {path}` says why",
            path = path.display()
        )),
    }
    Ok(corpus)
}

/// Describe how many clips are left out because of their vocal channel. `None` if there are none.
pub(crate) fn left_out(clips: usize, channels: VocalChannels) -> Option<String> {
    let other = match channels {
        VocalChannels::Speech => "songs",
        VocalChannels::Song => "spoken clips",
        VocalChannels::All => return None,
    };
    (clips > 0).then(|| format!("{other} left out: {clips} (`--vocal-channel all` includes them)"))
}
