//! Progress bars on stderr.

use indicatif::{ProgressBar, ProgressStyle};

/// Return a bar on stderr. It is hidden where stderr is not a terminal.
pub(crate) fn progress_bar(template: &str) -> ProgressBar {
    let bar = ProgressBar::new(0);
    // Templates are part of the program. If one is invalid, the default style is used.
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("━╸─"));
    }
    bar
}
