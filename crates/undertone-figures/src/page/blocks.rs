//! The parts of a page.

use crate::figure::Figure;

/// A page, from its title to its last section.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// Title and first heading.
    pub title: String,
    /// A line below the title. May be empty.
    pub subtitle: String,
    /// The sections. Each has an entry in the table of contents.
    pub sections: Vec<Section>,
}

/// A part of a page with a heading.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// The heading.
    pub title: String,
    /// The blocks, from top to bottom.
    pub blocks: Vec<Block>,
}

/// An element of a page. All text is plain text: markup in it is escaped.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// A heading one level below that of the section.
    Heading(String),
    /// A paragraph.
    Text(String),
    /// A list of lines.
    List(Vec<String>),
    /// A note in a frame.
    Note(String),
    /// A warning in a more visible frame.
    Warning(String),
    /// A figure, with links to its files beside the page (see [`Page::save`]).
    Figure(Figure),
    /// A table. It scrolls sideways if it is wider than the screen.
    Table(Table),
    /// Pairs of a name and a value.
    KeyValues(Vec<(String, String)>),
    /// A recording to listen to.
    Audio(Audio),
    /// Text in a fixed-width font with its line breaks.
    Code(String),
    /// Blocks that the reader can open.
    Details {
        /// The text that is always visible.
        summary: String,
        /// The blocks that appear when it is opened.
        blocks: Vec<Block>,
    },
    /// Groups of blocks in as many columns as fit.
    Grid(Vec<Vec<Block>>),
}

/// A table: rows below a header.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// What the table shows. Stands above it and may be empty.
    pub caption: String,
    /// Names of the columns.
    pub header: Vec<String>,
    /// The rows. A row with too few cells leaves the last columns empty.
    pub rows: Vec<Vec<Cell>>,
}

/// A cell of a table.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Text, aligned to the left.
    Text(String),
    /// A formatted number, aligned to the right.
    Number(String),
    /// A recording to listen to.
    Audio(Audio),
}

/// A recording inside a page.
#[derive(Clone, PartialEq)]
pub struct Audio {
    /// A description for screen readers.
    pub label: String,
    /// The media type, such as `audio/flac`.
    pub media_type: String,
    /// The file's bytes.
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for Audio {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "Audio({}, {} bytes)",
            self.label,
            self.bytes.len()
        )
    }
}

impl Page {
    /// Return all figures of the page, in order.
    pub fn figures(&self) -> Vec<&Figure> {
        let mut figures = Vec::new();
        for section in &self.sections {
            collect(&section.blocks, &mut figures);
        }
        figures
    }
}

fn collect<'a>(blocks: &'a [Block], figures: &mut Vec<&'a Figure>) {
    for block in blocks {
        match block {
            Block::Figure(figure) => figures.push(figure),
            Block::Details { blocks, .. } => collect(blocks, figures),
            Block::Grid(groups) => groups.iter().for_each(|group| collect(group, figures)),
            _ => {}
        }
    }
}
