//! Axes with numbers or with names.

use crate::scale::{Scale, Tick};
use crate::scene::{Anchor, Mark, Scene};
use crate::text::{LINE, Weight, fit, width};
use crate::theme::{INK, TICK_SIZE};

/// One axis of a chart.
pub(crate) enum Axis<'a> {
    Numeric { label: &'a str, scale: Scale },
    Categories { label: &'a str, names: &'a [String] },
}

impl Axis<'_> {
    pub(crate) fn label(&self) -> &str {
        match self {
            Self::Numeric { label, .. } | Self::Categories { label, .. } => label,
        }
    }

    pub(crate) fn scale(&self) -> Option<Scale> {
        match self {
            Self::Numeric { scale, .. } => Some(scale.clone()),
            Self::Categories { .. } => None,
        }
    }
}

/// A category's name, shortened if it does not fit.
pub(crate) struct Name {
    pub(crate) shown: String,
    whole: String,
}

impl Name {
    fn fitted(name: &str, room: f64) -> Self {
        Self {
            shown: fit(name, room, TICK_SIZE, Weight::Regular),
            whole: name.to_owned(),
        }
    }

    /// Add the whole name as a tooltip if it was shortened.
    pub(crate) fn mark(&self, mark: Mark) -> Mark {
        if self.shown == self.whole {
            mark
        } else {
            mark.tooltip(&self.whole)
        }
    }

    fn width(&self) -> f64 {
        width(&self.shown, TICK_SIZE, Weight::Regular)
    }
}

pub(crate) fn widest(names: &[Name]) -> f64 {
    names.iter().map(Name::width).fold(0.0, f64::max)
}

/// Return the names to the left of a chart, one per row.
pub(crate) fn row_names(names: &[String], room: f64) -> Vec<Name> {
    names.iter().map(|name| Name::fitted(name, room)).collect()
}

/// Return as many ticks as fit without an overlap of their labels.
pub(crate) fn fitting_ticks(scale: &Scale, room: f64) -> Vec<Tick> {
    let most = (room / 70.0).clamp(1.0, 12.0) as usize;
    let overlaps = |ticks: &[Tick]| {
        ticks.windows(2).any(|pair| {
            let [one, next] = pair else { return false };
            let apart = (scale.at(next.value) - scale.at(one.value)) * room;
            let needed = width(&one.label, TICK_SIZE, Weight::Regular)
                + width(&next.label, TICK_SIZE, Weight::Regular);
            apart < needed / 2.0 + 8.0
        })
    };
    (1..=most)
        .rev()
        .map(|wanted| scale.several_ticks(wanted))
        .find(|ticks| !overlaps(ticks))
        .unwrap_or_else(|| scale.ticks(1).into_iter().take(1).collect())
}

/// The direction of the names below a chart.
#[derive(Clone, Copy, PartialEq)]
enum Turn {
    Level,
    Slanted,
    Upright,
}

/// Names below a chart: level if they fit, else slanted, else upright. Names that are still too
/// long are shortened. If there are too many, only every second, third, … name is shown.
pub(crate) struct CategoryTicks {
    names: Vec<Name>,
    turn: Turn,
    stride: usize,
}

/// Largest width of a slanted or upright name, in pixels.
const LONGEST: f64 = 150.0;
const SLANT: f64 = 40.0;

impl CategoryTicks {
    pub(crate) fn of(names: &[String], room: f64, left: f64) -> Self {
        let step = room / names.len().max(1) as f64;
        let level: Vec<Name> = names
            .iter()
            .map(|name| Name::fitted(name, step - 8.0))
            .collect();
        if level.iter().all(|name| name.shown == name.whole) {
            return Self {
                names: level,
                turn: Turn::Level,
                stride: 1,
            };
        }
        let line = LINE * TICK_SIZE;
        let slant = SLANT.to_radians();
        if step * slant.sin() >= line {
            // A slanted name ends below the middle of its column and begins to the left of it.
            let names = names
                .iter()
                .enumerate()
                .map(|(index, name)| {
                    let before = left + step * (index as f64 + 0.5) - 8.0;
                    Name::fitted(name, LONGEST.min(before / slant.cos()))
                })
                .collect();
            return Self {
                names,
                turn: Turn::Slanted,
                stride: 1,
            };
        }
        let stride = (line / step).ceil().max(1.0) as usize;
        let names = names
            .iter()
            .map(|name| Name::fitted(name, LONGEST))
            .collect();
        Self {
            names,
            turn: Turn::Upright,
            stride,
        }
    }

    pub(crate) fn height(&self) -> f64 {
        match self.turn {
            Turn::Level => LINE * TICK_SIZE,
            Turn::Slanted => widest(&self.names) * SLANT.to_radians().sin() + LINE * TICK_SIZE,
            Turn::Upright => widest(&self.names) + 4.0,
        }
    }

    pub(crate) fn draw(&self, scene: &mut Scene, left: f64, top: f64, room: f64) {
        let step = room / self.names.len().max(1) as f64;
        for (index, name) in self.names.iter().enumerate().step_by(self.stride) {
            let x = left + step * (index as f64 + 0.5);
            let middle = top + LINE * TICK_SIZE / 2.0;
            let mark = match self.turn {
                Turn::Level => Mark::text(x, middle, Anchor::Middle, TICK_SIZE, &name.shown),
                Turn::Slanted => Mark::text(x, middle, Anchor::End, TICK_SIZE, &name.shown)
                    .turned(-SLANT, x, middle),
                Turn::Upright => {
                    Mark::text(x, top, Anchor::End, TICK_SIZE, &name.shown).turned(-90.0, x, top)
                }
            };
            scene.add(name.mark(mark.fill(INK)));
        }
    }
}
