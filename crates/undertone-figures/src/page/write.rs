//! Writing blocks as HTML.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::error::FigureError;
use crate::figure::Figure;
use crate::text::{REGULAR, SEMI_BOLD};
use crate::theme;

use super::blocks::{Audio, Block, Cell, Page, Section, Table};
use super::files::{GENERATOR, names, slug};
use super::html::Html;

impl Page {
    /// Return the page as one HTML document.
    ///
    /// # Errors
    /// [`FigureError::Write`], which does not happen in practice.
    pub fn html(&self) -> Result<String, FigureError> {
        let mut html = Html::new();
        let mut files = names(&self.figures()).into_iter();
        let anchors: Vec<String> = self
            .sections
            .iter()
            .enumerate()
            .map(|(index, section)| format!("{}-{}", slug(&section.title), index + 1))
            .collect();
        html.element("html", &[("lang", "en")], |html| {
            html.element("head", &[], |html| {
                html.start("meta", &[("charset", "utf-8")])?;
                html.start(
                    "meta",
                    &[
                        ("name", "viewport"),
                        ("content", "width=device-width, initial-scale=1"),
                    ],
                )?;
                html.start(
                    "meta",
                    &[("name", "color-scheme"), ("content", "light dark")],
                )?;
                html.start("meta", &[("name", "generator"), ("content", GENERATOR)])?;
                html.say("title", &[], &self.title)?;
                html.element("style", &[], |html| html.raw(&style()))
            })?;
            html.element("body", &[], |html| {
                html.element("header", &[], |html| {
                    html.say("h1", &[], &self.title)?;
                    if self.subtitle.is_empty() {
                        Ok(())
                    } else {
                        html.say("p", &[], &self.subtitle)
                    }
                })?;
                self.contents(html, &anchors)?;
                html.element("main", &[], |html| {
                    for (section, anchor) in self.sections.iter().zip(&anchors) {
                        section.write(html, anchor, &mut files)?;
                    }
                    Ok(())
                })
            })
        })?;
        Ok(html.finish())
    }

    fn contents(&self, html: &mut Html, anchors: &[String]) -> Result<(), FigureError> {
        html.element("nav", &[("aria-label", "contents")], |html| {
            html.element("ol", &[], |html| {
                for (section, anchor) in self.sections.iter().zip(anchors) {
                    let target = format!("#{anchor}");
                    html.element("li", &[], |html| {
                        html.say("a", &[("href", &target)], &section.title)
                    })?;
                }
                Ok(())
            })
        })
    }
}

fn style() -> String {
    let [regular, semi_bold] = [REGULAR, SEMI_BOLD].map(|font| STANDARD.encode(font));
    format!(
        "@font-face{{font-family:Inter;font-weight:400;\
         src:url(data:font/ttf;base64,{regular})}}\n\
         @font-face{{font-family:Inter;font-weight:600;\
         src:url(data:font/ttf;base64,{semi_bold})}}\n{}{}",
        include_str!("style.css"),
        theme::style()
    )
}

impl Section {
    fn write(
        &self,
        html: &mut Html,
        anchor: &str,
        files: &mut impl Iterator<Item = String>,
    ) -> Result<(), FigureError> {
        html.element("section", &[("id", anchor)], |html| {
            html.say("h2", &[], &self.title)?;
            blocks(html, &self.blocks, files)
        })
    }
}

fn blocks(
    html: &mut Html,
    blocks: &[Block],
    files: &mut dyn Iterator<Item = String>,
) -> Result<(), FigureError> {
    blocks
        .iter()
        .try_for_each(|block| self::block(html, block, files))
}

fn block(
    html: &mut Html,
    block: &Block,
    files: &mut dyn Iterator<Item = String>,
) -> Result<(), FigureError> {
    match block {
        Block::Heading(text) => html.say("h3", &[], text),
        Block::Text(text) => html.say("p", &[], text),
        Block::List(lines) => html.element("ul", &[], |html| {
            lines.iter().try_for_each(|line| html.say("li", &[], line))
        }),
        Block::Note(text) => html.say("p", &[("class", "note"), ("role", "note")], text),
        Block::Warning(text) => html.say("p", &[("class", "warning"), ("role", "note")], text),
        Block::Figure(drawn) => figure(html, drawn, &files.next().unwrap_or_default()),
        Block::Table(rows) => table(html, rows),
        Block::KeyValues(pairs) => html.element("dl", &[], |html| {
            pairs.iter().try_for_each(|(key, value)| {
                html.element("div", &[], |html| {
                    html.say("dt", &[], key)?;
                    html.say("dd", &[], value)
                })
            })
        }),
        Block::Audio(recording) => audio(html, recording),
        Block::Code(text) => html.say("pre", &[("tabindex", "0")], text),
        Block::Details {
            summary,
            blocks: inside,
        } => html.element("details", &[], |html| {
            html.say("summary", &[], summary)?;
            blocks(html, inside, files)
        }),
        Block::Grid(groups) => html.element("div", &[("class", "grid")], |html| {
            groups
                .iter()
                .try_for_each(|group| html.element("div", &[], |html| blocks(html, group, files)))
        }),
    }
}

/// Write a figure in both widths. The style sheet shows the one that fits.
fn figure(html: &mut Html, figure: &Figure, file: &str) -> Result<(), FigureError> {
    let size = format!("max-width:{}px", figure.width() + 18.0);
    html.element("figure", &[("style", &size)], |html| {
        match &figure.narrow {
            None => html.raw(&figure.svg)?,
            Some(narrow) => {
                // The text of a wide figure becomes too small earlier than that of a narrow one.
                let [wide_class, narrow_class] = if figure.width() > 600.0 {
                    ["wide early", "narrow early"]
                } else {
                    ["wide", "narrow"]
                };
                html.element("div", &[("class", wide_class)], |html| {
                    html.raw(&figure.svg)
                })?;
                html.element("div", &[("class", narrow_class)], |html| html.raw(narrow))?;
            }
        }
        html.element("figcaption", &[], |html| {
            for kind in ["svg", "png"] {
                let path = format!("figures/{file}.{kind}");
                let title = format!("{} as {}", figure.title, kind.to_uppercase());
                html.say(
                    "a",
                    &[("href", &path), ("title", &title)],
                    &kind.to_uppercase(),
                )?;
                html.text(" ")?;
            }
            Ok(())
        })
    })
}

fn table(html: &mut Html, table: &Table) -> Result<(), FigureError> {
    let is_number = |column: usize| {
        let mut cells = table.rows.iter().filter_map(|row| row.get(column));
        cells.any(|cell| matches!(cell, Cell::Number(_)))
    };
    // Not a `caption`: that is as wide as the table and scrolls with it.
    if !table.caption.is_empty() {
        html.say("p", &[("class", "caption")], &table.caption)?;
    }
    html.element("div", &[("class", "scroll"), ("tabindex", "0")], |html| {
        html.element("table", &[("aria-label", &table.caption)], |html| {
            html.element("thead", &[], |html| {
                html.element("tr", &[], |html| {
                    table
                        .header
                        .iter()
                        .enumerate()
                        .try_for_each(|(column, name)| {
                            let class = if is_number(column) { "number" } else { "" };
                            html.say("th", &[("scope", "col"), ("class", class)], name)
                        })
                })
            })?;
            html.element("tbody", &[], |html| {
                table.rows.iter().try_for_each(|row| {
                    html.element("tr", &[], |html| {
                        row.iter().try_for_each(|content| cell(html, content))?;
                        (row.len()..table.header.len()).try_for_each(|_| html.say("td", &[], ""))
                    })
                })
            })
        })
    })
}

/// Text in a table that is longer than this is broken into lines.
const LONG: usize = 20;

fn cell(html: &mut Html, cell: &Cell) -> Result<(), FigureError> {
    match cell {
        Cell::Text(text) => {
            let long = text.chars().count() > LONG;
            html.say("td", &[("class", if long { "long" } else { "" })], text)
        }
        Cell::Number(text) => html.say("td", &[("class", "number")], text),
        Cell::Audio(recording) => html.element("td", &[], |html| audio(html, recording)),
    }
}

fn audio(html: &mut Html, audio: &Audio) -> Result<(), FigureError> {
    let source = format!(
        "data:{};base64,{}",
        audio.media_type,
        STANDARD.encode(&audio.bytes)
    );
    let attributes = [
        ("controls", ""),
        ("preload", "none"),
        ("aria-label", audio.label.as_str()),
        ("src", source.as_str()),
    ];
    html.element("audio", &attributes, |_| Ok(()))
}
