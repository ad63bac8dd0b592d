//! `metrics.csv`: the metrics of a fold's training, one row per epoch.

use std::io::ErrorKind;
use std::path::Path;
use std::str::FromStr;

use fs_err as fs;

use super::files;
use crate::error::LabError;
use crate::events::{EpochMetrics, EpochScores};

const OF_CLASSES: &str = "epoch,train_loss,train_accuracy,validation_loss,validation_accuracy,\
                          validation_uar,learning_rate,best";
const OF_DIMENSIONS: &str = "epoch,train_loss,validation_loss,validation_ccc,learning_rate,best";

/// Write the metrics of all epochs.
pub(super) fn write(path: &Path, history: &[EpochMetrics]) -> Result<(), LabError> {
    let header = match history.first().map(|row| row.scores) {
        Some(EpochScores::Dimensions { .. }) => OF_DIMENSIONS,
        _ => OF_CLASSES,
    };
    let mut text = format!("{header}\n");
    for row in history {
        let (train, validation) = (row.train_loss, row.validation_loss);
        let scores = match row.scores {
            EpochScores::Classes {
                train_accuracy,
                validation_accuracy,
                validation_uar,
            } => format!(
                "{train:.6},{train_accuracy:.6},{validation:.6},{validation_accuracy:.6},\
                 {validation_uar:.6}"
            ),
            EpochScores::Dimensions { validation_ccc } => {
                format!("{train:.6},{validation:.6},{validation_ccc:.6}")
            }
        };
        text.push_str(&format!(
            "{},{scores},{:e},{}\n",
            row.epoch, row.learning_rate, row.best
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
    let mut lines = text.lines();
    let header = lines.next().unwrap_or_default();
    let damaged = |line: usize| LabError::Damaged {
        path: path.to_owned(),
        message: format!("line {line} is not a row of `{OF_CLASSES}` or `{OF_DIMENSIONS}`"),
    };
    if ![OF_CLASSES, OF_DIMENSIONS].contains(&header) {
        return Err(damaged(1));
    }
    lines
        .enumerate()
        .map(|(index, line)| row(line, header).ok_or_else(|| damaged(index + 2)))
        .collect()
}

fn row(line: &str, header: &str) -> Option<EpochMetrics> {
    let mut fields = line.split(',');
    fn next<'a, T: FromStr>(fields: &mut impl Iterator<Item = &'a str>) -> Option<T> {
        fields.next()?.parse().ok()
    }
    let epoch = next(&mut fields)?;
    let train_loss = next(&mut fields)?;
    let (validation_loss, scores) = match header == OF_CLASSES {
        true => {
            let train_accuracy = next(&mut fields)?;
            let validation_loss = next(&mut fields)?;
            let scores = EpochScores::Classes {
                train_accuracy,
                validation_accuracy: next(&mut fields)?,
                validation_uar: next(&mut fields)?,
            };
            (validation_loss, scores)
        }
        false => {
            let validation_loss = next(&mut fields)?;
            let validation_ccc = next(&mut fields)?;
            (validation_loss, EpochScores::Dimensions { validation_ccc })
        }
    };
    Some(EpochMetrics {
        epoch,
        train_loss,
        validation_loss,
        scores,
        learning_rate: next(&mut fields)?,
        best: next(&mut fields)?,
    })
    .filter(|_| fields.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn epoch(epoch: usize, scores: EpochScores, best: bool) -> EpochMetrics {
        EpochMetrics {
            epoch,
            train_loss: 1.25,
            validation_loss: 1.5,
            scores,
            learning_rate: 2.5e-4,
            best,
        }
    }

    #[test]
    fn metrics_are_read_as_they_were_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("metrics.csv");
        assert!(read(&path).unwrap().is_empty());
        let classes = EpochScores::Classes {
            train_accuracy: 0.5,
            validation_accuracy: 0.375,
            validation_uar: 0.25,
        };
        let dimensions = EpochScores::Dimensions {
            validation_ccc: -0.125,
        };
        for (scores, header) in [(classes, OF_CLASSES), (dimensions, OF_DIMENSIONS)] {
            let history = [epoch(1, scores, true), epoch(2, scores, false)];
            write(&path, &history).unwrap();
            assert!(fs::read_to_string(&path).unwrap().starts_with(header));
            assert_eq!(read(&path).unwrap(), history);
        }
    }

    #[test]
    fn the_error_names_the_damaged_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("metrics.csv");
        fs::write(&path, format!("{OF_CLASSES}\n1,2\n")).unwrap();
        let error = read(&path).unwrap_err().to_string();
        assert!(
            error.contains("metrics.csv") && error.contains("line 2"),
            "{error}"
        );
    }
}
