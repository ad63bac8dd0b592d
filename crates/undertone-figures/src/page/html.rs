//! Writing HTML element by element, so that all text is escaped and all elements are closed.

use quick_xml::Writer;
use quick_xml::events::{BytesEnd, BytesStart, BytesText, Event};

use crate::error::FigureError;
use crate::scene::printable;

/// An HTML document being written.
pub(super) struct Html(Writer<Vec<u8>>);

/// Attributes of an element.
pub(super) type Attributes<'a> = &'a [(&'a str, &'a str)];

impl Html {
    pub(super) fn new() -> Self {
        Self(Writer::new(b"<!doctype html>\n".to_vec()))
    }

    /// Write an element and its content.
    pub(super) fn element(
        &mut self,
        name: &str,
        attributes: Attributes<'_>,
        inside: impl FnOnce(&mut Self) -> Result<(), FigureError>,
    ) -> Result<(), FigureError> {
        self.start(name, attributes)?;
        inside(self)?;
        self.0.write_event(Event::End(BytesEnd::new(name)))?;
        Ok(())
    }

    /// Write the start tag of an element. An element such as `meta` has no other.
    pub(super) fn start(
        &mut self,
        name: &str,
        attributes: Attributes<'_>,
    ) -> Result<(), FigureError> {
        let mut start = BytesStart::new(name);
        for (attribute, value) in attributes {
            start.push_attribute((*attribute, printable(value).as_str()));
        }
        self.0.write_event(Event::Start(start))?;
        Ok(())
    }

    /// Write an element that contains text.
    pub(super) fn say(
        &mut self,
        name: &str,
        attributes: Attributes<'_>,
        text: &str,
    ) -> Result<(), FigureError> {
        self.element(name, attributes, |html| html.text(text))
    }

    pub(super) fn text(&mut self, text: &str) -> Result<(), FigureError> {
        // Line breaks are kept for code.
        let lines: Vec<String> = text.split('\n').map(printable).collect();
        self.0
            .write_event(Event::Text(BytesText::new(&lines.join("\n"))))?;
        Ok(())
    }

    /// Write text that is HTML already: a figure's SVG or the style sheet.
    pub(super) fn raw(&mut self, html: &str) -> Result<(), FigureError> {
        self.0
            .write_event(Event::Text(BytesText::from_escaped(html)))?;
        Ok(())
    }

    pub(super) fn finish(self) -> String {
        String::from_utf8_lossy(&self.0.into_inner()).into_owned()
    }
}
