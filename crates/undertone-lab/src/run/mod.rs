//! The folder of a run: its files, its log, and a run read back from it.

mod clips_csv;
mod files;
mod fold_folder;
mod fold_predictions;
mod folder;
mod log;
mod metrics_csv;
mod record;
mod target;

pub use clips_csv::predictions_csv;
pub(crate) use files::{read, write};
pub(crate) use fold_folder::FoldFolder;
pub use fold_predictions::FoldPredictions;
pub use folder::RunFolder;
pub use log::{Ending, RunLog, Session};
pub use record::{FoldRecord, RunRecord};
pub use target::Target;
