//! The names of RAVDESS's clips.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::{Intensity, Modality, Statement, VocalChannel};
use crate::{Emotion, Gender};

/// The number of actors in RAVDESS.
const ACTORS: u8 = 24;

/// A RAVDESS name: seven two-digit codes, `modality-channel-emotion-intensity-statement-
/// repetition-actor`. Every value follows RAVDESS's code book: actors are 1 to 24, repetitions 1
/// and 2, neutral is never strong, disgust and surprise are never sung.
///
/// Names sort by actor first, as RAVDESS's folders do, then by the codes from left to right.
///
/// ```
/// use undertone_corpus::{Emotion, Gender, RavdessName};
///
/// let name: RavdessName = "03-01-06-01-02-01-12.flac".parse()?;
/// assert_eq!(name.emotion(), Emotion::Fearful);
/// assert_eq!((name.actor(), name.gender()), (12, Gender::Female));
/// assert_eq!(name.to_string(), "03-01-06-01-02-01-12");
/// # Ok::<(), undertone_corpus::RavdessNameError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RavdessName {
    // The first field, because the derived order compares fields from the top.
    actor: u8,
    modality: Modality,
    channel: VocalChannel,
    emotion: Emotion,
    intensity: Intensity,
    statement: Statement,
    repetition: u8,
}

/// A field of a RAVDESS name, in the name's order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RavdessField {
    /// First: audio-video, video-only or audio-only.
    Modality,
    /// Second: speech or song.
    Channel,
    /// Third: one of eight.
    Emotion,
    /// Fourth: normal or strong.
    Intensity,
    /// Fifth: kids or dogs.
    Statement,
    /// Sixth: first or second.
    Repetition,
    /// Seventh: 1 to 24.
    Actor,
}

impl RavdessField {
    /// Every field, in the name's order.
    pub const ALL: [RavdessField; 7] = [
        RavdessField::Modality,
        RavdessField::Channel,
        RavdessField::Emotion,
        RavdessField::Intensity,
        RavdessField::Statement,
        RavdessField::Repetition,
        RavdessField::Actor,
    ];

    /// Return the field's highest code. The lowest is always 1.
    pub fn highest_code(self) -> u8 {
        match self {
            RavdessField::Modality => 3,
            RavdessField::Emotion => 8,
            RavdessField::Actor => ACTORS,
            RavdessField::Channel
            | RavdessField::Intensity
            | RavdessField::Statement
            | RavdessField::Repetition => 2,
        }
    }
}

impl fmt::Display for RavdessField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            RavdessField::Modality => "modality",
            RavdessField::Channel => "channel",
            RavdessField::Emotion => "emotion",
            RavdessField::Intensity => "intensity",
            RavdessField::Statement => "statement",
            RavdessField::Repetition => "repetition",
            RavdessField::Actor => "actor",
        })
    }
}

/// The reason why a file name is not a RAVDESS name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RavdessNameError {
    /// The name does not have seven parts between hyphens.
    #[error("not a RAVDESS name: {found} part(s) between hyphens instead of 7")]
    Parts {
        /// The number of parts.
        found: usize,
    },
    /// A part is not two digits.
    #[error("not a RAVDESS name: the {field} \"{text}\" is not two digits")]
    Digits {
        /// The field.
        field: RavdessField,
        /// Its text.
        text: String,
    },
    /// The code book does not define a code.
    #[error(
        "not in RAVDESS's code book: {field} {code:02} (known: 01 to {highest:02})",
        highest = field.highest_code()
    )]
    Code {
        /// The field.
        field: RavdessField,
        /// The code.
        code: u8,
    },
    /// Neutral with strong intensity.
    #[error("not in RAVDESS's code book: neutral has no strong intensity")]
    StrongNeutral,
    /// A song with an emotion that has no songs.
    #[error("not in RAVDESS's code book: {emotion} is never sung")]
    Sung {
        /// The emotion, disgust or surprised.
        emotion: Emotion,
    },
}

impl RavdessName {
    /// Make a name from its fields, in the name's order.
    ///
    /// # Errors
    /// If the code book does not define this combination: see [`RavdessNameError`].
    pub fn new(
        modality: Modality,
        channel: VocalChannel,
        emotion: Emotion,
        intensity: Intensity,
        statement: Statement,
        repetition: u8,
        actor: u8,
    ) -> Result<Self, RavdessNameError> {
        for (field, code) in [
            (RavdessField::Repetition, repetition),
            (RavdessField::Actor, actor),
        ] {
            if !(1..=field.highest_code()).contains(&code) {
                return Err(RavdessNameError::Code { field, code });
            }
        }
        if emotion == Emotion::Neutral && intensity == Intensity::Strong {
            return Err(RavdessNameError::StrongNeutral);
        }
        if channel == VocalChannel::Song && matches!(emotion, Emotion::Disgust | Emotion::Surprised)
        {
            return Err(RavdessNameError::Sung { emotion });
        }
        Ok(Self {
            actor,
            modality,
            channel,
            emotion,
            intensity,
            statement,
            repetition,
        })
    }

    /// Return the name of the same take's audio-only recording. Names of one take differ only in
    /// the modality.
    pub fn take(&self) -> Self {
        Self {
            modality: Modality::AudioOnly,
            ..*self
        }
    }

    /// Return the 1440 names of RAVDESS's audio-only speech, in order.
    pub fn all_speech() -> impl Iterator<Item = RavdessName> {
        (1..=ACTORS).flat_map(|actor| {
            Emotion::ALL.into_iter().flat_map(move |emotion| {
                Intensity::ALL.into_iter().flat_map(move |intensity| {
                    Statement::ALL.into_iter().flat_map(move |statement| {
                        (1..=2).filter_map(move |repetition| {
                            RavdessName::new(
                                Modality::AudioOnly,
                                VocalChannel::Speech,
                                emotion,
                                intensity,
                                statement,
                                repetition,
                                actor,
                            )
                            .ok()
                        })
                    })
                })
            })
        })
    }

    /// Return what was recorded.
    pub fn modality(&self) -> Modality {
        self.modality
    }

    /// Return whether it is spoken or sung.
    pub fn channel(&self) -> VocalChannel {
        self.channel
    }

    /// Return the emotion that the actor expresses.
    pub fn emotion(&self) -> Emotion {
        self.emotion
    }

    /// Return how strongly.
    pub fn intensity(&self) -> Intensity {
        self.intensity
    }

    /// Return the sentence.
    pub fn statement(&self) -> Statement {
        self.statement
    }

    /// Return the number of the repetition, 1 or 2.
    pub fn repetition(&self) -> u8 {
        self.repetition
    }

    /// Return the actor's number, 1 to 24.
    pub fn actor(&self) -> u8 {
        self.actor
    }

    /// Return the actor as in [`Utterance::speaker`](crate::Utterance::speaker), `01` to `24`.
    pub fn speaker(&self) -> String {
        format!("{:02}", self.actor)
    }

    /// Return the actor's gender: odd actors are male, even ones female.
    pub fn gender(&self) -> Gender {
        if self.actor.is_multiple_of(2) {
            Gender::Female
        } else {
            Gender::Male
        }
    }
}

impl RavdessName {
    /// Return `Actor_XX/NAME.wav`, a clip's place below a corpus folder, if the path of an entry of
    /// RAVDESS's archives ends with it and XX is the actor in NAME.
    pub fn clip_path(entry: &Path) -> Option<PathBuf> {
        let file_name = entry.file_name()?.to_str()?;
        let name: Self = file_name.strip_suffix(".wav")?.parse().ok()?;
        let path = PathBuf::from(format!("Actor_{}", name.speaker())).join(format!("{name}.wav"));
        entry.ends_with(&path).then_some(path)
    }
}

impl fmt::Display for RavdessName {
    /// Write the seven codes, without an extension.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:02}-{:02}-{:02}-{:02}-{:02}-{:02}-{:02}",
            self.modality as u8 + 1,
            self.channel as u8 + 1,
            code_of(self.emotion),
            self.intensity as u8 + 1,
            self.statement as u8 + 1,
            self.repetition,
            self.actor
        )
    }
}

/// Return the code of an emotion, from 1; 0 if RAVDESS has none for it.
fn code_of(emotion: Emotion) -> usize {
    let position = Emotion::ALL.iter().position(|known| *known == emotion);
    position.map_or(0, |position| position + 1)
}

impl FromStr for RavdessName {
    type Err = RavdessNameError;

    /// Parse a file name, with or without the extension `.wav` or `.flac` in any case.
    fn from_str(file_name: &str) -> Result<Self, Self::Err> {
        let stem = match file_name.rsplit_once('.') {
            Some((stem, extension))
                if ["wav", "flac"]
                    .iter()
                    .any(|known| extension.eq_ignore_ascii_case(known)) =>
            {
                stem
            }
            _ => file_name,
        };
        let parts: Vec<&str> = stem.split('-').collect();
        if parts.len() != RavdessField::ALL.len() {
            return Err(RavdessNameError::Parts { found: parts.len() });
        }
        let mut codes = [0; 7];
        for ((field, text), code) in RavdessField::ALL.into_iter().zip(parts).zip(&mut codes) {
            *code = parse_code(field, text)?;
        }
        let [
            modality,
            channel,
            emotion,
            intensity,
            statement,
            repetition,
            actor,
        ] = codes;
        RavdessName::new(
            Modality::ALL[usize::from(modality) - 1],
            VocalChannel::ALL[usize::from(channel) - 1],
            Emotion::ALL[usize::from(emotion) - 1],
            Intensity::ALL[usize::from(intensity) - 1],
            Statement::ALL[usize::from(statement) - 1],
            repetition,
            actor,
        )
    }
}

/// Parse a two-digit code and check it against the field's range.
fn parse_code(field: RavdessField, text: &str) -> Result<u8, RavdessNameError> {
    let two_digits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse() {
        Ok(code) if two_digits => {
            if (1..=field.highest_code()).contains(&code) {
                Ok(code)
            } else {
                Err(RavdessNameError::Code { field, code })
            }
        }
        _ => Err(RavdessNameError::Digits {
            field,
            text: text.to_owned(),
        }),
    }
}
