//! The synthetic recordings of `samples/`, for people and programs to try a model with.

/// A recording: its file name, what it imitates, its bytes.
pub(crate) struct Sample {
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    pub(crate) content: &'static [u8],
}

/// In the public domain; nobody speaks in them.
pub(crate) const SAMPLES: [Sample; 3] = [
    Sample {
        name: "calm.wav",
        title: "A calm speaker (synthetic)",
        content: include_bytes!("../../../samples/calm.wav"),
    },
    Sample {
        name: "excited.wav",
        title: "An excited speaker (synthetic)",
        content: include_bytes!("../../../samples/excited.wav"),
    },
    Sample {
        name: "sad.flac",
        title: "A sad speaker (synthetic)",
        content: include_bytes!("../../../samples/sad.flac"),
    },
];
