#![doc = include_str!("README.md")]

/// A recording that is embedded in the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// The file's name.
    pub name: &'static str,
    /// The title for people.
    pub title: &'static str,
    /// The file's bytes.
    pub content: &'static [u8],
}

/// One recording for each emotion, then a long one with all of them.
pub const SAMPLES: [Sample; 7] = [
    Sample {
        name: "angry.flac",
        title: "Angry",
        content: include_bytes!("angry.flac"),
    },
    Sample {
        name: "disgust.flac",
        title: "Disgusted",
        content: include_bytes!("disgust.flac"),
    },
    Sample {
        name: "fearful.flac",
        title: "Fearful",
        content: include_bytes!("fearful.flac"),
    },
    Sample {
        name: "happy.flac",
        title: "Happy",
        content: include_bytes!("happy.flac"),
    },
    Sample {
        name: "neutral.flac",
        title: "Neutral",
        content: include_bytes!("neutral.flac"),
    },
    Sample {
        name: "sad.flac",
        title: "Sad",
        content: include_bytes!("sad.flac"),
    },
    Sample {
        name: "conversation.flac",
        title: "All six in turn",
        content: include_bytes!("conversation.flac"),
    },
];

/// The attribution and the license that must accompany the recordings.
pub const NOTICE: &str = include_str!("NOTICE");

impl Sample {
    /// Return the sample with a file name.
    pub fn named(name: &str) -> Option<&'static Self> {
        const { &SAMPLES }.iter().find(|sample| sample.name == name)
    }
}
