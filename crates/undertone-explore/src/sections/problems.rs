//! Problems of the corpus.

use undertone_figures::page::{Block, Section};

use crate::exploration::Exploration;
use crate::findings::{Finding, FindingKind};

/// Number of examples that are always visible. A longer list has to be opened.
const AT_ONCE: usize = 5;

pub(super) fn section(exploration: &Exploration<'_>) -> Section {
    let mut blocks = Vec::new();
    if exploration.findings.is_empty() {
        blocks.push(Block::Text(
            "No problems were found: every clip can be read; no clip is silent, clipped or a \
             duplicate; all have the same sample rate and one channel; and every speaker has \
             clips of every emotion."
                .into(),
        ));
    }
    for finding in &exploration.findings {
        blocks.push(if is_serious(finding.kind) {
            Block::Warning(finding.summary.clone())
        } else {
            Block::Note(finding.summary.clone())
        });
        blocks.push(examples(finding));
    }
    Section {
        title: "Problems in the corpus".into(),
        blocks,
    }
}

/// Whether a finding costs clips or distorts scores, or is only good to know.
fn is_serious(kind: FindingKind) -> bool {
    matches!(
        kind,
        FindingKind::Unreadable
            | FindingKind::Skipped
            | FindingKind::Duplicates
            | FindingKind::Silent
    )
}

fn examples(finding: &Finding) -> Block {
    if finding.examples.len() <= AT_ONCE {
        return Block::List(finding.examples.clone());
    }
    let listed = finding.examples.len();
    let summary = if listed < finding.count {
        format!("The first {listed} of {}", finding.count)
    } else {
        format!("All {listed}")
    };
    Block::Details {
        summary,
        blocks: vec![Block::List(finding.examples.clone())],
    }
}
