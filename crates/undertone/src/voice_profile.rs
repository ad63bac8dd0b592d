//! Voice profiles as files.

use std::path::Path;

use anyhow::{Context, bail};
use undertone_files::{read_regular, write_atomically};
use undertone_models::{Classifier, Voice};

/// The largest profile in bytes.
const LARGEST: u64 = 64 << 10;

/// Return a new profile, or an error if the model does not adapt to a voice.
pub(crate) fn new(classifier: &Classifier) -> anyhow::Result<Voice> {
    let Some(voice) = classifier.new_voice() else {
        bail!("this model does not adapt to a voice");
    };
    Ok(voice)
}

/// Read a profile that `undertone voice` wrote, and check that the model can use it.
pub(crate) fn read(path: &Path, classifier: &Classifier) -> anyhow::Result<Voice> {
    new(classifier)?;
    let shown = path.display();
    let bytes = read_regular(path, LARGEST).with_context(|| format!("cannot read {shown}"))?;
    let voice: Voice = match serde_json::from_slice(&bytes) {
        Ok(voice) => voice,
        Err(_) => bail!(
            "{shown}: not a voice profile, or a damaged one: make a new one with `undertone voice`"
        ),
    };
    let checked = classifier.check_voice(&voice);
    checked.with_context(|| shown.to_string())?;
    Ok(voice)
}

/// Write a profile, whole or not at all.
pub(crate) fn write(path: &Path, voice: &Voice) -> anyhow::Result<()> {
    let mut json = serde_json::to_vec_pretty(voice)?;
    json.push(b'\n');
    write_atomically(path, &json).with_context(|| format!("cannot write {}", path.display()))
}

/// Say how much was heard.
pub(crate) fn in_words(recordings: u32, seconds: f64) -> String {
    let noun = match recordings {
        1 => "recording",
        _ => "recordings",
    };
    format!("{recordings} {noun}, {seconds:.1} s of speech")
}

/// Return whether so little of a voice was heard that adapting to it changes little.
pub(crate) fn is_little(voice: &Voice) -> bool {
    voice.recordings() < 3
}
