//! This crate's resampler beside rubato's: quality and speed.
//!
//! ```text
//! cargo bench -p undertone-audio --bench resamplers
//! ```
//!
//! Prints for each pair of rates the gain that is furthest from 0 dB up to 7/8 of the band, the
//! loudest alias, and the time for four seconds of sound. rubato's `Fft` is measured with several
//! chunk sizes, since a larger chunk has a steeper filter.

use std::f64::consts::PI;
use std::io::Write;
use std::time::{Duration, Instant};

use rubato::audioadapter_buffers::direct::SequentialSlice;
use rubato::{Fft, FixedSync, Resampler as _, WindowFunction};
use undertone_audio::Resampler;

type Failure = Box<dyn std::error::Error>;
type Convert<'a> = Box<dyn FnMut(&[f32]) -> Result<Vec<f32>, Failure> + 'a>;

fn main() -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    for (from, to) in [
        (48_000, 16_000),
        (44_100, 16_000),
        (22_050, 16_000),
        (8_000, 16_000),
    ] {
        let ours = Resampler::new(from, to)?;
        let mut contestants: Vec<(String, Convert)> = vec![(
            "undertone".into(),
            Box::new(|samples| Ok(ours.resample(samples))),
        )];
        for chunk in [512, 1024, 2048, 4096] {
            let mut fft = Fft::<f32>::new_custom(
                from as usize,
                to as usize,
                chunk,
                1,
                1,
                WindowFunction::BlackmanHarris2,
                FixedSync::Both,
            )?;
            contestants.push((
                format!("rubato Fft, chunk {chunk}"),
                Box::new(move |samples| {
                    let input = SequentialSlice::new(samples, 1, samples.len())?;
                    let mut output = vec![0.0; fft.process_all_needed_output_len(samples.len())];
                    let frames = output.len();
                    let mut buffer = SequentialSlice::new_mut(&mut output, 1, frames)?;
                    fft.reset();
                    let (_, written) =
                        fft.process_all_into_buffer(&input, &mut buffer, samples.len(), None)?;
                    output.truncate(written);
                    Ok(output)
                }),
            ));
        }
        let times = interleaved_times(&mut contestants, from)?;
        for ((name, convert), time) in contestants.iter_mut().zip(times) {
            let gain = worst_gain(convert, from, to)?;
            let alias = worst_alias(convert, from, to)?;
            writeln!(
                out,
                "{from:>6} -> {to}  {name:24} gain {gain:6.2} dB  alias {alias:>9}  {:8.3} ms for 4 s",
                1e3 * time.as_secs_f64()
            )?;
        }
    }
    Ok(())
}

/// Return the median time for four seconds of sound. Rounds alternate between all contestants.
fn interleaved_times(
    contestants: &mut [(String, Convert)],
    from: u32,
) -> Result<Vec<Duration>, Failure> {
    let samples = sine(440.0, from, 4 * from as usize);
    let mut times = vec![Vec::new(); contestants.len()];
    for _ in 0..60 {
        for ((_, convert), times) in contestants.iter_mut().zip(&mut times) {
            let begin = Instant::now();
            std::hint::black_box(convert(&samples)?);
            times.push(begin.elapsed());
        }
    }
    Ok(times
        .into_iter()
        .map(|mut times| {
            times.sort();
            times[times.len() / 2]
        })
        .collect())
}

/// Return the gain that is furthest from 0 dB, of tones up to 7/8 of the lower Nyquist frequency.
fn worst_gain(convert: &mut Convert, from: u32, to: u32) -> Result<f64, Failure> {
    let top = 0.875 * f64::from(from.min(to)) / 2.0;
    let mut worst = 0.0_f64;
    for step in 1..=28 {
        let gain = level(convert, top * f64::from(step) / 28.0, from)?;
        if gain.abs() > worst.abs() {
            worst = gain;
        }
    }
    Ok(worst)
}

/// Return the level of the loudest alias of tones above the target's band. Upsampling has none.
fn worst_alias(convert: &mut Convert, from: u32, to: u32) -> Result<String, Failure> {
    let (low, high) = (f64::from(to) / 2.0 + 10.0, f64::from(from) / 2.0);
    let mut worst = f64::NEG_INFINITY;
    for step in 0..40 {
        let hz = low + (high - low) * f64::from(step) / 40.0;
        if hz < high {
            worst = worst.max(level(convert, hz, from)?);
        }
    }
    Ok(if worst.is_finite() {
        format!("{worst:.1} dB")
    } else {
        "-".into()
    })
}

/// Return the level of a converted full-scale tone, away from both ends.
fn level(convert: &mut Convert, hz: f64, from: u32) -> Result<f64, Failure> {
    let output = convert(&sine(hz, from, from as usize))?;
    let middle = &output[output.len() / 4..output.len() * 3 / 4];
    let power = middle.iter().map(|s| f64::from(*s).powi(2)).sum::<f64>() / middle.len() as f64;
    Ok(10.0 * (2.0 * power).max(1e-20).log10())
}

fn sine(hz: f64, rate: u32, len: usize) -> Vec<f32> {
    (0..len)
        .map(|n| (2.0 * PI * hz * n as f64 / f64::from(rate)).sin() as f32)
        .collect()
}
