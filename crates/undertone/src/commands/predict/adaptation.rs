//! Judging recordings by what others tell about their voice.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

use anyhow::bail;
use undertone_answer::Adapted;
use undertone_audio::DecodeOptions;
use undertone_corpus::{ColumnNames, Speakers};
use undertone_models::{Classifier, Voice};

use super::super::classified::{Classified, Judged};
use super::super::hear::hear;
use crate::cli::{AdaptationArgs, VoicesBy};
use crate::inputs::{self, Input};
use crate::{output, voice_profile};

/// The voices of the recordings.
pub(super) struct Adaptation<'a> {
    classifier: &'a Classifier,
    voices: Vec<Voice>,
    /// The voice of each recording, as an index; `None` if it is unknown.
    voice_of: Vec<Option<usize>>,
    /// Whether the recordings are heard too, so that all must be read before one is judged.
    pub(super) hears: bool,
    /// The recordings that were heard: see [`Input::identity`].
    heard: HashSet<PathBuf>,
    /// Recordings that were given as references and could not be read.
    pub(super) failed: usize,
}

impl<'a> Adaptation<'a> {
    /// Find out what is asked for, and hear the references. `None` if adaptation is not asked for.
    pub(super) fn begin(
        args: &AdaptationArgs,
        classifier: &'a Classifier,
        inputs: &[Input],
        options: &DecodeOptions,
    ) -> anyhow::Result<Option<Self>> {
        if args.given().is_empty() {
            match args.columns.column.is_empty() {
                true => return Ok(None),
                false => {
                    bail!("--column names columns of the manifest of --adapt-by: give that too")
                }
            }
        }
        let nobody = voice_profile::new(classifier)?;
        let mut adaptation = Self {
            classifier,
            voices: Vec::new(),
            voice_of: Vec::new(),
            hears: args.adapt || args.adapt_by.is_some(),
            heard: HashSet::new(),
            failed: 0,
        };
        match &args.adapt_by {
            None => {
                let voice = adaptation.reference(&args.voice, nobody, options)?;
                adaptation.voices = vec![voice];
                adaptation.voice_of = vec![Some(0); inputs.len()];
            }
            Some(by) => {
                let names = names_of_voices(by, args, inputs)?;
                let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
                for name in &names {
                    let next = numbers.len();
                    let number = name.as_deref().map(|it| *numbers.entry(it).or_insert(next));
                    adaptation.voice_of.push(number);
                }
                adaptation.voices = vec![nobody; numbers.len()];
            }
        }
        Ok(Some(adaptation))
    }

    /// Return the voice that references tell: recordings, and a profile at most.
    fn reference(
        &mut self,
        references: &[PathBuf],
        nobody: Voice,
        options: &DecodeOptions,
    ) -> anyhow::Result<Voice> {
        let (profiles, recordings): (Vec<_>, Vec<_>) = references
            .iter()
            .cloned()
            .partition(|path| is_profile(path));
        let mut voice = match &profiles[..] {
            [] => nobody,
            [profile] => voice_profile::read(profile, self.classifier)?,
            [_, second, ..] => bail!(
                "{}: --voice takes one profile; make one of all recordings with `undertone voice`",
                second.display()
            ),
        };
        let inputs = inputs::find(&recordings);
        let heard = hear(self.classifier, &mut voice, inputs.into(), options)?;
        self.heard = heard.recordings;
        self.failed = heard.failed;
        Ok(voice)
    }

    /// Hear the recording with this number, unless it was heard before.
    pub(super) fn hear(
        &mut self,
        number: usize,
        input: &Input,
        classified: &Classified,
    ) -> anyhow::Result<()> {
        if let Some(voice) = self.voice_of[number]
            && classified.has_speech()
            && let Some(identity) = input.identity()
            && self.heard.insert(identity)
        {
            classified.hear(self.classifier, &mut self.voices[voice])?;
        }
        Ok(())
    }

    /// Say what was heard.
    pub(super) fn say(&self) {
        let recordings = self.voices.iter().map(Voice::recordings).sum();
        let seconds = self.voices.iter().map(Voice::seconds).sum();
        let extent = voice_profile::in_words(recordings, seconds);
        let few = self.voices.iter().filter(|it| voice_profile::is_little(it));
        let (all, few) = (self.voices.len(), few.count());
        match (recordings, all) {
            (0, _) => output::warning("no voice was heard: each recording is judged alone"),
            (_, 1) => output::say(format_args!("adapted to a voice: {extent}")),
            _ => output::say(format_args!("adapted to {all} voices: {extent}")),
        }
        match (few, all) {
            _ if recordings == 0 => {}
            (0, _) => {}
            (_, 1) => {
                output::warning("fewer than 3 recordings of the voice: adapting changes little")
            }
            _ => output::warning(&format!(
                "{few} of {all} voices have fewer than 3 recordings: adapting to them changes \
                 little"
            )),
        }
        match self.voice_of.iter().filter(|voice| voice.is_none()).count() {
            0 => {}
            1 => output::warning("the voice of 1 recording is not known: it is judged alone"),
            unknown => output::warning(&format!(
                "the voices of {unknown} recordings are not known: they are judged alone"
            )),
        }
    }

    /// Adapt the result for the recording with this number to its voice, as the other recordings
    /// tell it.
    pub(super) fn judge(
        &self,
        number: usize,
        input: &Input,
        mut classified: Classified,
    ) -> anyhow::Result<Classified> {
        classified.adapted = Some(Adapted::default());
        if let Some(number) = self.voice_of[number]
            && !matches!(classified.judged, Judged::Silent)
        {
            let mut voice = self.voices[number].clone();
            if input.identity().is_some_and(|it| self.heard.contains(&it)) {
                classified.forget(self.classifier, &mut voice)?;
            }
            classified.adapt(self.classifier, &voice)?;
        }
        Ok(classified)
    }
}

/// Return the name of each recording's voice, if it is known.
fn names_of_voices(
    by: &VoicesBy,
    args: &AdaptationArgs,
    inputs: &[Input],
) -> anyhow::Result<Vec<Option<String>>> {
    let columns = ColumnNames::new(args.columns.column.iter().cloned())?;
    let speakers = match by {
        VoicesBy::Folder => None,
        VoicesBy::Speakers(source) => Some(Speakers::open(source, &columns)?),
    };
    let name = |input: &Input| match (input, &speakers) {
        (Input::File(path), Some(speakers)) => speakers.of(path).map(str::to_owned),
        (Input::File(path), None) => {
            let path = path.canonicalize().ok()?;
            Some(path.parent()?.to_string_lossy().into_owned())
        }
        _ => None,
    };
    Ok(inputs.iter().map(name).collect())
}

fn is_profile(path: &Path) -> bool {
    let extension = path.extension().unwrap_or_default();
    extension.eq_ignore_ascii_case("json")
}
