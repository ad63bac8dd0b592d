//! The settings, read from the environment.

use std::env;

pub(crate) struct Settings {
    /// Inputs for each parser.
    pub(crate) executions: u64,
    pub(crate) seed: u64,
    only: Option<String>,
}

impl Settings {
    pub(crate) fn from_environment() -> Self {
        let number = |name, default| match env::var(name) {
            Ok(text) => match text.replace('_', "").parse() {
                Ok(number) => number,
                Err(_) => panic!("{name} must be a whole number, not {text:?}"),
            },
            Err(_) => default,
        };
        Self {
            executions: number("UNDERTONE_FUZZ", 1000),
            seed: number("UNDERTONE_FUZZ_SEED", 1),
            only: env::var("UNDERTONE_FUZZ_ONLY").ok(),
        }
    }

    pub(crate) fn includes(&self, name: &str) -> bool {
        self.only.as_ref().is_none_or(|only| name.contains(only))
    }
}
