//! The page and the summary of runs, by what the runs predict.

use std::path::Path;

use serde::Serialize;
use undertone_figures::page::Page;
use undertone_lab::{RunRecord, Target};
use undertone_metrics::{ClipPrediction, DimensionPrediction};

use crate::dimension_page::dimension_page;
use crate::dimension_summary::DimensionSummary;
use crate::error::ReportError;
use crate::page::report_page;
use crate::summary::ReportSummary;

/// What runs predict: classes ([`ClipPrediction`]) or dimensions ([`DimensionPrediction`]).
pub trait ReportTask: Target {
    /// The numbers of a page, for programs.
    type Summary: Serialize;

    /// Summarize runs.
    ///
    /// # Errors
    /// If predictions cannot be evaluated.
    fn summary(records: &[RunRecord<Self>]) -> Result<Self::Summary, ReportError>;

    /// Return the page of one run or several. Clips to listen to are read from `corpus`, or from
    /// the corpus that the run was trained on.
    ///
    /// # Errors
    /// If predictions cannot be evaluated or a figure cannot be drawn.
    fn page(
        records: &[RunRecord<Self>],
        summary: &Self::Summary,
        corpus: Option<&Path>,
    ) -> Result<Page, ReportError>;
}

impl ReportTask for ClipPrediction {
    type Summary = ReportSummary;

    fn summary(records: &[RunRecord]) -> Result<ReportSummary, ReportError> {
        ReportSummary::new(records)
    }

    fn page(
        records: &[RunRecord],
        summary: &ReportSummary,
        corpus: Option<&Path>,
    ) -> Result<Page, ReportError> {
        report_page(records, summary, corpus)
    }
}

impl ReportTask for DimensionPrediction {
    type Summary = Vec<DimensionSummary>;

    fn summary(records: &[RunRecord<Self>]) -> Result<Self::Summary, ReportError> {
        Ok(records.iter().map(DimensionSummary::new).collect())
    }

    fn page(
        records: &[RunRecord<Self>],
        _summary: &Self::Summary,
        corpus: Option<&Path>,
    ) -> Result<Page, ReportError> {
        dimension_page(records, corpus)
    }
}
