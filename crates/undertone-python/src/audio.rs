//! Reading, resampling and trimming.

use std::sync::LazyLock;

use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes};
use undertone_audio::{DecodeOptions, Resampler, ResamplerCache, TrimConfig};

use crate::arrays::{bytes, floats};
use crate::error::{decoding, parameter};
use crate::source::Given;

static RESAMPLERS: LazyLock<ResamplerCache> = LazyLock::new(ResamplerCache::new);

/// Decode a recording to mono samples at its own rate. Return the samples, the rate in Hz and the
/// number of channels.
#[pyfunction]
fn decode<'py>(
    py: Python<'py>,
    source: &Bound<'py, PyAny>,
    max_seconds: f64,
) -> PyResult<(Bound<'py, PyByteArray>, u32, usize)> {
    let given = Given::of(source)?;
    let recording = py
        .detach(|| given.decode(&DecodeOptions { max_seconds }))
        .map_err(|error| decoding(py, &error))?;
    let samples = bytes(py, &recording.samples)?;
    Ok((samples, recording.sample_rate, recording.channels))
}

/// Return whether folders are searched for files of this name.
#[pyfunction]
fn is_recording_name(name: &str) -> bool {
    undertone_audio::is_recording_name(name)
}

/// Resample mono samples.
#[pyfunction]
fn resample<'py>(
    py: Python<'py>,
    samples: &Bound<'py, PyBytes>,
    from_hz: u32,
    to_hz: u32,
) -> PyResult<Bound<'py, PyByteArray>> {
    let samples = floats(samples);
    let resampled = py.detach(|| {
        let resampler = RESAMPLERS.get(from_hz, to_hz)?;
        Ok(resampler.resample(&samples))
    });
    let resampled = resampled.map_err(|error: undertone_audio::ResampleError| parameter(error))?;
    bytes(py, &resampled)
}

/// Return the first sample that is not silent, and the one after the last.
#[pyfunction]
fn trim(
    py: Python<'_>,
    samples: &Bound<'_, PyBytes>,
    top_db: f32,
    frame_length: usize,
    hop_length: usize,
) -> PyResult<(usize, usize)> {
    if frame_length == 0 || hop_length == 0 || top_db.is_nan() || top_db < 0.0 {
        return Err(parameter(
            "frame_length and hop_length must be at least 1, and top_db at least 0",
        ));
    }
    let samples = floats(samples);
    let config = TrimConfig {
        top_db,
        frame_length,
        hop_length,
    };
    let range = py.detach(|| undertone_audio::trim(&samples, &config));
    Ok((range.start, range.end))
}

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("MAX_RATE", Resampler::MAX_RATE)?;
    module.add_function(wrap_pyfunction!(decode, module)?)?;
    module.add_function(wrap_pyfunction!(is_recording_name, module)?)?;
    module.add_function(wrap_pyfunction!(resample, module)?)?;
    module.add_function(wrap_pyfunction!(trim, module)?)
}
