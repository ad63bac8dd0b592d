//! Legends: the meaning of the colors, in rows below the title.

use crate::scene::{Anchor, Mark, Scene, label};
use crate::text::{LINE, Weight, fit, width};
use crate::theme::TICK_SIZE;

const SWATCH: f64 = 16.0;
const ROW: f64 = LINE * TICK_SIZE + 3.0;
/// Largest width of a name, in pixels.
const LONGEST: f64 = 210.0;

/// The shape beside a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Swatch {
    Area,
    Line,
    Dashes,
    Dot,
}

/// One color and its name.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) color: String,
    pub(crate) swatch: Swatch,
}

impl Entry {
    pub(crate) fn new(name: &str, color: &str, swatch: Swatch) -> Self {
        Self {
            name: name.to_owned(),
            color: color.to_owned(),
            swatch,
        }
    }

    fn mark(&self, x: f64, y: f64) -> Mark {
        let across = [(x, y), (x + SWATCH, y)];
        match self.swatch {
            Swatch::Area => Mark::rect(x + 3.0, y - 5.0, SWATCH - 6.0, 10.0).fill(&self.color),
            Swatch::Line => Mark::line(&across).stroke(&self.color, 2.0),
            Swatch::Dashes => Mark::line(&across).stroke(&self.color, 1.5).dashed(),
            Swatch::Dot => Mark::circle(x + SWATCH / 2.0, y, 4.0).fill(&self.color),
        }
    }
}

/// Draw the entries from `(left, top)` in rows no wider than `room`, and return the vertical
/// position of their end.
pub(crate) fn draw(scene: &mut Scene, entries: &[Entry], left: f64, top: f64, room: f64) -> f64 {
    let (mut x, mut y) = (left, top);
    for entry in entries {
        let shown = fit(
            &entry.name,
            LONGEST.min(room - SWATCH - 4.0),
            TICK_SIZE,
            Weight::Regular,
        );
        let needed = SWATCH + 4.0 + width(&shown, TICK_SIZE, Weight::Regular);
        if x > left && x + needed > left + room {
            (x, y) = (left, y + ROW);
        }
        let middle = y + ROW / 2.0;
        scene.add(entry.mark(x, middle));
        let cut = shown != entry.name;
        let text = label(x + SWATCH + 4.0, middle, Anchor::Start, TICK_SIZE, shown);
        scene.add(if cut { text.tooltip(&entry.name) } else { text });
        x += needed + 14.0;
    }
    if entries.is_empty() { y } else { y + ROW }
}
