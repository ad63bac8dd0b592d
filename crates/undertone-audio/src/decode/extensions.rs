//! The names of files that can be decoded.

/// The extensions of files that this crate decodes, in lower case. It decides by the content of a
/// file when it decodes it, so this list is for those who look for recordings in a folder.
pub const EXTENSIONS: &[&str] = &[
    "3gp", "aac", "aif", "aifc", "aiff", "au", "bw64", "bwf", "caf", "flac", "m4a", "m4b", "m4r",
    "mka", "mkv", "mov", "mp1", "mp2", "mp3", "mp4", "mpga", "oga", "ogg", "opus", "rf64", "snd",
    "w64", "wav", "wave", "weba", "webm",
];

/// Return whether a file of this name may be a recording: whether it has one of [`EXTENSIONS`], in
/// upper or lower case, and is neither hidden nor one of macOS's companions (`._name`).
///
/// ```
/// use undertone_audio::is_recording_name;
/// assert!(is_recording_name("PTT-20240101-WA0001.opus"));
/// assert!(is_recording_name("03-01-01.WAV"));
/// assert!(!is_recording_name("._03-01-01.wav"));
/// assert!(!is_recording_name("notes.txt"));
/// ```
pub fn is_recording_name(name: &str) -> bool {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension);
    !name.starts_with('.')
        && extension.is_some_and(|it| {
            EXTENSIONS
                .iter()
                .any(|known| known.eq_ignore_ascii_case(it))
        })
}
