//! Numbers with names, in an order.

use std::sync::Arc;

use serde::{Serialize, Serializer};
use undertone_metrics::argmax;

/// A number for each name. It serializes as an object, in the order of the names.
#[derive(Debug, Clone, PartialEq)]
pub struct ByName {
    names: Arc<[String]>,
    values: Vec<f32>,
}

impl ByName {
    /// Name numbers. Those beyond the last name are left out.
    pub fn new(names: &Arc<[String]>, mut values: Vec<f32>) -> Self {
        values.truncate(names.len());
        Self {
            names: Arc::clone(names),
            values,
        }
    }

    /// Return the names.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Return the numbers, in the order of the names.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// Return the largest number and its name; of equal ones, the first. `None` if there is none.
    pub fn largest(&self) -> Option<(&str, f32)> {
        let index = argmax(&self.values);
        let name = self.names.get(index)?;
        Some((name.as_str(), *self.values.get(index)?))
    }

    /// Return the names with their numbers.
    pub fn iter(&self) -> impl Iterator<Item = (&str, f32)> {
        let names = self.names.iter().map(String::as_str);
        names.zip(self.values.iter().copied())
    }
}

impl Serialize for ByName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}
