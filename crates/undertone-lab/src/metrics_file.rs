//! `metrics.csv`: a row an epoch.

use std::path::Path;

use undertone_models::write_atomically;

use crate::error::LabError;
use crate::events::EpochMetrics;

const HEADER: &str = "epoch,train_loss,train_accuracy,validation_loss,validation_accuracy,\
                      validation_uar,learning_rate,best";

/// Writes all rows; the file is always whole.
pub(crate) fn write(path: &Path, history: &[EpochMetrics]) -> Result<(), LabError> {
    let mut text = format!("{HEADER}\n");
    for row in history {
        text.push_str(&format!(
            "{},{:.6},{:.6},{:.6},{:.6},{:.6},{:e},{}\n",
            row.epoch,
            row.train_loss,
            row.train_accuracy,
            row.validation_loss,
            row.validation_accuracy,
            row.validation_uar,
            row.learning_rate,
            row.best
        ));
    }
    write_atomically(path, text.as_bytes()).map_err(|source| LabError::Io {
        path: path.to_owned(),
        source,
    })
}
