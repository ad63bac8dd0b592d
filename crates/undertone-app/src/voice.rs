//! Adapt the results of a request to one voice. The client keeps the voice's profile; the server
//! forgets it after the response.

use serde_json::Value;
use undertone_answer::Adapted;

use crate::analysis::heard_of;
use crate::problem::{Kind, Problem};
use crate::recognizer::{Recognition, RecognizeError, Recognizer, Voice};

/// The largest profile in bytes.
pub(crate) const MAX_PROFILE_BYTES: usize = 64 << 10;

/// The voice of a request, which hears one recording after the other.
#[derive(Debug, Clone)]
pub(crate) struct RequestVoice {
    heard: Option<Voice>,
    /// Whether the recordings of the request are heard, and the client gets the profile.
    hears: bool,
}

impl RequestVoice {
    /// Return the voice of a request: the one whose profile the client sent, the server's own if it
    /// has one, or a new one.
    pub(crate) fn new(profile: Option<&[u8]>, own: Option<&Voice>) -> Result<Self, Problem> {
        let profile = profile.filter(|text| !text.is_empty());
        Ok(Self {
            heard: profile.map(parse).transpose()?.or_else(|| own.cloned()),
            hears: true,
        })
    }

    /// Return the server's own voice for a request that asks for none. It hears nothing.
    pub(crate) fn own(own: &Voice) -> Self {
        Self {
            heard: Some(own.clone()),
            hears: false,
        }
    }

    /// Adapt a result to what was heard before, and then hear its recording. Return also how much
    /// had been heard.
    pub(crate) fn judge(
        &mut self,
        recognizer: &dyn Recognizer,
        recognition: Recognition,
    ) -> Result<(Recognition, Adapted), Problem> {
        let adapted_to = heard_of(self.heard.as_ref());
        if !recognition.speech {
            return Ok((recognition, adapted_to));
        }
        let adapted = self.heard.as_ref();
        let adapted = adapted.map(|voice| adapted_to_voice(recognizer, &recognition, voice));
        let adapted = adapted.transpose()?;
        if self.hears {
            let heard = recognizer.hear(self.heard.clone(), &recognition);
            self.heard = Some(heard.ok_or_else(does_not_adapt)?);
        }
        Ok((adapted.unwrap_or(recognition), adapted_to))
    }

    /// Return what is known of the voice, if the client asked for it.
    pub(crate) fn profile(self) -> Option<Voice> {
        self.heard.filter(|_| self.hears)
    }
}

fn parse(profile: &[u8]) -> Result<Voice, Problem> {
    match serde_json::from_slice(profile) {
        Ok(value @ Value::Object(_)) => Ok(Voice(value)),
        _ => Err(Problem::new(
            Kind::Voice,
            "the field `voice` is not a voice profile: send the `voice` of an earlier response",
        )),
    }
}

/// Return a result as it is for a voice.
pub(crate) fn adapted_to_voice(
    recognizer: &dyn Recognizer,
    recognition: &Recognition,
    voice: &Voice,
) -> Result<Recognition, Problem> {
    let adapted = recognizer.adapted(recognition, voice);
    adapted.map_err(|error| match error {
        RecognizeError::Unusable(detail) => Problem::new(Kind::Voice, detail),
        other => other.into(),
    })
}

/// Return the problem of a request to adapt if the model cannot.
pub(crate) fn does_not_adapt() -> Problem {
    Problem::new(Kind::Voice, "this model does not adapt to voices")
}
