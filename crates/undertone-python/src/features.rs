//! Spectral features and pitch.

use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes};
use undertone_audio::{
    DbConfig, DbReference, FeatureMatrix, MelConfig, MelSpectrogram, Mfcc, PitchConfig, Pyin,
};

use crate::arrays::{bytes, floats, matrix};
use crate::error::parameter;

/// A matrix as Python gets it, by rows, and its number of frames.
type Array<'py> = (Bound<'py, PyByteArray>, usize);

/// Compute a power mel spectrogram, `[n_mels, frames]`.
#[pyfunction]
#[allow(clippy::too_many_arguments)] // the arguments of librosa's function
fn melspectrogram<'py>(
    py: Python<'py>,
    samples: &Bound<'py, PyBytes>,
    sample_rate: u32,
    n_fft: usize,
    hop_length: usize,
    n_mels: usize,
    fmin: f32,
    fmax: Option<f32>,
) -> PyResult<Array<'py>> {
    let samples = floats(samples);
    let config = MelConfig {
        sample_rate,
        n_fft,
        hop_length,
        n_mels,
        fmin,
        fmax,
    };
    let power = py.detach(|| Ok(MelSpectrogram::new(&config)?.power(&samples)));
    let power = power.map_err(|error: undertone_audio::FeatureError| parameter(error))?;
    array(py, power)
}

/// Compute MFCCs, `[n_mfcc, frames]`, of a mel spectrogram in decibels.
#[pyfunction]
fn mfcc<'py>(
    py: Python<'py>,
    db: &Bound<'py, PyBytes>,
    n_mels: usize,
    n_mfcc: usize,
) -> PyResult<Array<'py>> {
    let db = matrix(db, n_mels)?;
    let mfcc = py.detach(|| Ok(Mfcc::new(n_mfcc, db.bands)?.from_db(&db)));
    let mfcc = mfcc.map_err(|error: undertone_audio::FeatureError| parameter(error))?;
    array(py, mfcc)
}

/// Convert power to decibels. Without a reference, the largest power is at 0 dB.
#[pyfunction]
#[pyo3(signature = (power, reference, amin, top_db))]
fn power_to_db<'py>(
    py: Python<'py>,
    power: &Bound<'py, PyBytes>,
    reference: Option<f32>,
    amin: f32,
    top_db: Option<f32>,
) -> PyResult<Array<'py>> {
    if amin.is_nan() || amin <= 0.0 {
        return Err(parameter("amin must be above 0"));
    }
    if top_db.is_some_and(|top| top.is_nan() || top < 0.0) {
        return Err(parameter("top_db must be at least 0"));
    }
    let power = matrix(power, 1)?;
    let config = DbConfig {
        reference: reference.map_or(DbReference::Max, DbReference::Power),
        amin,
        top_db,
    };
    let db = py.detach(|| undertone_audio::power_to_db(&power, &config));
    array(py, db)
}

/// Compute slopes over time.
#[pyfunction]
fn delta<'py>(
    py: Python<'py>,
    data: &Bound<'py, PyBytes>,
    bands: usize,
    width: usize,
) -> PyResult<Array<'py>> {
    let data = matrix(data, bands)?;
    let slopes = py.detach(|| undertone_audio::delta(&data, width));
    array(py, slopes.map_err(parameter)?)
}

/// Find the pitch of each frame: its frequency in Hz (not a number where unvoiced), and the
/// probability that it is voiced.
#[pyfunction]
fn pyin<'py>(
    py: Python<'py>,
    samples: &Bound<'py, PyBytes>,
    sample_rate: u32,
    fmin: f32,
    fmax: f32,
    frame_length: usize,
    hop_length: usize,
) -> PyResult<[Bound<'py, PyByteArray>; 2]> {
    let samples = floats(samples);
    let config = PitchConfig {
        sample_rate,
        fmin,
        fmax,
        frame_length,
        hop_length,
    };
    let track = py.detach(|| Ok(Pyin::new(&config)?.track(&samples)));
    let track = track.map_err(|error: undertone_audio::PitchError| parameter(error))?;
    let f0: Vec<f32> = track.iter().map(|it| it.f0.unwrap_or(f32::NAN)).collect();
    let probability: Vec<f32> = track.iter().map(|it| it.voiced_probability).collect();
    Ok([bytes(py, &f0)?, bytes(py, &probability)?])
}

fn array(py: Python<'_>, matrix: FeatureMatrix) -> PyResult<Array<'_>> {
    Ok((bytes(py, &matrix.values)?, matrix.frames))
}

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(melspectrogram, module)?)?;
    module.add_function(wrap_pyfunction!(mfcc, module)?)?;
    module.add_function(wrap_pyfunction!(power_to_db, module)?)?;
    module.add_function(wrap_pyfunction!(delta, module)?)?;
    module.add_function(wrap_pyfunction!(pyin, module)?)
}
