//! Print the pitch of a recording every 10 ms, as `librosa.pyin` finds it.
#![allow(clippy::print_stdout)]

use undertone_audio::{DecodeOptions, PitchConfig, Pyin, Resampler, decode_path};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("usage: pyin FILE")?;
    let recording = decode_path(path.as_ref(), &DecodeOptions::default())?;
    let samples = Resampler::new(recording.sample_rate, 16_000)?.resample(&recording.samples);
    for frame in Pyin::new(&PitchConfig::default())?.track(&samples) {
        match frame.f0 {
            Some(hz) => println!("{hz:.1} Hz"),
            None => println!("unvoiced"),
        }
    }
    Ok(())
}
