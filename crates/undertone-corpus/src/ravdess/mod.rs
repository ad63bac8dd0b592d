//! RAVDESS: the Ryerson Audio-Visual Database of Emotional Speech and Song
//! (Livingstone & Russo 2018, doi 10.5281/zenodo.1188976).
//!
//! 24 actors speak and sing two sentences, each with several emotions, in two intensities and two
//! repetitions. Every performance was filmed and is published as audio, as video, and as both. The
//! file name is the label: seven two-digit codes, such as `03-01-06-01-02-01-12`.
//!
//! | field | codes |
//! | --- | --- |
//! | modality | 01 audio and video, 02 video only, 03 audio only |
//! | vocal channel | 01 speech, 02 song |
//! | emotion | 01 neutral, 02 calm, 03 happy, 04 sad, 05 angry, 06 fearful, 07 disgust, 08 surprised |
//! | intensity | 01 normal, 02 strong (never with neutral) |
//! | statement | 01 "Kids are talking by the door", 02 "Dogs are sitting by the door" |
//! | repetition | 01, 02 |
//! | actor | 01 to 24; odd numbers are male, even ones female |
//!
//! [`RavdessName`] is such a name, and can only hold codes that RAVDESS defines.

mod code_book;
mod name;
mod scan;
mod vocal_channels;

pub use code_book::{Intensity, Modality, Statement, VocalChannel};
pub use name::{RavdessField, RavdessName, RavdessNameError};
pub(crate) use scan::scan;
pub use vocal_channels::{UnknownVocalChannels, VocalChannels};
