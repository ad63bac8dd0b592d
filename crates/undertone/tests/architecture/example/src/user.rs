//! Imports over a re-export of the root.

use crate::Owned;

pub fn user() -> Owned {
    Owned
}

#[cfg(test)]
mod tests {
    use crate::two::two;
}
