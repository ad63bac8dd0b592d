//! Clips to listen to.

use std::path::{Path, PathBuf};

use undertone_audio::{DecodeOptions, Recordings, ResamplerCache, encode_flac};
use undertone_corpus::Segment;
use undertone_figures::page::Audio;

/// Sample rate of the clips on a page in Hz, that of the models.
const RATE: u32 = 16_000;
/// Longest part of a clip on a page, in seconds.
const SECONDS: usize = 15;

/// Finds the recordings of clips.
pub(crate) struct Voices {
    root: Option<PathBuf>,
    resamplers: ResamplerCache,
    recordings: Recordings,
}

impl Voices {
    /// Look for clips in the chosen corpus (a folder, or that of a manifest), or in the corpus of
    /// the training if it still exists.
    pub(crate) fn new(chosen: Option<&Path>, remembered: Option<&Path>) -> Self {
        let chosen = chosen.map(|path| match path.parent() {
            Some(parent) if path.is_file() => parent.to_owned(),
            _ => path.to_owned(),
        });
        let remembered = || remembered.filter(|path| path.is_dir()).map(Path::to_owned);
        Self {
            root: chosen.or_else(remembered),
            resamplers: ResamplerCache::new(),
            recordings: Recordings::new(&DecodeOptions::default()),
        }
    }

    /// Return whether there is a corpus.
    pub(crate) fn are_known(&self) -> bool {
        self.root.is_some()
    }

    /// Return a clip as mono FLAC; `None` if it cannot be read.
    pub(crate) fn clip(&self, path: &str) -> Option<Audio> {
        let (file, segment) = Segment::split_name(path);
        let file = found(self.root.as_ref()?.join(file))?;
        let part = segment.map(Segment::bounds);
        let recording = self.recordings.read(&file, part).ok()?;
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

/// Return the file, or one with the same name and another extension: the training may have used
/// FLAC files of a corpus that is now present as WAV.
fn found(file: PathBuf) -> Option<PathBuf> {
    if file.is_file() {
        return Some(file);
    }
    let beside = file.parent()?.read_dir().ok()?.flatten();
    let mut paths = beside.map(|entry| entry.path());
    paths.find(|path| path.file_stem() == file.file_stem() && path.is_file())
}
