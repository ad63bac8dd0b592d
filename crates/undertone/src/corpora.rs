//! Opening corpora, and saying which of their clips are left out.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use undertone_corpus::{
    ColumnNames, Corpus, CorpusError, CorpusOptions, CorpusSource, LabelMap, LabelScheme,
    VocalChannels,
};

use crate::cli::{ColumnArgs, LabelArgs, VocalChannelArgs};
#[cfg(feature = "train")]
use crate::output;

/// Return how to open corpora.
pub(crate) fn options(
    voice: &VocalChannelArgs,
    labels: Option<&LabelArgs>,
    columns: &ColumnArgs,
) -> anyhow::Result<CorpusOptions> {
    let labels = match labels {
        Some(LabelArgs {
            map_label,
            ignore_label,
        }) => LabelMap::new(map_label.iter().copied(), ignore_label.iter().copied())?,
        None => LabelMap::default(),
    };
    Ok(CorpusOptions {
        channels: voice.vocal_channel,
        labels,
        columns: ColumnNames::new(columns.column.iter().cloned())?,
    })
}

/// Open one corpus, or several as one.
pub(crate) fn join(
    sources: &[CorpusSource],
    options: &CorpusOptions,
) -> Result<Corpus, CorpusError> {
    let corpora = sources
        .iter()
        .map(|source| Corpus::open_with(source, options));
    Corpus::join(corpora.collect::<Result<Vec<_>, _>>()?)
}

/// Open one corpus, or several as one, and say how many clips are left out as asked for.
#[cfg(feature = "train")]
pub(crate) fn open(sources: &[CorpusSource], options: &CorpusOptions) -> anyhow::Result<Corpus> {
    let corpus = join(sources, options)?;
    if let Some(text) = left_out(corpus.left_out.channel, options.channels) {
        output::say(text);
    }
    for (label, clips) in &corpus.left_out.labels {
        output::say(format_args!(
            "{clips} clips left out: their label {label} is ignored"
        ));
    }
    for note in &corpus.notes {
        output::warning(&note.to_string());
    }
    Ok(corpus)
}

/// Open corpora for training or evaluation, and warn if a part of them had to be skipped.
#[cfg(feature = "train")]
pub(crate) fn open_with_warning(
    sources: &[CorpusSource],
    options: &CorpusOptions,
) -> anyhow::Result<Corpus> {
    let corpus = open(sources, options)?;
    match corpus.skipped.len() {
        0 => {}
        count => {
            let sources: Vec<String> = sources.iter().map(ToString::to_string).collect();
            let sources = sources.join(" ");
            output::warning(&format!(
                "{count} clips of {sources} are left out; `undertone corpus {sources}` says why"
            ));
        }
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

/// Describe what classes the corpora have if none is in all of them, else return `None`.
pub(crate) fn no_common_class(corpus: &Corpus, scheme: &LabelScheme) -> Option<String> {
    let mut classes: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for clip in &corpus.utterances {
        let of_corpus = classes.entry(&clip.corpus).or_default();
        of_corpus.extend(
            scheme
                .label_of(clip.emotion)
                .map(|class| scheme.labels()[class]),
        );
    }
    let mut all = classes.values();
    let first = all.next()?.clone();
    let common = all.fold(first, |common, of_corpus| &common & of_corpus);
    if classes.len() < 2 || !common.is_empty() {
        return None;
    }
    let words: Vec<String> = classes
        .iter()
        .map(|(corpus, classes)| {
            let classes: Vec<&str> = classes.iter().copied().collect();
            match classes.is_empty() {
                true => format!("{corpus} has none"),
                false => format!("{corpus} has {}", classes.join(", ")),
            }
        })
        .collect();
    Some(format!(
        "no class of {scheme} is in all corpora: {}; choose another label scheme, or map labels",
        words.join("; ")
    ))
}

/// Return whether two paths are one file.
pub(crate) fn same_file(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}
