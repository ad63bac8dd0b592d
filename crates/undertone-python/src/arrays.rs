//! Arrays cross the border to Python as bytes, little-endian 32-bit floats: `numpy.frombuffer`
//! reads them. The crate `numpy` would add `ndarray`, which switches on features of crates that
//! Burn uses, so that Burn would be compiled twice.

use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes};
use undertone_audio::FeatureMatrix;

use crate::error::parameter;

/// Return the floats in bytes.
pub(crate) fn floats(bytes: &Bound<'_, PyBytes>) -> Vec<f32> {
    let (floats, _) = bytes.as_bytes().as_chunks::<4>();
    floats.iter().map(|it| f32::from_le_bytes(*it)).collect()
}

/// Return a matrix of `bands` rows that is in bytes by rows.
pub(crate) fn matrix(bytes: &Bound<'_, PyBytes>, bands: usize) -> PyResult<FeatureMatrix> {
    let values = floats(bytes);
    if bands == 0 || values.is_empty() || !values.len().is_multiple_of(bands) {
        return Err(parameter("the array has no values"));
    }
    Ok(FeatureMatrix {
        bands,
        frames: values.len() / bands,
        values,
    })
}

/// Return floats as bytes that Python may change.
pub(crate) fn bytes<'py>(py: Python<'py>, floats: &[f32]) -> PyResult<Bound<'py, PyByteArray>> {
    PyByteArray::new_with(py, size_of_val(floats), |bytes| {
        let (places, _) = bytes.as_chunks_mut::<4>();
        for (place, float) in places.iter_mut().zip(floats) {
            *place = float.to_le_bytes();
        }
        Ok(())
    })
}
