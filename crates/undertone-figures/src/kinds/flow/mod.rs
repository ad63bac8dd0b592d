//! How counts by group change from step to step: stacked bars joined by ribbons (an alluvial
//! figure).

mod layout;

use crate::chart::no_data;
use crate::check;
use crate::error::FigureError;
use crate::figure::{Drawing, Figure, Frame, in_both_widths};

use self::layout::Layout;

/// One step: what it is called and how many there are of each group after it.
#[derive(Debug, Clone, PartialEq)]
pub struct FlowStep {
    /// Said above its bar.
    pub name: String,
    /// Group and count, in the order in which they are stacked from the top.
    pub groups: Vec<(String, f64)>,
}

/// What becomes of a group of one step in the next.
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
    /// Draws the figure. It grows in height where a step has many groups.
    ///
    /// # Errors
    /// [`FigureError::Value`] for a count that is negative or not finite,
    /// [`FigureError::Mismatch`] for a link to a group that is not there.
    pub fn draw(&self) -> Result<Figure, FigureError> {
        in_both_widths(&self.frame, |frame| self.draw_in(frame))
    }

    fn draw_in(&self, frame: &Frame) -> Result<Drawing, FigureError> {
        for (name, value) in self.groups() {
            check::count(frame, &format!("count of `{name}`"), *value)?;
        }
        if self.steps.iter().all(|step| step.total() == 0.0) {
            return no_data(frame);
        }
        let mut layout = Layout::of(self, frame);
        for (index, pair) in self.steps.windows(2).enumerate() {
            if let [step, next] = pair {
                layout.draw_ribbons(index, &self.links_of(index, step, next)?);
            }
        }
        for index in 0..self.steps.len() {
            layout.draw_step(index);
        }
        let alt = self.steps.iter().map(|step| {
            let counts = step
                .groups
                .iter()
                .map(|(name, value)| format!("{name} {}", check::short(*value)));
            format!("{}: {}", step.name, check::listed(counts))
        });
        let steps = alt.collect::<Vec<_>>().join("; ");
        let alt = format!("{}. Counts through steps. {steps}.", frame.title);
        Ok(Drawing {
            svg: layout.scene.svg(&alt)?,
            alt,
            width: layout.scene.width,
            height: layout.scene.height,
        })
    }

    fn groups(&self) -> impl Iterator<Item = &(String, f64)> {
        self.steps.iter().flat_map(|step| &step.groups)
    }

    fn links_of(
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
    fn total(&self) -> f64 {
        self.groups.iter().map(|(_, count)| count).sum()
    }
}
