//! Values that a figure points out.

use crate::chart::Panel;
use crate::legend::{Entry, Swatch};
use crate::scene::Mark;

/// A value drawn as a dashed line from top to bottom and explained in the legend.
#[derive(Debug, Clone, PartialEq)]
pub struct Marker {
    /// What the value is, such as "trim threshold 2.1 s".
    pub name: String,
    /// Where it stands on the horizontal axis. A value that is not finite is not drawn.
    pub value: f64,
}

impl Marker {
    pub(super) fn entry(&self, color: &str) -> Entry {
        Entry::new(&self.name, color, Swatch::Dashes)
    }

    pub(super) fn draw(&self, panel: &mut Panel, color: &str, width: f64) {
        let x = panel.x(self.value);
        let down = [(x, panel.top), (x, panel.top + panel.height)];
        let line = Mark::line(&down).stroke(color, width).dashed();
        panel.add(line.tooltip(&self.name));
    }
}

/// Return the markers that can be drawn.
pub(super) fn finite(markers: &[Marker]) -> Vec<&Marker> {
    let markers = markers.iter();
    markers.filter(|marker| marker.value.is_finite()).collect()
}
