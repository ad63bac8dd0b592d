//! The ways in which a folder states its clips: by the names of files, or by tables.
//!
//! Each file reads one layout from the listing of the folder and returns [`Clips`].

mod audformat;
mod audio_folder;
mod clips;
mod iemocap;
mod json_lines;
mod made_manifest;
mod meld;
mod msp_podcast;
mod named;
mod table;

pub(crate) use audformat::{is_audformat, read_audformat};
pub(crate) use audio_folder::{
    has_label_folders, has_metadata, read_audio_folder, unread_metadata,
};
pub(crate) use clips::{Clips, Stated};
pub(crate) use iemocap::{is_iemocap, read_iemocap};
pub(crate) use meld::{is_meld, read_meld};
pub(crate) use msp_podcast::{is_msp_podcast, read_msp_podcast};
pub(crate) use named::read_named;
pub use table::TableError;
