//! The text messages of a client in a live connection.

use std::ops::RangeInclusive;

use serde::Deserialize;

use crate::problem::{Kind, Problem};

/// The sample rates that can be listened to, in Hz.
pub(crate) const RATES: RangeInclusive<u32> = 4_000..=192_000;

/// The client's first message.
#[derive(Debug, Deserialize)]
pub(crate) struct Hello {
    pub(crate) sample_rate: u32,
    /// Whether to adapt to the voice. Without it, results are adapted if the model can.
    pub(crate) adapt: Option<bool>,
}

impl Hello {
    /// Read the first message; `None` if it is no text.
    pub(crate) fn read(text: Option<&str>) -> Result<Self, Problem> {
        let hello: Option<Self> = text.and_then(|text| serde_json::from_str(text).ok());
        let hello = hello.filter(|hello| RATES.contains(&hello.sample_rate));
        hello.ok_or_else(|| {
            let detail = "begin with a text message, {\"sample_rate\":48000}; \
                          the rate is from 4000 to 192000";
            Problem::new(Kind::BadRequest, detail)
        })
    }
}

/// A later text message.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Control {
    /// Whether to forget the voice.
    #[serde(default)]
    pub(crate) reset: bool,
    /// Whether to adapt to the voice from now on.
    pub(crate) adapt: Option<bool>,
}

impl Control {
    /// Read a later message.
    pub(crate) fn read(text: &str) -> Result<Self, Problem> {
        serde_json::from_str(text).map_err(|_| {
            let detail = "send 16-bit PCM as binary messages, or the text message \
                          {\"reset\":true} or {\"adapt\":false}";
            Problem::new(Kind::BadRequest, detail)
        })
    }
}
