//! The inputs of pretrained encoders, for `bench/encoder_inputs.py` to compare.
//!
//! ```text
//! encoder_inputs OUT FILE…           float32: samples at 16 kHz, normalized, log-mel of 80, of 128
//! ```

use std::error::Error;
use std::path::Path;

use undertone_audio::{
    DecodeOptions, Resampler, WhisperLogMel, decode_path, zero_mean_unit_variance,
};

fn main() -> Result<(), Box<dyn Error>> {
    // `cargo bench` adds an argument of its own.
    let mut arguments = std::env::args().skip(1).filter(|it| it != "--bench");
    let Some(folder) = arguments.next() else {
        return Ok(());
    };
    let whisper = [WhisperLogMel::new(80)?, WhisperLogMel::new(128)?];
    for (index, file) in arguments.enumerate() {
        let recording = decode_path(file.as_ref(), &DecodeOptions::default())?;
        let samples = Resampler::new(recording.sample_rate, 16_000)?.resample(&recording.samples);
        let mut normalized = samples.clone();
        zero_mean_unit_variance(&mut normalized);
        let log_mels = whisper
            .each_ref()
            .map(|bands| bands.log_mel(&samples).values);
        let mut bytes = (samples.len() as u64).to_le_bytes().to_vec();
        for values in [&samples, &normalized, &log_mels[0], &log_mels[1]] {
            bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        }
        std::fs::write(Path::new(&folder).join(format!("{index}.bin")), bytes)?;
    }
    Ok(())
}
