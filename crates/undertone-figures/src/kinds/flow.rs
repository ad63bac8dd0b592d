//! How counts by group change from step to step: stacked bars joined by ribbons (an alluvial
//! figure).

use crate::chart::{header, no_data};
use crate::check;
use crate::error::FigureError;
use crate::figure::{Figure, Frame};
use crate::palette::colours;
use crate::scene::{Anchor, Mark, Scene};
use crate::text::{LINE, Weight, fit, width, wrap};
use crate::theme::{INK, MUTED, TICK_SIZE};

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

const BAR: f64 = 18.0;
const GAP: f64 = 3.0;
const EDGE: f64 = 12.0;
const ROW: f64 = LINE * TICK_SIZE;

/// Where one group's part of a bar lies.
#[derive(Clone, Copy)]
struct Part {
    top: f64,
    height: f64,
}

impl FlowFigure {
    /// Draws the figure. It grows in height where a step has many groups.
    ///
    /// # Errors
    /// [`FigureError::Value`] for a count that is negative or not finite,
    /// [`FigureError::Mismatch`] for a link to a group that is not there.
    pub fn draw(&self) -> Result<Figure, FigureError> {
        let groups = || self.steps.iter().flat_map(|step| &step.groups);
        for (name, value) in groups() {
            check::count(&self.frame, &format!("count of `{name}`"), *value)?;
        }
        let most = self.steps.iter().map(FlowStep::total).fold(0.0, f64::max);
        if most == 0.0 {
            return no_data(&self.frame);
        }
        let mut scene = Scene::new(self.frame.width(), self.frame.height());
        let top = header(&mut scene, &self.frame, &[]) + 8.0;
        let column = (scene.width - 2.0 * EDGE) / self.steps.len() as f64;
        let room = column - 10.0;
        let names: Vec<Vec<String>> = self
            .steps
            .iter()
            .map(|step| wrap(&step.name, room, TICK_SIZE, Weight::SemiBold))
            .collect();
        let name_rows = names.iter().map(Vec::len).max().unwrap_or(0) as f64;
        let bars_top = top + ROW * (name_rows + 1.0) + 6.0;
        let most_groups = self
            .steps
            .iter()
            .map(|step| step.groups.len())
            .max()
            .unwrap_or(0) as f64;
        let height = (scene.height - bars_top - EDGE)
            .max(120.0)
            .max(most_groups * (ROW + 1.0));
        scene.height = bars_top + height + EDGE;

        let pixels = (height - GAP * (most_groups - 1.0)) / most;
        let parts: Vec<Vec<Part>> = self
            .steps
            .iter()
            .map(|step| step.parts(bars_top, height, pixels))
            .collect();
        let left = |step: usize| EDGE + column * step as f64;
        let all_names: Vec<String> =
            groups()
                .map(|(name, _)| name.clone())
                .fold(Vec::new(), |mut all, name| {
                    if !all.contains(&name) {
                        all.push(name);
                    }
                    all
                });
        let all_colours = colours(&all_names);
        let colour_of = |name: &str| {
            all_names
                .iter()
                .position(|other| other == name)
                .and_then(|index| all_colours.get(index))
                .map_or(MUTED, String::as_str)
        };

        for (index, pair) in self.steps.windows(2).enumerate() {
            let ([step, next], [from, to]) =
                (pair, parts.get(index..index + 2).unwrap_or_default())
            else {
                continue;
            };
            let links = self.links_of(index, step, next)?;
            ribbons(
                &mut scene,
                &links,
                (left(index) + BAR, from, step),
                (left(index + 1), to, next),
                pixels,
                &colour_of,
            );
        }
        for (index, ((step, parts), name)) in self.steps.iter().zip(&parts).zip(&names).enumerate()
        {
            let end = scene.lines(left(index), top, TICK_SIZE, name, |mark| {
                mark.semi_bold().fill(INK)
            });
            let total = format!("{} {}", check::short(step.total()), self.unit);
            scene.fitted(&total, room, TICK_SIZE, |text| {
                Mark::text(left(index), end + ROW / 2.0, Anchor::Start, TICK_SIZE, text).fill(MUTED)
            });
            step.draw(
                &mut scene,
                left(index),
                parts,
                (bars_top, bars_top + height),
                column - BAR - 12.0,
                &colour_of,
            );
        }
        let alt = self.steps.iter().map(|step| {
            let counts = step
                .groups
                .iter()
                .map(|(name, value)| format!("{name} {}", check::short(*value)));
            format!("{}: {}", step.name, check::listed(counts))
        });
        let alt = format!(
            "{}. Counts through steps. {}.",
            self.frame.title,
            alt.collect::<Vec<_>>().join("; ")
        );
        Ok(Figure {
            svg: scene.svg(&alt)?,
            title: self.frame.title.clone(),
            alt,
            width: scene.width,
        })
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

    /// The parts of the bar, centred in its room.
    fn parts(&self, top: f64, room: f64, pixels: f64) -> Vec<Part> {
        let height = self.total() * pixels + GAP * (self.groups.len().max(1) - 1) as f64;
        let mut y = top + (room - height) / 2.0;
        self.groups
            .iter()
            .map(|(_, count)| {
                let part = Part {
                    top: y,
                    height: count * pixels,
                };
                y += part.height + GAP;
                part
            })
            .collect()
    }

    fn draw<'a>(
        &self,
        scene: &mut Scene,
        left: f64,
        parts: &[Part],
        (top, bottom): (f64, f64),
        room: f64,
        colour_of: &impl Fn(&str) -> &'a str,
    ) {
        let middles = parts
            .iter()
            .map(|part| part.top + part.height / 2.0)
            .collect();
        let places = spread(middles, top, bottom);
        for (((name, count), part), y) in self.groups.iter().zip(parts).zip(places) {
            let whole = format!("{name} {}", check::short(*count));
            scene.add(
                Mark::rect(left, part.top, BAR, part.height)
                    .fill(colour_of(name))
                    .tooltip(&whole),
            );
            // The count stays whole; a long name before it gives way.
            let number = format!(" {}", check::short(*count));
            let shown = fit(
                name,
                room - width(&number, TICK_SIZE, Weight::Regular),
                TICK_SIZE,
                Weight::Regular,
            );
            let text = Mark::text(
                left + BAR + 5.0,
                y,
                Anchor::Start,
                TICK_SIZE,
                format!("{shown}{number}"),
            )
            .fill(INK);
            scene.add(if shown == *name {
                text
            } else {
                text.tooltip(&whole)
            });
        }
    }
}

/// Moves the middles of rows, which are in order, apart until no two overlap.
fn spread(mut middles: Vec<f64>, top: f64, bottom: f64) -> Vec<f64> {
    let mut least = top + ROW / 2.0;
    for middle in &mut middles {
        *middle = middle.max(least);
        least = *middle + ROW;
    }
    let mut most = bottom - ROW / 2.0;
    for middle in middles.iter_mut().rev() {
        *middle = middle.min(most);
        most = *middle - ROW;
    }
    middles
}

fn ribbons<'a>(
    scene: &mut Scene,
    links: &[FlowLink],
    (left, from, step): (f64, &[Part], &FlowStep),
    (right, to, next): (f64, &[Part], &FlowStep),
    pixels: f64,
    colour_of: &impl Fn(&str) -> &'a str,
) {
    let mut left_used = vec![0.0; from.len()];
    let mut right_used = vec![0.0; to.len()];
    for link in links {
        let (Some(one), Some(other)) = (from.get(link.from), to.get(link.to)) else {
            continue;
        };
        let (Some(before), Some(after)) =
            (left_used.get_mut(link.from), right_used.get_mut(link.to))
        else {
            continue;
        };
        let (Some((name, _)), Some((becomes, _))) =
            (step.groups.get(link.from), next.groups.get(link.to))
        else {
            continue;
        };
        let (top, end) = (one.top + *before, other.top + *after);
        let (leaving, arriving) = (link.leaving * pixels, link.arriving * pixels);
        *before += leaving;
        *after += arriving;
        let ribbon = Mark::ribbon((left, top, top + leaving), (right, end, end + arriving));
        let tooltip = format!(
            "{name} {} → {becomes} {}",
            check::short(link.leaving),
            check::short(link.arriving)
        );
        scene.add(ribbon.fill(colour_of(name)).opacity(0.3).tooltip(tooltip));
    }
}
