//! The version of this program, and its features.

use serde::Serialize;

/// The features of cargo that this build has.
const FEATURES: [(&str, bool); 11] = [
    ("cuda", cfg!(feature = "cuda")),
    ("embedded", cfg!(feature = "embedded")),
    ("explore", cfg!(feature = "explore")),
    ("export", cfg!(feature = "export")),
    ("fetch", cfg!(feature = "fetch")),
    ("hub", cfg!(feature = "hub")),
    ("report", cfg!(feature = "report")),
    ("serve", cfg!(feature = "serve")),
    ("train", cfg!(feature = "train")),
    ("tui", cfg!(feature = "tui")),
    ("wgpu", cfg!(feature = "wgpu")),
];

/// The number of the release.
pub(crate) const NUMBER: &str = env!("CARGO_PKG_VERSION");

/// The answer of `undertone version`.
#[derive(Debug, Serialize)]
pub(crate) struct Version {
    version: &'static str,
    /// `None` for a build outside a repository.
    commit: Option<&'static str>,
    target: &'static str,
    features: Vec<&'static str>,
    /// The built-in model.
    model: Option<&'static str>,
}

impl Version {
    pub(crate) fn of_this_program() -> Self {
        let built_in = FEATURES.into_iter().filter(|(_, built_in)| *built_in);
        Self {
            version: NUMBER,
            commit: option_env!("UNDERTONE_COMMIT"),
            target: option_env!("UNDERTONE_TARGET").unwrap_or_default(),
            features: built_in.map(|(name, _)| name).collect(),
            #[cfg(feature = "embedded")]
            model: Some(undertone_models::EMBEDDED_NAME),
            #[cfg(not(feature = "embedded"))]
            model: None,
        }
    }

    /// Return it in lines. The first is the number.
    pub(crate) fn in_lines(&self) -> String {
        format!(
            "{}\ncommit:   {}\ntarget:   {}\nfeatures: {}\nmodel:    {}",
            self.version,
            self.commit.unwrap_or("unknown"),
            self.target,
            self.features.join(" "),
            self.model.unwrap_or("none, give --model"),
        )
    }
}
