//! Hearing recordings of a voice.

use std::collections::HashSet;
use std::path::PathBuf;

use undertone_audio::DecodeOptions;
use undertone_models::{Classifier, Voice};

use super::in_order::in_order;
use super::listening::Listening;
use crate::inputs::{Input, Inputs};
use crate::output;

/// The recordings that were heard.
#[derive(Debug, Default)]
pub(super) struct Heard {
    /// What tells them from others: see [`Input::identity`].
    pub(super) recordings: HashSet<PathBuf>,
    /// How many could not be read.
    pub(super) failed: usize,
}

/// Add recordings to a profile. A file that is named twice counts once. Print an error for each
/// that cannot be read, and a warning for each without speech.
pub(super) fn hear(
    classifier: &Classifier,
    voice: &mut Voice,
    inputs: Inputs,
    options: &DecodeOptions,
) -> anyhow::Result<Heard> {
    let mut heard = Heard::default();
    let listening = Listening::new(*options);
    let work = |input: &Input| listening.classify(classifier, input);
    in_order(inputs, work, |input, result| {
        let name = input.name();
        match result {
            Ok(classified) if classified.has_speech() => {
                let is_new = input
                    .identity()
                    .is_none_or(|it| heard.recordings.insert(it));
                if is_new {
                    classified.hear(classifier, voice)?;
                }
            }
            Ok(_) => output::warning(&format!("{name}: no speech; not heard")),
            Err(error) => {
                heard.failed += 1;
                output::error(&format!("{name}: {error}"));
            }
        }
        Ok(())
    })?;
    Ok(heard)
}
