//! Adapt the results of a request to one voice. The client keeps the voice's profile; the server
//! forgets it after the response.

use serde_json::Value;
use undertone_answer::Adapted;

use crate::analysis::heard_of;
use crate::inference::Inference;
use crate::problem::{Kind, Problem};
use crate::recognizer::{Recognition, RecognizeError, Recognizer, Voice};

/// The largest profile in bytes.
pub(crate) const MAX_PROFILE_BYTES: usize = 64 << 10;

/// The voice of a request, which hears one recording after the other.
#[derive(Debug)]
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
    pub(crate) async fn judge(
        &mut self,
        inference: &Inference,
        recognition: Recognition,
    ) -> Result<(Recognition, Adapted), Problem> {
        let adapted_to = heard_of(self.heard.as_ref());
        if !recognition.speech {
            return Ok((recognition, adapted_to));
        }
        let (heard, hears) = (self.heard.clone(), self.hears);
        let asking = inference.ask(move |recognizer| judge(recognizer, recognition, heard, hears));
        let (recognition, voice) = asking.await??;
        self.heard = voice;
        Ok((recognition, adapted_to))
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

fn judge(
    recognizer: &dyn Recognizer,
    recognition: Recognition,
    heard: Option<Voice>,
    hears: bool,
) -> Result<(Recognition, Option<Voice>), Problem> {
    let adapted = match &heard {
        Some(voice) => Some(adapted(recognizer, &recognition, voice)?),
        None => None,
    };
    let voice = match hears {
        true => Some(
            recognizer
                .hear(heard, &recognition)
                .ok_or_else(does_not_adapt)?,
        ),
        false => heard,
    };
    Ok((adapted.unwrap_or(recognition), voice))
}

/// Return a result as it is for a voice.
pub(crate) fn adapted(
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
