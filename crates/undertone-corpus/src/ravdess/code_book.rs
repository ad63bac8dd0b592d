//! The fields of RAVDESS's code book that are not an emotion, a repetition or an actor.

use std::fmt;

/// What was recorded (first field of a name).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Modality {
    /// Code 01: face and voice.
    AudioVideo,
    /// Code 02: the face alone.
    VideoOnly,
    /// Code 03: the voice alone.
    AudioOnly,
}

/// Spoken or sung (second field).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VocalChannel {
    /// Code 01.
    Speech,
    /// Code 02.
    Song,
}

/// How strongly the emotion is acted (fourth field).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Intensity {
    /// Code 01.
    Normal,
    /// Code 02; never with neutral.
    Strong,
}

/// The sentence (fifth field).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Statement {
    /// Code 01: "Kids are talking by the door".
    Kids,
    /// Code 02: "Dogs are sitting by the door".
    Dogs,
}

impl Modality {
    /// Every modality, by code.
    pub const ALL: [Modality; 3] = [
        Modality::AudioVideo,
        Modality::VideoOnly,
        Modality::AudioOnly,
    ];

    /// Return the name in words.
    pub fn name(self) -> &'static str {
        match self {
            Modality::AudioVideo => "audio-video",
            Modality::VideoOnly => "video-only",
            Modality::AudioOnly => "audio-only",
        }
    }
}

impl VocalChannel {
    /// Both channels, by code.
    pub const ALL: [VocalChannel; 2] = [VocalChannel::Speech, VocalChannel::Song];

    /// Return the name in words.
    pub fn name(self) -> &'static str {
        match self {
            VocalChannel::Speech => "speech",
            VocalChannel::Song => "song",
        }
    }
}

impl Intensity {
    /// Both intensities, by code.
    pub const ALL: [Intensity; 2] = [Intensity::Normal, Intensity::Strong];

    /// Return the name in words.
    pub fn name(self) -> &'static str {
        match self {
            Intensity::Normal => "normal",
            Intensity::Strong => "strong",
        }
    }
}

impl Statement {
    /// Both statements, by code.
    pub const ALL: [Statement; 2] = [Statement::Kids, Statement::Dogs];

    /// Return the sentence.
    pub fn text(self) -> &'static str {
        match self {
            Statement::Kids => "Kids are talking by the door",
            Statement::Dogs => "Dogs are sitting by the door",
        }
    }
}

impl fmt::Display for Modality {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Display for VocalChannel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Display for Intensity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.text())
    }
}
