//! The files of the page, which are embedded in the program.

/// An embedded file.
#[derive(Debug)]
pub struct Asset {
    /// The name of the file, without its folder.
    pub name: &'static str,
    /// What is in it.
    pub content: &'static [u8],
}

/// Embed files of a folder.
macro_rules! assets {
    ($folder:literal: $($name:literal),* $(,)?) => {
        &[$(Asset { name: $name, content: include_bytes!(concat!($folder, $name)) }),*]
    };
}
pub(crate) use assets;

/// `index.html` of the page.
pub(crate) const INDEX: &[u8] = include_bytes!("../web/index.html");

/// All files of `web/assets/`. A test compares this list with the folder.
pub(crate) const FILES: &[Asset] = assets!("../web/assets/":
    "analyze.js",
    "analysis-progress.js",
    "api.js",
    "bars.js",
    "base.css",
    "canvas.js",
    "capture-worklet.js",
    "card.js",
    "compare.js",
    "confidence.js",
    "decode.js",
    "dom.js",
    "download.js",
    "drop.js",
    "engine.js",
    "export.js",
    "format.js",
    "history.js",
    "icon.svg",
    "input.css",
    "latency.js",
    "level.js",
    "live-voice.js",
    "live.css",
    "live.js",
    "magma.js",
    "main.js",
    "microphone.js",
    "model.js",
    "notices.js",
    "player.js",
    "problem.js",
    "recorder.js",
    "result.css",
    "result.js",
    "samples.js",
    "session.css",
    "session.js",
    "spectrogram.js",
    "stack.js",
    "table.js",
    "tabs.js",
    "theme.js",
    "timeline.js",
    "token.js",
    "utterances.js",
    "view.js",
    "voice.js",
    "warnings.js",
    "wav.js",
    "waveform.js",
    "why.js",
);

/// Return `index.html`.
pub fn page_index() -> &'static [u8] {
    INDEX
}

/// Return the files of `assets/`, on which the page depends.
pub fn page_assets() -> &'static [Asset] {
    FILES
}
