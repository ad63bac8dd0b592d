//! Reading the recordings of a corpus.

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;
use undertone_audio::{DecodeOptions, Recordings, SampleHash, TrimConfig, trim};
use undertone_corpus::{Corpus, Segment};

use crate::interrupt;
use crate::output;
use crate::progress_bar::progress_bar;

/// The measurements of one clip.
pub(super) struct Clip {
    /// Duration as recorded, in seconds.
    pub(super) recorded: f64,
    /// Duration without the silence at both ends, in seconds.
    pub(super) trimmed: f64,
    pub(super) channels: usize,
    pub(super) sound: SampleHash,
}

/// Measure every clip in parallel, or return why it cannot be read. `None` if interrupted.
pub(super) fn measure_all(
    corpus: &Corpus,
    max_seconds: f64,
) -> anyhow::Result<Option<Vec<Result<Clip, String>>>> {
    interrupt::listen()?;
    let bar = progress_bar("{msg:12} {wide_bar} {pos}/{len}  {eta} left");
    bar.set_message("reading clips");
    let total = corpus.utterances.len();
    bar.set_length(total as u64);
    let done = AtomicUsize::new(0);
    let recordings = Recordings::new(&DecodeOptions { max_seconds });
    let clips: Vec<_> = corpus
        .utterances
        .par_iter()
        .map(|utterance| {
            if interrupt::is_requested() {
                return Err(String::new());
            }
            let part = utterance.segment.map(Segment::bounds);
            let decoded = recordings.read(&utterance.path, part);
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            bar.set_position(done as u64);
            let recording = decoded.map_err(|error| error.to_string())?;
            let speech = trim(&recording.samples, &TrimConfig::default());
            Ok(Clip {
                recorded: recording.duration(),
                trimmed: speech.len() as f64 / f64::from(recording.sample_rate),
                channels: recording.channels,
                sound: SampleHash::of(&recording),
            })
        })
        .collect();
    if bar.is_hidden() && !interrupt::is_requested() {
        output::say(format_args!("read {total} clips"));
    }
    bar.finish_and_clear();
    Ok((!interrupt::is_requested()).then_some(clips))
}
