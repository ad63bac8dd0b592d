#![doc = include_str!("../README.md")]

mod atomic_file;
mod error;
mod listing;
mod output_folder;
mod read;
mod staging;

pub use atomic_file::{AtomicFile, write_atomically, write_atomically_with};
pub use error::FolderError;
pub use listing::{is_unfinished, list_files};
pub use output_folder::{FolderRules, OutputFolder};
pub use read::{LFS_POINTER, is_lfs_pointer, read_regular};
pub use staging::remove_abandoned;
