//! `metrics.csv`: the metrics of a fold's training, one row per epoch.

use std::io::ErrorKind;
use std::path::Path;
use std::str::FromStr;

use fs_err as fs;

use super::files;
use crate::error::LabError;
use crate::events::EpochMetrics;

const HEADER: &str = "epoch,train_loss,train_accuracy,validation_loss,validation_accuracy,\
                      validation_uar,learning_rate,best";

/// Write the metrics of all epochs.
pub(super) fn write(path: &Path, history: &[EpochMetrics]) -> Result<(), LabError> {
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
    files::write(path, text.as_bytes())
}

/// Read the metrics of all epochs. There are none if the file does not exist.
pub(super) fn read(path: &Path) -> Result<Vec<EpochMetrics>, LabError> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let damaged = |line: usize| LabError::Damaged {
        path: path.to_owned(),
        message: format!("line {line} is not a row of `{HEADER}`"),
    };
    let mut lines = text.lines();
    if lines.next() != Some(HEADER) {
        return Err(damaged(1));
    }
    lines
        .enumerate()
        .map(|(index, line)| row(line).ok_or_else(|| damaged(index + 2)))
        .collect()
}

fn row(line: &str) -> Option<EpochMetrics> {
    let mut fields = line.split(',');
    fn next<'a, T: FromStr>(fields: &mut impl Iterator<Item = &'a str>) -> Option<T> {
        fields.next()?.parse().ok()
    }
    Some(EpochMetrics {
        epoch: next(&mut fields)?,
        train_loss: next(&mut fields)?,
        train_accuracy: next(&mut fields)?,
        validation_loss: next(&mut fields)?,
        validation_accuracy: next(&mut fields)?,
        validation_uar: next(&mut fields)?,
        learning_rate: next(&mut fields)?,
        best: next(&mut fields)?,
    })
    .filter(|_| fields.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn epoch(epoch: usize, best: bool) -> EpochMetrics {
        EpochMetrics {
            epoch,
            train_loss: 1.25,
            train_accuracy: 0.5,
            validation_loss: 1.5,
            validation_accuracy: 0.375,
            validation_uar: 0.25,
            learning_rate: 2.5e-4,
            best,
        }
    }

    #[test]
    fn metrics_are_read_as_they_were_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("metrics.csv");
        assert!(read(&path).unwrap().is_empty());
        let history = [epoch(1, true), epoch(2, false)];
        write(&path, &history).unwrap();
        assert_eq!(read(&path).unwrap(), history);
    }

    #[test]
    fn the_error_names_the_damaged_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("metrics.csv");
        fs::write(&path, format!("{HEADER}\n1,2\n")).unwrap();
        let error = read(&path).unwrap_err().to_string();
        assert!(
            error.contains("metrics.csv") && error.contains("line 2"),
            "{error}"
        );
    }
}
