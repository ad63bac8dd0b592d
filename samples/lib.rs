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

/// The recordings that imitate an emotion.
pub const SAMPLES: [Sample; 3] = [
    Sample {
        name: "calm.wav",
        title: "Calm (synthetic voice)",
        content: include_bytes!("calm.wav"),
    },
    Sample {
        name: "excited.wav",
        title: "Excited (synthetic voice)",
        content: include_bytes!("excited.wav"),
    },
    Sample {
        name: "sad.flac",
        title: "Sad (synthetic voice)",
        content: include_bytes!("sad.flac"),
    },
];

impl Sample {
    /// Return the sample with a file name.
    pub fn named(name: &str) -> Option<&'static Self> {
        const { &SAMPLES }.iter().find(|sample| sample.name == name)
    }
}
