//! Drawing a flow.

use crate::chart::no_data;
use crate::check;
use crate::error::FigureError;
use crate::figure::{Drawing, Figure, Frame, in_both_widths};

use super::layout::Layout;
use super::steps::FlowFigure;

impl FlowFigure {
    /// Draw the figure. It grows in height if a step has many groups.
    ///
    /// # Errors
    /// [`FigureError::Value`] for a count that is negative or not finite,
    /// [`FigureError::Mismatch`] for a link to a group that does not exist.
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
}
