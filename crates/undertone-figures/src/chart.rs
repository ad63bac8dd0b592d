//! The parts that most figures share: title, legend, axes and color bar, and their layout.

use crate::axis::{self, Axis, CategoryTicks};
use crate::error::FigureError;
use crate::figure::{Drawing, Frame};
use crate::legend::{self, Entry};
use crate::palette::{ColorMap, hex};
use crate::raster;
use crate::scale::{Scale, Tick};
use crate::scene::{Anchor, Mark, Scene, label};
use crate::text::{LINE, Weight, width, wrap};
use crate::theme::{GRID, INK, LABEL_SIZE, MUTED, TICK_SIZE, TITLE_SIZE};

const EDGE: f64 = 12.0;
const TICK_GAP: f64 = 6.0;
/// Distance of the tick labels below the plot. It is larger than that at the side, so that the
/// lowest and the leftmost label do not overlap.
const BELOW: f64 = 8.0;
const LEAST_PLOT: f64 = 110.0;
/// Smallest height of a category's row.
const ROW: f64 = 17.0;
const BAR_WIDTH: f64 = 14.0;

/// The part to the right of the plot.
pub(crate) enum Right {
    Nothing,
    /// A second vertical axis.
    Axis {
        label: String,
        scale: Scale,
    },
    /// A color bar for the values of a picture.
    ColorBar {
        label: String,
        scale: Scale,
        map: ColorMap,
    },
}

/// A chart without its marks.
pub(crate) struct Chart<'a> {
    pub(crate) frame: &'a Frame,
    pub(crate) legend: Vec<Entry>,
    pub(crate) x: Axis<'a>,
    pub(crate) y: Axis<'a>,
    pub(crate) right: Right,
    /// Whether there are grid lines at the ticks of (x, y).
    pub(crate) grid: (bool, bool),
}

/// A chart with its axes, to which marks are added.
pub(crate) struct Panel {
    pub(crate) scene: Scene,
    pub(crate) left: f64,
    pub(crate) top: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
    x: Option<Scale>,
    y: Option<Scale>,
    right: Option<Scale>,
    title: String,
}

impl Panel {
    /// Pixel of a value on the horizontal axis.
    pub(crate) fn x(&self, value: f64) -> f64 {
        self.left + self.width * self.x.as_ref().map_or(0.5, |scale| scale.at(value))
    }

    /// Pixel of a value on the vertical axis.
    pub(crate) fn y(&self, value: f64) -> f64 {
        self.top + self.height * (1.0 - self.y.as_ref().map_or(0.5, |scale| scale.at(value)))
    }

    /// Pixel of a value on the second vertical axis.
    pub(crate) fn right(&self, value: f64) -> f64 {
        self.top + self.height * (1.0 - self.right.as_ref().map_or(0.5, |scale| scale.at(value)))
    }

    /// Left edge and width of one of `count` categories on the horizontal axis.
    pub(crate) fn column(&self, index: usize, count: usize) -> (f64, f64) {
        let step = self.width / count.max(1) as f64;
        (self.left + step * index as f64, step)
    }

    /// Top edge and height of one of `count` categories on the vertical axis, the first on top.
    pub(crate) fn row(&self, index: usize, count: usize) -> (f64, f64) {
        let step = self.height / count.max(1) as f64;
        (self.top + step * index as f64, step)
    }

    pub(crate) fn add(&mut self, mark: Mark) {
        self.scene.add(mark);
    }

    /// Return the finished figure.
    pub(crate) fn finish(self, alt: impl Into<String>) -> Result<Drawing, FigureError> {
        let alt = format!("{}. {}", self.title, alt.into());
        Ok(Drawing {
            svg: self.scene.svg(&alt)?,
            alt,
            width: self.scene.width,
            height: self.scene.height,
        })
    }
}

/// Return a figure that says that there is no data.
pub(crate) fn no_data(frame: &Frame) -> Result<Drawing, FigureError> {
    let mut scene = Scene::new(frame.width(), 120.0);
    let bottom = header(&mut scene, frame, &[]);
    scene.height = bottom + 90.0;
    let (x, y) = (scene.width / 2.0, bottom + 36.0);
    scene.add(Mark::text(x, y, Anchor::Middle, LABEL_SIZE, "no data").fill(MUTED));
    let alt = format!("{}. No data.", frame.title);
    Ok(Drawing {
        svg: scene.svg(&alt)?,
        alt,
        width: scene.width,
        height: scene.height,
    })
}

/// Draw title, note and legend, and return the vertical position of their end.
pub(crate) fn header(scene: &mut Scene, frame: &Frame, entries: &[Entry]) -> f64 {
    let room = scene.width - 2.0 * EDGE;
    let title = wrap(&frame.title, room, TITLE_SIZE, Weight::SemiBold);
    let mut y = scene.lines(EDGE, 8.0, TITLE_SIZE, &title, |mark| {
        mark.semi_bold().fill(INK)
    });
    let note = wrap(&frame.note, room, TICK_SIZE, Weight::Regular);
    y = scene.lines(EDGE, y + 2.0, TICK_SIZE, &note, |mark| mark.fill(MUTED));
    legend::draw(scene, entries, EDGE, y + 4.0, room)
}

fn widest(ticks: &[Tick]) -> f64 {
    let widths = ticks
        .iter()
        .map(|tick| width(&tick.label, TICK_SIZE, Weight::Regular));
    widths.fold(0.0, f64::max)
}

impl Chart<'_> {
    /// Lay out the chart and draw everything but the marks.
    pub(crate) fn lay_out(self) -> Panel {
        let frame = self.frame;
        let mut scene = Scene::new(frame.width(), frame.height());
        let top = header(&mut scene, frame, &self.legend) + 10.0;

        let line = LINE * LABEL_SIZE;
        let wanted = ((frame.height() - 100.0) / 45.0).clamp(2.0, 8.0) as usize;
        let (y_ticks, rows) = match &self.y {
            Axis::Numeric { scale, .. } => (scale.several_ticks(wanted), None),
            Axis::Categories { names, .. } => (
                Vec::new(),
                Some(axis::row_names(names, 0.32 * frame.width())),
            ),
        };
        let names_width = rows.as_deref().map_or(0.0, axis::widest);
        let left_label = if self.y.label().is_empty() {
            0.0
        } else {
            line + 4.0
        };
        let left = EDGE + left_label + widest(&y_ticks).max(names_width) + TICK_GAP;

        let right_ticks = match &self.right {
            Right::Nothing => Vec::new(),
            Right::Axis { scale, .. } | Right::ColorBar { scale, .. } => {
                scale.several_ticks(wanted)
            }
        };
        let bar = if matches!(self.right, Right::ColorBar { .. }) {
            BAR_WIDTH + EDGE
        } else {
            0.0
        };
        let right = match &self.right {
            Right::Nothing => EDGE,
            _ => bar + TICK_GAP + widest(&right_ticks) + 4.0 + line + 6.0,
        };

        // The last label of a numeric axis may extend beyond the plot.
        let overhang = match &self.x {
            Axis::Numeric { scale, .. } => widest(&scale.ticks(10)) / 2.0 + 2.0,
            Axis::Categories { .. } => 0.0,
        };
        let left = left.max(overhang);
        let plot_width = (scene.width - left - right.max(overhang)).max(60.0);
        let x_ticks = match &self.x {
            Axis::Numeric { scale, .. } => axis::fitting_ticks(scale, plot_width),
            Axis::Categories { .. } => Vec::new(),
        };
        let columns = match &self.x {
            Axis::Categories { names, .. } => Some(CategoryTicks::of(names, plot_width, left)),
            Axis::Numeric { .. } => None,
        };
        let ticks_height = columns
            .as_ref()
            .map_or(LINE * TICK_SIZE, CategoryTicks::height);
        let x_label = if self.x.label().is_empty() {
            0.0
        } else {
            line + 4.0
        };
        let bottom = BELOW + ticks_height + x_label + 8.0;
        let rows_height = rows.as_ref().map_or(0.0, |names| ROW * names.len() as f64);
        let height = (scene.height - top - bottom)
            .max(LEAST_PLOT)
            .max(rows_height);
        scene.height = top + height + bottom;

        let mut panel = Panel {
            scene,
            left,
            top,
            width: plot_width,
            height,
            x: self.x.scale(),
            y: self.y.scale(),
            right: None,
            title: frame.title.clone(),
        };
        panel.draw_x(&x_ticks, columns.as_ref(), self.x.label(), self.grid.0);
        panel.draw_y(&y_ticks, rows.as_deref(), self.y.label(), self.grid.1);
        panel.draw_right(&self.right, &right_ticks);
        panel
    }
}

impl Panel {
    fn draw_x(&mut self, ticks: &[Tick], columns: Option<&CategoryTicks>, name: &str, grid: bool) {
        let base = self.top + self.height;
        for tick in ticks {
            let x = self.x(tick.value);
            if grid {
                self.add(Mark::line(&[(x, self.top), (x, base)]).stroke(GRID, 1.0));
            }
            self.add(Mark::line(&[(x, base), (x, base + 4.0)]).stroke(MUTED, 1.0));
            let y = base + BELOW + LINE * TICK_SIZE / 2.0;
            self.add(Mark::text(x, y, Anchor::Middle, TICK_SIZE, &tick.label).fill(MUTED));
        }
        let mut ticks_height = LINE * TICK_SIZE;
        if let Some(columns) = columns {
            columns.draw(&mut self.scene, self.left, base + BELOW, self.width);
            ticks_height = columns.height();
        }
        self.add(
            Mark::line(&[(self.left, base), (self.left + self.width, base)]).stroke(MUTED, 1.0),
        );
        let (x, y) = (
            self.left + self.width / 2.0,
            base + BELOW + ticks_height + 4.0 + LINE * LABEL_SIZE / 2.0,
        );
        let room = (2.0 * (x - 4.0)).min(2.0 * (self.scene.width - x - 4.0));
        self.scene.fitted(name, room, LABEL_SIZE, |text| {
            label(x, y, Anchor::Middle, LABEL_SIZE, text)
        });
    }

    fn draw_y(&mut self, ticks: &[Tick], rows: Option<&[axis::Name]>, name: &str, grid: bool) {
        for tick in ticks {
            let y = self.y(tick.value);
            if grid {
                let across = [(self.left, y), (self.left + self.width, y)];
                self.add(Mark::line(&across).stroke(GRID, 1.0));
            }
            let x = self.left - TICK_GAP;
            self.add(Mark::text(x, y, Anchor::End, TICK_SIZE, &tick.label).fill(MUTED));
        }
        for (index, name) in rows.unwrap_or_default().iter().enumerate() {
            let (top, height) = self.row(index, rows.map_or(0, <[_]>::len));
            let (x, y) = (self.left - TICK_GAP, top + height / 2.0);
            self.add(name.mark(Mark::text(x, y, Anchor::End, TICK_SIZE, &name.shown).fill(INK)));
        }
        let (x, y) = (
            EDGE + LINE * LABEL_SIZE / 2.0 - 4.0,
            self.top + self.height / 2.0,
        );
        self.scene.fitted(name, self.height, LABEL_SIZE, |text| {
            label(x, y, Anchor::Middle, LABEL_SIZE, text).turned(-90.0, x, y)
        });
    }

    fn draw_right(&mut self, right: &Right, ticks: &[Tick]) {
        let (name, scale) = match right {
            Right::Nothing => return,
            Right::Axis { label, scale } | Right::ColorBar { label, scale, .. } => (label, scale),
        };
        self.right = Some(scale.clone());
        let mut x = self.left + self.width;
        if let Right::ColorBar { map, .. } = right {
            x += EDGE;
            let slices = 64;
            let height = self.height / f64::from(slices);
            for slice in 0..slices {
                let color = hex(map.at((f64::from(slice) + 0.5) / f64::from(slices)));
                let y = self.top + self.height - height * f64::from(slice + 1);
                // The overlap hides seams between the slices.
                let overlap = if slice == 0 { 0.0 } else { 0.5 };
                self.add(Mark::rect(x, y, BAR_WIDTH, height + overlap).fill(&color));
            }
            x += BAR_WIDTH;
        }
        for tick in ticks {
            let y = self.right(tick.value);
            self.add(
                Mark::text(x + TICK_GAP, y, Anchor::Start, TICK_SIZE, &tick.label).fill(MUTED),
            );
        }
        let (x, y) = (
            x + TICK_GAP + widest(ticks) + 4.0 + LINE * LABEL_SIZE / 2.0,
            self.top + self.height / 2.0,
        );
        self.scene.fitted(name, self.height, LABEL_SIZE, |text| {
            label(x, y, Anchor::Middle, LABEL_SIZE, text).turned(90.0, x, y)
        });
    }

    /// Draw a picture of `rows` × `columns` values over the whole plot, with the first row at the
    /// bottom.
    pub(crate) fn picture(
        &mut self,
        rows: &[Vec<f64>],
        scale: &Scale,
        map: ColorMap,
    ) -> Result<(), FigureError> {
        let uri = raster::data_uri(rows, scale, map)?;
        self.add(Mark::image(
            self.left,
            self.top,
            self.width,
            self.height,
            uri,
        ));
        Ok(())
    }
}
