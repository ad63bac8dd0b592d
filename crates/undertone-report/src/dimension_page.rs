//! The page of one run of dimensions, or of several.

use std::path::Path;

use undertone_figures::page::{Block, Cell, Page, Section, Table};
use undertone_lab::RunRecord;
use undertone_metrics::DimensionPrediction;

use crate::error::ReportError;
use crate::names::names;
use crate::numbers::score_with_interval;
use crate::sections::{Subject, dimension_sections};
use crate::voices::Voices;

/// Return the page of runs that predict numbers. Several runs are listed side by side, without
/// tests of their differences.
pub(crate) fn dimension_page(
    records: &[RunRecord<DimensionPrediction>],
    corpus: Option<&Path>,
) -> Result<Page, ReportError> {
    let names = names(records);
    let subject = |record, suffix| Subject {
        record,
        suffix,
        voices: Voices::new(corpus, record.log.as_ref().map(|log| log.corpus.as_path())),
    };
    if let ([record], [name]) = (records, names.as_slice()) {
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
            sections: dimension_sections(&subject(record, String::new()))?,
        });
    }
    let mut all = vec![Section {
        title: "Runs side by side".into(),
        blocks: vec![Block::Table(table(records, &names))],
    }];
    for (record, name) in records.iter().zip(&names) {
        let parts = dimension_sections(&subject(record, format!(", {name}")))?;
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
