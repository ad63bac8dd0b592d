//! Downloading corpora.
