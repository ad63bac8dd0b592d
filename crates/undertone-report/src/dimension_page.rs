//! The page of one run of dimensions, or of several.

use std::path::Path;

use undertone_figures::page::{Block, Cell, Page, Section, Table};
use undertone_lab::RunRecord;
use undertone_metrics::DimensionPrediction;

use crate::error::ReportError;
use crate::names::names;
use crate::numbers::score_with_interval;
use crate::page::page_of;
use crate::sections::dimension_sections;

/// Return the page of runs that predict numbers. Several runs are listed side by side, without
/// tests of their differences.
pub(crate) fn dimension_page(
    records: &[RunRecord<DimensionPrediction>],
    corpus: Option<&Path>,
) -> Result<Page, ReportError> {
    let names = names(records);
    let together = || {
        Ok(vec![Section {
            title: "Runs side by side".into(),
            blocks: vec![Block::Table(table(records, &names))],
        }])
    };
    page_of(records, &names, corpus, dimension_sections, together)
}

fn table(records: &[RunRecord<DimensionPrediction>], names: &[String]) -> Table {
    let rows = records.iter().zip(names).flat_map(|(record, name)| {
        let report = record.report.iter();
        report.flat_map(move |report| {
            report.pooled.dimensions.iter().map(move |scores| {
                vec![
                    Cell::Text(name.clone()),
                    Cell::Text(record.name.clone()),
                    Cell::Text(report.protocol_name().to_owned()),
                    Cell::Text(scores.dimension.clone()),
                    Cell::Number(report.pooled.n.to_string()),
                    Cell::Number(score_with_interval(&scores.ccc, 2)),
                    Cell::Number(score_with_interval(&scores.pearson, 2)),
                    Cell::Number(score_with_interval(&scores.rmse, 3)),
                ]
            })
        })
    });
    Table {
        caption: "Test clips, with 95 % intervals".into(),
        header: [
            "run",
            "recipe",
            "protocol",
            "dimension",
            "clips",
            "CCC",
            "Pearson's r",
            "RMSE",
        ]
        .map(String::from)
        .into(),
        rows: rows.collect(),
    }
}
