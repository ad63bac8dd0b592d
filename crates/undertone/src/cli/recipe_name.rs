//! Recipes as values of arguments: a name, or a file.

use std::ffi::OsStr;
use std::path::PathBuf;

use clap::builder::{PossibleValue, TypedValueParser};
use clap::{Arg, Command, Error};
use undertone_lab::Recipe;

/// Takes any path, and offers the names of the built-in recipes for completion.
#[derive(Debug, Clone)]
pub(super) struct RecipeName;

impl TypedValueParser for RecipeName {
    type Value = PathBuf;

    fn parse_ref(&self, _: &Command, _: Option<&Arg>, value: &OsStr) -> Result<PathBuf, Error> {
        Ok(value.into())
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let names = Recipe::built_in().map(|(name, _)| PossibleValue::new(name));
        Some(Box::new(names))
    }
}
