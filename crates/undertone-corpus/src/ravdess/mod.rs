//! RAVDESS: the Ryerson Audio-Visual Database of Emotional Speech and Song
//! (Livingstone & Russo 2018, doi 10.5281/zenodo.1188976), whose file names are its labels.

mod code_book;
mod name;
mod scan;

pub use code_book::{Channel, Intensity, Modality, Statement};
pub use name::{RavdessField, RavdessName, RavdessNameError};
pub(crate) use scan::{Scan, scan};
