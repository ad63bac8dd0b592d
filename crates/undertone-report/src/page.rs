//! The page of one run or several.

use std::path::Path;

use undertone_figures::page::{Block, Page, Section};
use undertone_lab::{RunRecord, Target};

use crate::error::ReportError;
use crate::names::names;
use crate::sections::{Subject, sections};
use crate::side_by_side;
use crate::summary::ReportSummary;
use crate::voices::Voices;

/// Return the page of one run or several, whose `summary` is that of [`ReportSummary::new`]. Clips
/// to listen to are read from `corpus`, a folder or a manifest, or from the corpus that the run was
/// trained on.
///
/// # Errors
/// If predictions cannot be evaluated or a figure cannot be drawn.
pub fn report_page(
    records: &[RunRecord],
    summary: &ReportSummary,
    corpus: Option<&Path>,
) -> Result<Page, ReportError> {
    let names = names(records);
    let together = || side_by_side::sections(records, &names, &summary.comparisons);
    page_of(records, &names, corpus, sections, together)
}

/// Return the page of one run, which has its sections, or of several, which begins with the
/// sections that `together` returns about all of them.
pub(crate) fn page_of<P: Target>(
    records: &[RunRecord<P>],
    names: &[String],
    corpus: Option<&Path>,
    sections: fn(&Subject<'_, P>) -> Result<Vec<Section>, ReportError>,
    together: impl FnOnce() -> Result<Vec<Section>, ReportError>,
) -> Result<Page, ReportError> {
    let subject = |record, suffix| Subject {
        record,
        suffix,
        voices: Voices::new(corpus, record.log.as_ref().map(|log| log.corpus.as_path())),
    };
    if let ([record], [name]) = (records, names) {
        let subtitle = match &record.report {
            Some(report) => format!("{}, protocol {}", record.name, report.protocol),
            None => record.name.clone(),
        };
        return Ok(Page {
            title: match record.recipe {
                Some(_) => format!("Training run {name}"),
                None => format!("Evaluation of {name}"),
            },
            subtitle,
            sections: sections(&subject(record, String::new()))?,
        });
    }
    let mut all = together()?;
    for (record, name) in records.iter().zip(names) {
        let parts = sections(&subject(record, format!(", {name}")))?;
        let blocks = parts
            .into_iter()
            .flat_map(|part| std::iter::once(Block::Heading(part.title)).chain(part.blocks));
        all.push(Section {
            title: format!("Run {name}"),
            blocks: blocks.collect(),
        });
    }
    Ok(Page {
        title: format!("{} training runs side by side", records.len()),
        subtitle: names.join(", "),
        sections: all,
    })
}
