use std::path::PathBuf;

/// Why a figure or a page could not be made.
#[derive(Debug, thiserror::Error)]
pub enum FigureError {
    /// Two parts of a figure's data belong together and differ in length.
    #[error("figure `{figure}`: {what}")]
    Mismatch {
        /// The figure's title.
        figure: String,
        /// The two parts that do not fit, with their lengths.
        what: String,
    },
    /// A value is NaN or infinite, or a count is negative.
    #[error("figure `{figure}`: {what} is {value}, which cannot be drawn")]
    Value {
        /// The figure's title.
        figure: String,
        /// Which value.
        what: String,
        /// The value.
        value: f64,
    },
    /// Writing SVG or HTML failed.
    #[error("a figure could not be written")]
    Write(#[from] std::io::Error),
    /// A file or folder could not be written.
    #[error("cannot write {path}", path = path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// The system's error.
        source: std::io::Error,
    },
    /// The picture inside a figure could not be encoded.
    #[error("a picture could not be encoded as PNG")]
    Encode(#[from] png::EncodingError),
    /// The SVG could not be rendered as PNG.
    #[error("figure `{figure}` could not be rendered as PNG: {reason}")]
    Render {
        /// The figure's title.
        figure: String,
        /// The renderer's message.
        reason: String,
    },
}
