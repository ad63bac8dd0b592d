//! The data of a flow: steps, groups and links.

use crate::check;
use crate::error::FigureError;
use crate::figure::Frame;

/// One step: its name and the count of each group after it.
#[derive(Debug, Clone, PartialEq)]
pub struct FlowStep {
    /// The name above the bar.
    pub name: String,
    /// Group and count, in the order in which they are stacked from the top.
    pub groups: Vec<(String, f64)>,
}

/// A connection of a group in one step with a group in the next.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FlowLink {
    /// Index of the group in this step.
    pub from: usize,
    /// Index of the group in the next step.
    pub to: usize,
    /// How many leave the group of this step.
    pub leaving: f64,
    /// How many arrive: more after oversampling, fewer after under-sampling.
    pub arriving: f64,
}

/// Counts by group as they flow through steps.
#[derive(Debug, Clone, PartialEq)]
pub struct FlowFigure {
    /// Title and size.
    pub frame: Frame,
    /// What is counted, behind each step's total ("clips").
    pub unit: String,
    /// The steps, from left to right.
    pub steps: Vec<FlowStep>,
    /// The links from each step to the next. A step without an entry, or with an empty one, is
    /// linked to the next by the names of the groups.
    pub links: Vec<Vec<FlowLink>>,
}

impl FlowFigure {
    pub(super) fn groups(&self) -> impl Iterator<Item = &(String, f64)> {
        self.steps.iter().flat_map(|step| &step.groups)
    }

    pub(super) fn links_of(
        &self,
        index: usize,
        step: &FlowStep,
        next: &FlowStep,
    ) -> Result<Vec<FlowLink>, FigureError> {
        let given = self.links.get(index).map_or(&[][..], Vec::as_slice);
        if given.is_empty() {
            let by_name = step
                .groups
                .iter()
                .enumerate()
                .filter_map(|(from, (name, leaving))| {
                    let to = next.groups.iter().position(|(other, _)| other == name)?;
                    let arriving = next.groups.get(to)?.1;
                    Some(FlowLink {
                        from,
                        to,
                        leaving: *leaving,
                        arriving,
                    })
                });
            return Ok(by_name.collect());
        }
        for link in given {
            if link.from >= step.groups.len() || link.to >= next.groups.len() {
                return Err(FigureError::Mismatch {
                    figure: self.frame.title.clone(),
                    what: format!(
                        "a link of step `{}` leads from group {} to group {}",
                        step.name, link.from, link.to
                    ),
                });
            }
            check::count(&self.frame, "a link's count", link.leaving)?;
            check::count(&self.frame, "a link's count", link.arriving)?;
        }
        Ok(given.to_vec())
    }
}

impl FlowStep {
    pub(super) fn total(&self) -> f64 {
        self.groups.iter().map(|(_, count)| count).sum()
    }
}
