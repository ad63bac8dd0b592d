//! The front end over many clips, for `bench/front_end.py` and `bench/front_end_parity.py`. It
//! measures the time, or prints the result of each step for a comparison with librosa.
//!
//! ```text
//! front_end time THREADS FILE…           seconds for all clips, and for each step
//! front_end trim FILE…                   start, end, length at the file's own rate; a checksum
//! front_end features OUT FILE…           float32: samples at 16 kHz, power, dB, MFCC, delta
//! ```

use std::error::Error;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use undertone_audio::{
    DbConfig, DecodeOptions, FrontEnd, FrontEndConfig, MelConfig, MelSpectrogram, Mfcc, Resampler,
    TrimConfig, decode_path, delta, keep_freed_memory, power_to_db, trim,
};

fn main() -> Result<(), Box<dyn Error>> {
    // As `undertone` does.
    keep_freed_memory();
    // `cargo bench` adds an argument of its own.
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|it| it != "--bench")
        .collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut out = std::io::stdout().lock();
    match arguments.as_slice() {
        ["time", threads, files @ ..] => time(&mut out, threads.parse()?, &paths(files)),
        ["trim", files @ ..] => print_trims(&mut out, &paths(files)),
        ["features", folder, files @ ..] => write_features(Path::new(folder), &paths(files)),
        _ => {
            writeln!(
                out,
                "front_end time THREADS FILE… | trim FILE… | features OUT FILE…"
            )?;
            Ok(())
        }
    }
}

fn paths(files: &[&str]) -> Vec<PathBuf> {
    files.iter().map(PathBuf::from).collect()
}

/// The time of decoding, of resampling and trimming, and of features.
type Steps = [Duration; 3];

fn time(out: &mut impl Write, threads: usize, files: &[PathBuf]) -> Result<(), Box<dyn Error>> {
    let front_end = FrontEnd::new(FrontEndConfig::default())?;
    let next = AtomicUsize::new(0);
    let begin = Instant::now();
    let steps = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads.max(1))
            .map(|_| scope.spawn(|| work(&front_end, files, &next).map_err(|e| e.to_string())))
            .collect();
        workers
            .into_iter()
            .map(|worker| worker.join().map_err(|_| "a worker panicked".to_string())?)
            .collect::<Result<Vec<Steps>, String>>()
    })?;
    let seconds = begin.elapsed().as_secs_f64();
    let [decode, prepare, features] = [0, 1, 2].map(|step| {
        steps
            .iter()
            .map(|times| times[step].as_secs_f64())
            .sum::<f64>()
    });
    writeln!(out, "{seconds:.6} {decode:.6} {prepare:.6} {features:.6}")?;
    Ok(())
}

fn work(
    front_end: &FrontEnd,
    files: &[PathBuf],
    next: &AtomicUsize,
) -> Result<Steps, Box<dyn Error>> {
    let mut steps = Steps::default();
    while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
        let begin = Instant::now();
        let recording = decode_path(file, &DecodeOptions::default())?;
        let decoded = Instant::now();
        let speech = front_end.prepare(&recording)?;
        let prepared = Instant::now();
        std::hint::black_box(front_end.features(&speech.samples));
        steps[0] += decoded - begin;
        steps[1] += prepared - decoded;
        steps[2] += prepared.elapsed();
    }
    Ok(steps)
}

fn print_trims(out: &mut impl Write, files: &[PathBuf]) -> Result<(), Box<dyn Error>> {
    for file in files {
        let recording = decode_path(file, &DecodeOptions::default())?;
        let range = trim(&recording.samples, &TrimConfig::default());
        // A checksum that depends on every sample and on their order.
        let sum: f64 = (1_u32..)
            .zip(&recording.samples)
            .map(|(n, s)| f64::from(n) * f64::from(*s))
            .sum();
        let (start, end, len) = (range.start, range.end, recording.samples.len());
        writeln!(out, "{start} {end} {len} {sum:e}")?;
    }
    Ok(())
}

/// Write one file for each clip: five counts (samples, mel bands, frames, MFCCs, delta rows) as
/// little-endian 64-bit integers, then the arrays.
fn write_features(folder: &Path, files: &[PathBuf]) -> Result<(), Box<dyn Error>> {
    let mel = MelSpectrogram::new(&MelConfig::default())?;
    let mfcc = Mfcc::new(40, 128)?;
    for (index, file) in files.iter().enumerate() {
        let recording = decode_path(file, &DecodeOptions::default())?;
        let resampler = Resampler::new(recording.sample_rate, 16_000)?;
        let samples = resampler.resample(&recording.samples);
        let power = mel.power(&samples);
        let db = power_to_db(&power, &DbConfig::default());
        let coefficients = mfcc.from_db(&db);
        let slopes = delta(&coefficients, 9)?;
        let counts = [
            samples.len(),
            power.bands,
            power.frames,
            coefficients.bands,
            slopes.bands,
        ];
        let mut bytes: Vec<u8> = counts
            .iter()
            .flat_map(|count| (*count as u64).to_le_bytes())
            .collect();
        for values in [
            &samples,
            &power.values,
            &db.values,
            &coefficients.values,
            &slopes.values,
        ] {
            bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        }
        std::fs::write(folder.join(format!("{index}.bin")), bytes)?;
    }
    Ok(())
}
