//! Panics that are caught.

use std::panic::{Location, PanicHookInfo, set_hook, take_hook};

/// The crates whose panics are always caught: decoding turns each into an error of one file.
const CAUGHT: [&str; 2] = ["/symphonia", "/rusty-opus"];

/// Say nothing about panics of third-party decoders. A damaged file would otherwise put lines that
/// look like a crash before its error, and a client of the server could fill its log.
pub(crate) fn hide_caught() {
    let standard = take_hook();
    set_hook(Box::new(move |panic: &PanicHookInfo<'_>| {
        if !panic.location().is_some_and(is_caught) {
            standard(panic);
        }
    }));
}

fn is_caught(location: &Location<'_>) -> bool {
    // The path of a crate's file is `…/NAME-VERSION/src/…`.
    let path = location.file().replace('\\', "/");
    CAUGHT.iter().any(|name| path.contains(name))
}
