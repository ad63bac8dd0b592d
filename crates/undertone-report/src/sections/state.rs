//! What a reader must know before the scores of a run, whatever it predicts.

use undertone_figures::page::Block;
use undertone_figures::words::count;
use undertone_lab::{RunRecord, Target};
use undertone_metrics::{Bootstrap, Remark, Report, ResampleUnit, SetEvaluation};

/// Tell whether a run is unfinished, or has no results.
pub(super) fn state<P: Target>(record: &RunRecord<P>) -> Vec<Block> {
    let mut blocks = Vec::new();
    if !record.finished {
        blocks.push(Block::Warning(match record.progress() {
            (done, Some(all)) => {
                format!(
                    "Unfinished: {done} of {all} folds are done. The results below are those \
                         of these folds."
                )
            }
            (done, None) => format!("Unfinished: {} done so far.", count(done, "fold")),
        }));
    }
    match &record.report {
        Some(_) => {}
        None if record.finished => {
            blocks.push(Block::Note(
                "Trained on all clips: there is no test set.".into(),
            ));
        }
        None => blocks.push(Block::Note("There are no results yet.".into())),
    }
    blocks
}

/// Return the remarks of a report.
pub(super) fn remarks<E: SetEvaluation>(report: &Report<E>) -> impl Iterator<Item = Block> {
    report.remarks().into_iter().map(|remark| match remark {
        Remark::Alarm(text) => Block::Warning(text),
        Remark::Fact(text) => Block::Note(text),
    })
}

/// Tell how the intervals of a set were drawn.
pub(super) fn intervals<E: SetEvaluation>(evaluation: &E) -> Block {
    let Bootstrap {
        unit,
        replicates,
        seed,
    } = evaluation.bootstrap();
    let units = match unit {
        ResampleUnit::Speakers => "whole speakers",
        ResampleUnit::Clips => "single clips",
    };
    let mut text = format!(
        "Intervals: percentile bootstrap over {units}, {replicates} replicates, seed {seed}."
    );
    if evaluation.speakers() < Bootstrap::FEW_SPEAKERS {
        text += " With so few speakers, the intervals are too narrow.";
    }
    Block::Text(text)
}
