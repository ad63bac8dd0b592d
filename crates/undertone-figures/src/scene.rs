//! The marks of a figure in the order of painting, and writing them as SVG.

use quick_xml::Writer;
use quick_xml::events::{BytesEnd, BytesStart, BytesText, Event};

use crate::error::FigureError;
use crate::text::{self, HALF_CAPITAL, LINE, Weight};
use crate::theme::{INK, PAPER};

/// One SVG element.
#[derive(Debug, Clone)]
pub(crate) struct Mark {
    name: &'static str,
    attributes: Vec<(&'static str, String)>,
    text: Option<String>,
    tooltip: Option<String>,
}

/// Which point of a text lies at its position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// Format a coordinate, rounded to a tenth of a pixel.
fn coordinate(value: f64) -> String {
    let rounded = (value * 10.0).round() / 10.0 + 0.0;
    format!("{rounded}")
}

/// Format points for SVG.
fn coordinates(points: &[(f64, f64)]) -> String {
    let written: Vec<String> = points
        .iter()
        .map(|(x, y)| format!("{},{}", coordinate(*x), coordinate(*y)))
        .collect();
    written.join(" ")
}

impl Mark {
    fn new(name: &'static str) -> Self {
        Self {
            name,
            attributes: Vec::new(),
            text: None,
            tooltip: None,
        }
    }

    fn with(mut self, attribute: &'static str, value: impl Into<String>) -> Self {
        self.attributes.push((attribute, value.into()));
        self
    }

    fn at(self, attribute: &'static str, value: f64) -> Self {
        self.with(attribute, coordinate(value))
    }

    /// A rectangle, from its top left corner.
    pub(crate) fn rect(x: f64, y: f64, width: f64, height: f64) -> Self {
        Self::new("rect")
            .at("x", x)
            .at("y", y)
            .at("width", width.max(0.0))
            .at("height", height.max(0.0))
    }

    /// A circle.
    pub(crate) fn circle(x: f64, y: f64, radius: f64) -> Self {
        Self::new("circle").at("cx", x).at("cy", y).at("r", radius)
    }

    /// An open line through points.
    pub(crate) fn line(points: &[(f64, f64)]) -> Self {
        Self::new("polyline")
            .with("points", coordinates(points))
            .with("fill", "none")
    }

    /// A closed shape.
    pub(crate) fn polygon(points: &[(f64, f64)]) -> Self {
        Self::new("polygon").with("points", coordinates(points))
    }

    /// A band between two heights on the left and two on the right, with S-shaped edges.
    pub(crate) fn ribbon(left: (f64, f64, f64), right: (f64, f64, f64)) -> Self {
        let (x1, top1, bottom1) = left;
        let (x2, top2, bottom2) = right;
        let middle = coordinate((x1 + x2) / 2.0);
        let [x1, top1, bottom1, x2, top2, bottom2] =
            [x1, top1, bottom1, x2, top2, bottom2].map(coordinate);
        Self::new("path").with(
            "d",
            format!(
                "M{x1},{top1}C{middle},{top1} {middle},{top2} {x2},{top2}V{bottom2}\
                 C{middle},{bottom2} {middle},{bottom1} {x1},{bottom1}Z"
            ),
        )
    }

    /// Many dots of one size and color as one path: a round line cap each.
    pub(crate) fn dots(points: &[(f64, f64)], diameter: f64, color: &str) -> Self {
        let path: String = points
            .iter()
            .map(|(x, y)| format!("M{},{}h0", coordinate(*x), coordinate(*y)))
            .collect();
        Self::new("path")
            .with("d", path)
            .with("fill", "none")
            .with("stroke-linecap", "round")
            .stroke(color, diameter)
    }

    /// A picture, scaled to a rectangle without smoothing.
    pub(crate) fn image(x: f64, y: f64, width: f64, height: f64, data_uri: String) -> Self {
        Self::rect(x, y, width, height)
            .renamed("image")
            .with("preserveAspectRatio", "none")
            .with("image-rendering", "pixelated")
            .with("href", data_uri)
    }

    fn renamed(mut self, name: &'static str) -> Self {
        self.name = name;
        self
    }

    /// A line of text whose capitals are centered on `y`.
    pub(crate) fn text(x: f64, y: f64, anchor: Anchor, size: f64, text: impl Into<String>) -> Self {
        let mark = Self::new("text")
            .at("x", x)
            .at("y", y + HALF_CAPITAL * size)
            .at("font-size", size);
        let mut mark = match anchor {
            Anchor::Start => mark,
            Anchor::Middle => mark.with("text-anchor", "middle"),
            Anchor::End => mark.with("text-anchor", "end"),
        };
        mark.text = Some(text.into());
        mark
    }

    /// The text turned clockwise around its anchor `(x, y)`.
    pub(crate) fn turned(self, degrees: f64, x: f64, y: f64) -> Self {
        let (x, y) = (coordinate(x), coordinate(y));
        self.with(
            "transform",
            format!("rotate({} {x} {y})", coordinate(degrees)),
        )
    }

    pub(crate) fn semi_bold(self) -> Self {
        self.with("font-weight", "600")
    }

    pub(crate) fn fill(self, color: &str) -> Self {
        self.with("fill", color)
    }

    pub(crate) fn stroke(self, color: &str, width: f64) -> Self {
        self.with("stroke", color).at("stroke-width", width)
    }

    pub(crate) fn dashed(self) -> Self {
        self.with("stroke-dasharray", "5 4")
    }

    /// From 0 (invisible) to 1.
    pub(crate) fn opacity(self, opacity: f64) -> Self {
        self.with("opacity", format!("{opacity:.2}"))
    }

    /// A text that a browser shows when the pointer rests on the mark.
    pub(crate) fn tooltip(mut self, text: impl Into<String>) -> Self {
        self.tooltip = Some(text.into());
        self
    }

    fn write(&self, writer: &mut Writer<Vec<u8>>) -> std::io::Result<()> {
        let mut start = BytesStart::new(self.name);
        for (attribute, value) in &self.attributes {
            start.push_attribute((*attribute, value.as_str()));
        }
        if self.text.is_none() && self.tooltip.is_none() {
            return writer.write_event(Event::Empty(start));
        }
        writer.write_event(Event::Start(start))?;
        if let Some(tooltip) = &self.tooltip {
            writer
                .create_element("title")
                .write_text_content(BytesText::new(&printable(tooltip)))?;
        }
        if let Some(text) = &self.text {
            writer.write_event(Event::Text(BytesText::new(&printable(text))))?;
        }
        writer.write_event(Event::End(BytesEnd::new(self.name)))
    }
}

/// Remove control characters, some of which XML 1.0 forbids even if escaped, and characters that
/// change the direction of text: in a name they would reverse the words around it.
pub(crate) fn printable(text: &str) -> String {
    text.chars()
        .filter(|character| !matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'))
        .map(|character| match character {
            '\t' | '\n' | '\r' => ' ',
            '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => '\u{fffd}',
            other => other,
        })
        .collect()
}

/// A figure being drawn.
#[derive(Debug, Clone)]
pub(crate) struct Scene {
    pub(crate) width: f64,
    pub(crate) height: f64,
    marks: Vec<Mark>,
}

impl Scene {
    pub(crate) fn new(width: f64, height: f64) -> Self {
        Self {
            width,
            height,
            marks: Vec::new(),
        }
    }

    pub(crate) fn add(&mut self, mark: Mark) {
        self.marks.push(mark);
    }

    /// Add lines of text below each other, and return the vertical position after the last.
    pub(crate) fn lines(
        &mut self,
        x: f64,
        top: f64,
        size: f64,
        lines: &[String],
        style: impl Fn(Mark) -> Mark,
    ) -> f64 {
        let mut y = top;
        for line in lines {
            self.add(style(Mark::text(
                x,
                y + LINE * size / 2.0,
                Anchor::Start,
                size,
                line,
            )));
            y += LINE * size;
        }
        y
    }

    /// Add a line of text no wider than `room`. If it has to be shortened, its tooltip is the whole
    /// text.
    pub(crate) fn fitted(
        &mut self,
        text: &str,
        room: f64,
        size: f64,
        place: impl FnOnce(String) -> Mark,
    ) {
        let shown = text::fit(text, room, size, Weight::Regular);
        let cut = shown != text;
        let mark = place(shown);
        self.add(if cut { mark.tooltip(text) } else { mark });
    }

    /// Return the SVG document. `alt` is a description for screen readers.
    pub(crate) fn svg(&self, alt: &str) -> Result<String, FigureError> {
        let [width, height] = [self.width, self.height].map(coordinate);
        let mut writer = Writer::new(Vec::new());
        let root = BytesStart::new("svg").with_attributes([
            ("xmlns", "http://www.w3.org/2000/svg"),
            ("class", "figure"),
            ("width", width.as_str()),
            ("height", height.as_str()),
            ("viewBox", format!("0 0 {width} {height}").as_str()),
            ("font-family", text::FAMILIES),
            ("role", "img"),
            ("aria-label", printable(alt).as_str()),
        ]);
        writer.write_event(Event::Start(root))?;
        Mark::rect(0.0, 0.0, self.width, self.height)
            .fill(PAPER)
            .write(&mut writer)?;
        for mark in &self.marks {
            mark.write(&mut writer)?;
        }
        writer.write_event(Event::End(BytesEnd::new("svg")))?;
        Ok(String::from_utf8_lossy(&writer.into_inner()).into_owned())
    }
}

/// Return a text mark in the color of axes.
pub(crate) fn label(x: f64, y: f64, anchor: Anchor, size: f64, text: impl Into<String>) -> Mark {
    Mark::text(x, y, anchor, size, text).fill(INK)
}
