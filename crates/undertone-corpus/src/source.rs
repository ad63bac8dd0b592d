//! Where a corpus lies, and what it is said to be.

use std::convert::Infallible;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::CorpusFormat;

/// Where a corpus lies.
///
/// ```
/// use undertone_corpus::CorpusSource;
///
/// let source: CorpusSource = "crema-d:data/voices".parse()?;
/// assert_eq!(source.format.unwrap().id(), "crema-d");
/// assert_eq!(source.path.to_str(), Some("data/voices"));
/// let recognized: CorpusSource = "data/voices".parse()?;
/// assert_eq!(recognized.format, None);
/// # Ok::<(), std::convert::Infallible>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorpusSource {
    /// What the corpus is; `None` to recognize it.
    pub format: Option<CorpusFormat>,
    /// The folder or the manifest.
    pub path: PathBuf,
}

impl FromStr for CorpusSource {
    type Err = Infallible;

    /// Parse `FORMAT:PATH`, where the part before the colon is the id of a code book,
    /// `audiofolder`, `audformat` or `manifest`. Any other text is a path.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let named = text.split_once(':').and_then(|(id, path)| {
            Some(Self {
                format: Some(id.parse().ok()?),
                path: path.into(),
            })
        });
        Ok(named.unwrap_or_else(|| Path::new(text).into()))
    }
}

/// As [`FromStr`], for a path that may not be Unicode.
impl From<OsString> for CorpusSource {
    fn from(text: OsString) -> Self {
        let named = text.to_str().and_then(|text| text.parse().ok());
        named.unwrap_or_else(|| Path::new(&text).into())
    }
}

impl From<&Path> for CorpusSource {
    fn from(path: &Path) -> Self {
        Self {
            format: None,
            path: path.to_owned(),
        }
    }
}

impl From<&PathBuf> for CorpusSource {
    fn from(path: &PathBuf) -> Self {
        path.as_path().into()
    }
}

impl fmt::Display for CorpusSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.format {
            Some(format) => write!(f, "{format}:{}", self.path.display()),
            None => self.path.display().fmt(f),
        }
    }
}
