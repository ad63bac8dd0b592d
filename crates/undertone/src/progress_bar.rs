//! Progress bars on stderr.

use std::sync::{Mutex, MutexGuard, PoisonError};

use indicatif::{ProgressBar, ProgressStyle};

/// The bar that stands on the terminal, so that messages can be printed above it.
static STANDING: Mutex<Option<ProgressBar>> = Mutex::new(None);

/// Return a bar on stderr. It is hidden where stderr is not a terminal.
pub(crate) fn progress_bar(template: &str) -> ProgressBar {
    let bar = ProgressBar::new(0);
    set_template(&bar, template);
    bar
}

/// Change what a bar shows.
pub(crate) fn set_template(bar: &ProgressBar, template: &str) {
    // Templates are part of the program. If one is invalid, the default style is used.
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("━╸─"));
    }
}

/// Print messages above this bar from now on; `None` if it is gone.
pub(crate) fn stands(bar: Option<ProgressBar>) {
    *standing() = bar;
}

/// Print something on stderr, above the bar if one stands there.
pub(crate) fn above(print: impl FnOnce()) {
    let bar = standing().clone();
    match bar {
        Some(bar) => bar.suspend(print),
        None => print(),
    }
}

fn standing() -> MutexGuard<'static, Option<ProgressBar>> {
    STANDING.lock().unwrap_or_else(PoisonError::into_inner)
}
