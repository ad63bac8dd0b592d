//! The task of a run: classes or dimensions.

#[cfg(not(feature = "report"))]
use undertone_lab::Target;
#[cfg(feature = "report")]
use undertone_report::ReportTask;

/// The task of a run. With pages in the build, they can be made of it.
#[cfg(feature = "report")]
pub(super) trait Task: ReportTask {}

#[cfg(feature = "report")]
impl<P: ReportTask> Task for P {}

/// The task of a run.
#[cfg(not(feature = "report"))]
pub(super) trait Task: Target {}

#[cfg(not(feature = "report"))]
impl<P: Target> Task for P {}
