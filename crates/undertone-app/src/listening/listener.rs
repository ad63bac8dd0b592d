//! The state of listening to a person.

use undertone_audio::{Recording, Warning};

use super::request::Control;
use super::speaking::somebody_speaks;
use super::voice::{LiveVoice, Question};
use super::window::{DueWindow, LiveWindow};
use crate::problem::Problem;
use crate::recognizer::{ModelDescription, Recognition};
use crate::voice::does_not_adapt;

/// The longest window in seconds. A model with a longer window gets this much.
const MAX_WINDOW_SECONDS: f64 = 5.0;

/// The window and the voice of a live connection.
pub(crate) struct Listener {
    pub(crate) window: LiveWindow,
    pub(crate) voice: LiveVoice,
    sample_rate: u32,
    /// Length of the window in seconds.
    seconds: f64,
    /// Samples received before the last window that was judged.
    judged: u64,
}

impl Listener {
    /// Start to listen to sound of this rate. `adapt` says whether to adapt to the voice.
    pub(crate) fn new(
        description: &ModelDescription,
        sample_rate: u32,
        adapt: Option<bool>,
    ) -> Result<Self, Problem> {
        let seconds = description.window_seconds.min(MAX_WINDOW_SECONDS);
        let adapts = adapts(description, adapt)?;
        Ok(Self {
            window: LiveWindow::new(sample_rate, seconds),
            voice: LiveVoice::new(adapts, description.voice.as_ref(), seconds),
            sample_rate,
            seconds,
            judged: 0,
        })
    }

    /// Do what a text message asks for.
    pub(crate) fn control(
        &mut self,
        description: &ModelDescription,
        control: &Control,
    ) -> Result<(), Problem> {
        if control.reset {
            self.voice.forget();
        }
        if control.adapt.is_some() {
            self.voice.adapts = adapts(description, control.adapt)?;
        }
        Ok(())
    }

    /// Return what to ask the recognizer about the result for a window.
    pub(crate) fn question(
        &mut self,
        window: &HeardWindow,
        recognition: &Recognition,
    ) -> Option<Question> {
        let new = (window.received - self.judged) as f64 / f64::from(self.sample_rate);
        self.judged = window.received;
        self.voice.question(recognition, new.min(self.seconds))
    }
}

fn adapts(description: &ModelDescription, wanted: Option<bool>) -> Result<bool, Problem> {
    match wanted {
        Some(true) if !description.adapts => Err(does_not_adapt()),
        wanted => Ok(wanted.unwrap_or(description.adapts)),
    }
}

/// The facts of a window that need no model.
pub(crate) struct HeardWindow {
    /// Samples that had been received when the window was taken.
    pub(crate) received: u64,
    /// Level of the samples since the last message, in decibels below full scale.
    pub(crate) level_db: f64,
    pub(crate) of_samples: Vec<Warning>,
    /// Length of the window.
    pub(crate) seconds: f64,
    /// Whether somebody speaks at its end.
    pub(crate) speaking: bool,
    pub(crate) sample_rate: u32,
}

impl HeardWindow {
    /// Listen to a window. Return its recording too, unless it is silent.
    pub(crate) fn of(due: DueWindow) -> (Self, Option<Recording>) {
        let DueWindow {
            recording,
            received,
            level_db,
        } = due;
        let window = Self {
            received,
            level_db,
            of_samples: Warning::of(&recording),
            seconds: recording.duration(),
            speaking: somebody_speaks(&recording.samples, recording.sample_rate),
            sample_rate: recording.sample_rate,
        };
        let silent = window.of_samples.contains(&Warning::Silent);
        (window, (!silent).then_some(recording))
    }
}
