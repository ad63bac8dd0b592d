//! The voice of a live connection: heard while a person speaks, and forgotten with the connection.

use crate::problem::Problem;
use crate::recognizer::{Recognition, Recognizer, Voice};
use crate::voice::{adapted_to_voice, does_not_adapt};

/// Seconds of speech between two windows that are heard. Windows of fewer seconds do not overlap.
const HEAR_EVERY: f64 = 2.0;
/// Results are adapted once this much speech was heard, in seconds.
const ENOUGH: f64 = 10.0;

/// The voice that was heard, and whether results are adapted to it.
#[derive(Debug)]
pub(crate) struct LiveVoice {
    pub(crate) adapts: bool,
    voice: Option<Voice>,
    /// Seconds of speech between two windows that are heard.
    every: f64,
    /// Seconds of speech that were heard.
    heard: f64,
    /// The voice and its seconds before the last window was heard. The results until the next
    /// window is heard overlap with the last one, and must not be judged by themselves.
    settled: Option<Voice>,
    settled_seconds: f64,
    /// Seconds of speech since the last window that was heard.
    unheard: f64,
}

impl LiveVoice {
    /// Return the server's own voice, or one of which nothing was heard, for windows of this
    /// length.
    pub(crate) fn new(adapts: bool, own: Option<&Voice>, window_seconds: f64) -> Self {
        Self {
            adapts,
            voice: own.cloned(),
            every: window_seconds.max(HEAR_EVERY),
            heard: own.map_or(0.0, Voice::seconds),
            settled: own.cloned(),
            settled_seconds: own.map_or(0.0, Voice::seconds),
            unheard: 0.0,
        }
    }

    /// Forget the voice.
    pub(crate) fn forget(&mut self) {
        (self.voice, self.heard, self.unheard) = (None, 0.0, 0.0);
        (self.settled, self.settled_seconds) = (None, 0.0);
    }

    /// Return the seconds of speech that were heard.
    pub(crate) fn heard_seconds(&self) -> f64 {
        self.heard
    }

    /// Return the seconds of speech that the next result is adapted to.
    pub(crate) fn adapted_seconds(&self) -> f64 {
        if self.adapts && self.settled_seconds >= ENOUGH {
            self.settled_seconds
        } else {
            0.0
        }
    }

    /// Count the speech of a window, and return what to ask the recognizer about it: to hear it, if
    /// enough speech has passed since the last one, and to adapt its result to what was heard
    /// before, once that is enough. `seconds` is how much of the window is new.
    pub(crate) fn question(&mut self, recognition: &Recognition, seconds: f64) -> Option<Question> {
        if !self.adapts || !recognition.speech {
            return None;
        }
        self.unheard += seconds;
        let hears = self.unheard >= self.every;
        let adapts = self.adapted_seconds() > 0.0;
        (hears || adapts).then(|| Question {
            voice: self.voice.clone(),
            settled: self.settled.clone().filter(|_| adapts),
            hears,
        })
    }

    /// Keep what the recognizer has heard.
    pub(crate) fn keep(&mut self, heard: Option<Voice>) {
        if let Some(voice) = heard {
            self.settled = self.voice.replace(voice);
            self.settled_seconds = self.heard;
            self.heard += self.every;
            self.unheard = 0.0;
        }
    }
}

/// The question to the recognizer about a window.
#[derive(Debug)]
pub(crate) struct Question {
    voice: Option<Voice>,
    /// The voice to adapt to.
    settled: Option<Voice>,
    hears: bool,
}

impl Question {
    /// Return the adapted result, and the voice if it has heard the window.
    pub(crate) fn ask(
        self,
        recognizer: &dyn Recognizer,
        recognition: Recognition,
    ) -> Result<(Recognition, Option<Voice>), Problem> {
        let settled = self.settled.as_ref();
        let judged = settled.map(|voice| adapted_to_voice(recognizer, &recognition, voice));
        let judged = judged.transpose()?;
        let heard = self
            .hears
            .then(|| recognizer.hear(self.voice, &recognition));
        let heard = heard.map(|voice| voice.ok_or_else(does_not_adapt));
        Ok((judged.unwrap_or(recognition), heard.transpose()?))
    }
}
