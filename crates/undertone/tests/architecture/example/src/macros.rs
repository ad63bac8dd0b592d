//! Names an item inside a macro only.

pub fn text() -> String {
    format!("{}", crate::owner::LIMIT)
}
