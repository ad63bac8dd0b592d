//! Compute a log-mel spectrogram, as `librosa.feature.melspectrogram` and `power_to_db` do.
#![allow(clippy::print_stdout)]

use undertone_audio::{
    DbConfig, DecodeOptions, MelConfig, MelSpectrogram, decode_path, power_to_db,
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args()
        .nth(1)
        .ok_or("usage: mel_spectrogram FILE")?;
    let recording = decode_path(path.as_ref(), &DecodeOptions::default())?;
    let mel = MelSpectrogram::new(&MelConfig {
        sample_rate: recording.sample_rate,
        ..MelConfig::default()
    })?;
    let db = power_to_db(&mel.power(&recording.samples), &DbConfig::default());
    println!("{} bands, {} frames", db.bands, db.frames);
    println!("the lowest band: {:.1?} dB", db.band(0));
    Ok(())
}
