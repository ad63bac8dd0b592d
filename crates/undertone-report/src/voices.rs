//! Clips to listen to.

use std::path::{Path, PathBuf};

use undertone_audio::{DecodeOptions, ResamplerCache, decode_path, encode_flac};
use undertone_figures::page::Audio;

/// Rate of the clips on a page in Hz: what models hear.
const RATE: u32 = 16_000;
/// Longest part of a clip that a page carries.
const SECONDS: usize = 15;

/// Where clips may lie.
pub(crate) struct Voices {
    root: Option<PathBuf>,
    resamplers: ResamplerCache,
}

impl Voices {
    /// The folder that the clips' paths are relative to: the chosen corpus's, a manifest's being
    /// the one that it lies in, or the one that the run remembers if it is still there.
    pub(crate) fn new(chosen: Option<&Path>, remembered: Option<&Path>) -> Self {
        let chosen = chosen.map(|path| match path.parent() {
            Some(parent) if path.is_file() => parent.to_owned(),
            _ => path.to_owned(),
        });
        let remembered = || remembered.filter(|path| path.is_dir()).map(Path::to_owned);
        Self {
            root: chosen.or_else(remembered),
            resamplers: ResamplerCache::new(),
        }
    }

    /// Whether there is a corpus at all.
    pub(crate) fn are_known(&self) -> bool {
        self.root.is_some()
    }

    /// A clip as a small file, mono; `None` where it cannot be read.
    pub(crate) fn clip(&self, path: &str) -> Option<Audio> {
        let file = found(self.root.as_ref()?.join(path))?;
        let recording = decode_path(&file, &DecodeOptions::default()).ok()?;
        let mut samples = self
            .resamplers
            .resample(recording.samples, recording.sample_rate, RATE)
            .ok()?;
        samples.truncate(SECONDS * RATE as usize);
        Some(Audio {
            label: path.to_owned(),
            media_type: "audio/flac".into(),
            bytes: encode_flac(&samples, RATE).ok()?,
        })
    }
}

/// The file, or the one beside it that differs in its extension only: a corpus may be there as
/// WAV and have been trained on as FLAC.
fn found(file: PathBuf) -> Option<PathBuf> {
    if file.is_file() {
        return Some(file);
    }
    let beside = file.parent()?.read_dir().ok()?.flatten();
    let mut paths = beside.map(|entry| entry.path());
    paths.find(|path| path.file_stem() == file.file_stem() && path.is_file())
}
