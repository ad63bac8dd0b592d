//! The layout of a flow: bars, ribbons and names.

use crate::chart::header;
use crate::check;
use crate::figure::Frame;
use crate::scene::{Anchor, Mark, Scene};
use crate::text::{LINE, Weight, fit, width, wrap};
use crate::theme::{INK, MUTED, TICK_SIZE};

use super::steps::{FlowFigure, FlowLink, FlowStep};

const GAP: f64 = 3.0;
/// Distance between a bar and its names, and between the names and the next bar.
const BESIDE: f64 = 4.0;
const EDGE: f64 = 12.0;
/// Figures narrower than this have small letters and thin bars.
const SMALL: f64 = 480.0;

/// The position of one group in a bar.
#[derive(Clone, Copy)]
struct Part {
    top: f64,
    height: f64,
}

/// A flow with all its positions.
pub(super) struct Layout<'a> {
    pub(super) scene: Scene,
    figure: &'a FlowFigure,
    /// Font size and width of the bars.
    size: f64,
    bar: f64,
    /// Distance of the bars.
    column: f64,
    /// Where the steps' names begin, and where the bars begin and end.
    names_top: f64,
    top: f64,
    bottom: f64,
    /// Pixels per unit of the counts.
    pixels: f64,
    parts: Vec<Vec<Part>>,
    names: Vec<String>,
    colors: Vec<String>,
}

impl<'a> Layout<'a> {
    pub(super) fn of(figure: &'a FlowFigure, frame: &Frame) -> Self {
        let mut scene = Scene::new(frame.width(), frame.height());
        let names_top = header(&mut scene, frame, &[]) + 8.0;
        let (size, bar) = if scene.width < SMALL {
            (TICK_SIZE - 1.0, 10.0)
        } else {
            (TICK_SIZE, 18.0)
        };
        let names = figure
            .groups()
            .fold(Vec::new(), |mut names: Vec<String>, (name, _)| {
                if !names.contains(name) {
                    names.push(name.clone());
                }
                names
            });
        let mut layout = Self {
            scene,
            figure,
            size,
            bar,
            column: 0.0,
            names_top,
            top: 0.0,
            bottom: 0.0,
            pixels: 0.0,
            parts: Vec::new(),
            colors: frame.colors(&names),
            names,
        };
        layout.find_columns();
        layout.find_rows();
        layout
    }

    /// The last step needs room for its names only; the others share the rest.
    fn find_columns(&mut self) {
        let steps = &self.figure.steps;
        let room = self.scene.width - 2.0 * EDGE;
        let even = room / steps.len().max(1) as f64;
        let last = steps.last().map_or(&[][..], |step| step.groups.as_slice());
        let names = last.iter().map(|(name, count)| {
            width(
                &format!("{name} {}", check::short(*count)),
                self.size,
                Weight::Regular,
            )
        });
        let needed = (self.bar + 2.0 * BESIDE + names.fold(0.12 * room, f64::max)).min(even);
        self.column = if steps.len() > 1 {
            (room - needed) / (steps.len() - 1) as f64
        } else {
            even
        };
    }

    fn find_rows(&mut self) {
        let steps = &self.figure.steps;
        let name_rows = (0..steps.len())
            .map(|index| self.step_name(index).len())
            .max();
        let most_groups = steps
            .iter()
            .map(|step| step.groups.len())
            .max()
            .unwrap_or(0) as f64;
        self.top = self.names_top + self.row() * (name_rows.unwrap_or(0) as f64 + 1.0) + 6.0;
        let height = (self.scene.height - self.top - EDGE)
            .max(120.0)
            .max(most_groups * (self.row() + 1.0));
        self.bottom = self.top + height;
        self.scene.height = self.bottom + EDGE;
        let most = steps
            .iter()
            .map(FlowStep::total)
            .fold(f64::MIN_POSITIVE, f64::max);
        self.pixels = (height - GAP * (most_groups - 1.0)) / most;
        self.parts = steps.iter().map(|step| self.parts(step)).collect();
    }

    /// The parts of a step's bar, centered in its room.
    fn parts(&self, step: &FlowStep) -> Vec<Part> {
        let gaps = GAP * (step.groups.len().max(1) - 1) as f64;
        let mut top = (self.top + self.bottom - step.total() * self.pixels - gaps) / 2.0;
        step.groups
            .iter()
            .map(|(_, count)| {
                let part = Part {
                    top,
                    height: count * self.pixels,
                };
                top += part.height + GAP;
                part
            })
            .collect()
    }

    fn row(&self) -> f64 {
        LINE * self.size
    }

    fn left(&self, step: usize) -> f64 {
        EDGE + self.column * step as f64
    }

    /// Room from the left of a step's bar to the next.
    fn room(&self, step: usize) -> f64 {
        (self.column - BESIDE).min(self.scene.width - EDGE - self.left(step))
    }

    fn step_name(&self, index: usize) -> Vec<String> {
        let name = self
            .figure
            .steps
            .get(index)
            .map_or("", |step| step.name.as_str());
        wrap(name, self.room(index), self.size, Weight::SemiBold)
    }

    fn color(&self, name: &str) -> String {
        let index = self.names.iter().position(|other| other == name);
        index
            .and_then(|index| self.colors.get(index))
            .map_or(MUTED, String::as_str)
            .to_owned()
    }

    /// The bands between a step and the next.
    pub(super) fn draw_ribbons(&mut self, index: usize, links: &[FlowLink]) {
        let (Some(step), Some(next)) = (
            self.figure.steps.get(index),
            self.figure.steps.get(index + 1),
        ) else {
            return;
        };
        let parts = |step: usize| self.parts.get(step).cloned().unwrap_or_default();
        // Each link begins where the one before it ended.
        let (mut from, mut to) = (parts(index), parts(index + 1));
        let (left, right) = (self.left(index) + self.bar, self.left(index + 1));
        for link in links {
            let (Some(one), Some(other)) = (from.get_mut(link.from), to.get_mut(link.to)) else {
                continue;
            };
            let (Some((name, _)), Some((becomes, _))) =
                (step.groups.get(link.from), next.groups.get(link.to))
            else {
                continue;
            };
            let (leaving, arriving) = (link.leaving * self.pixels, link.arriving * self.pixels);
            let ribbon = Mark::ribbon(
                (left, one.top, one.top + leaving),
                (right, other.top, other.top + arriving),
            );
            one.top += leaving;
            other.top += arriving;
            let [leaving, arriving] = [link.leaving, link.arriving].map(check::short);
            let tooltip = format!("{name} {leaving} → {becomes} {arriving}");
            let color = self.color(name);
            self.scene
                .add(ribbon.fill(&color).opacity(0.3).tooltip(tooltip));
        }
    }

    /// A step's name, total, bar and groups.
    pub(super) fn draw_step(&mut self, index: usize) {
        let (Some(step), Some(parts)) =
            (self.figure.steps.get(index), self.parts.get(index).cloned())
        else {
            return;
        };
        let (left, room, size) = (self.left(index), self.room(index), self.size);
        let name = self.step_name(index);
        let end = self.scene.lines(left, self.names_top, size, &name, |mark| {
            mark.semi_bold().fill(INK)
        });
        let total = format!("{} {}", check::short(step.total()), self.figure.unit);
        let y = end + self.row() / 2.0;
        self.scene.fitted(&total, room, size, |text| {
            Mark::text(left, y, Anchor::Start, size, text).fill(MUTED)
        });
        let middles = parts
            .iter()
            .map(|part| part.top + part.height / 2.0)
            .collect();
        let places = self.spread(middles);
        for (((name, count), part), y) in step.groups.iter().zip(parts).zip(places) {
            let color = self.color(name);
            let whole = format!("{name} {}", check::short(*count));
            self.scene.add(
                Mark::rect(left, part.top, self.bar, part.height)
                    .fill(&color)
                    .tooltip(&whole),
            );
            // The count is never shortened, only the name before it.
            let number = format!(" {}", check::short(*count));
            let room = room - self.bar - BESIDE - width(&number, size, Weight::Regular);
            let shown = fit(name, room, size, Weight::Regular);
            let x = left + self.bar + BESIDE;
            let text = Mark::text(x, y, Anchor::Start, size, format!("{shown}{number}")).fill(INK);
            self.scene.add(if shown == *name {
                text
            } else {
                text.tooltip(&whole)
            });
        }
    }

    /// Move the ordered middles of rows apart until no two rows overlap.
    fn spread(&self, mut middles: Vec<f64>) -> Vec<f64> {
        let row = self.row();
        let mut least = self.top + row / 2.0;
        for middle in &mut middles {
            *middle = middle.max(least);
            least = *middle + row;
        }
        let mut most = self.bottom - row / 2.0;
        for middle in middles.iter_mut().rev() {
            *middle = middle.min(most);
            most = *middle - row;
        }
        middles
    }
}
