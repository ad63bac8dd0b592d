//! What a page is made of.

use crate::figure::Figure;

/// A page, from its title to its last section.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// Title and first heading.
    pub title: String,
    /// A line below it; may be empty.
    pub subtitle: String,
    /// The parts, each an entry of the table of contents.
    pub sections: Vec<Section>,
}

/// A part of a page under a heading.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// The heading.
    pub title: String,
    /// What is in it, from top to bottom.
    pub blocks: Vec<Block>,
}

/// Something on a page. All text is plain: markup in it is shown, not obeyed.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// A heading below the section's.
    Heading(String),
    /// A paragraph.
    Text(String),
    /// A list of lines.
    List(Vec<String>),
    /// Something to know, in a frame.
    Note(String),
    /// Something to worry about, in a louder frame.
    Warning(String),
    /// A figure, with links to its files beside the page (see [`Page::save`]).
    Figure(Figure),
    /// A table, to be scrolled sideways where it is wider than the screen.
    Table(Table),
    /// Names and values.
    KeyValues(Vec<(String, String)>),
    /// A recording to listen to.
    Audio(Audio),
    /// Text in a fixed-width font, as it stands.
    Code(String),
    /// Blocks that are shown when asked for.
    Details {
        /// What is seen before.
        summary: String,
        /// What is seen after.
        blocks: Vec<Block>,
    },
    /// Groups of blocks beside each other, as many as there is room for.
    Grid(Vec<Vec<Block>>),
}

/// Rows below a header.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// What the table shows, said above it; may be empty.
    pub caption: String,
    /// Names of the columns.
    pub header: Vec<String>,
    /// The rows; a short one leaves its last columns empty.
    pub rows: Vec<Vec<Cell>>,
}

/// A cell of a table.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Words, to the left.
    Text(String),
    /// A number as it is to be read, to the right.
    Number(String),
    /// A recording to listen to.
    Audio(Audio),
}

/// A recording inside a page.
#[derive(Clone, PartialEq)]
pub struct Audio {
    /// What is heard, for whoever cannot see the page.
    pub label: String,
    /// Its media type, as `audio/flac`.
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
    /// All figures of the page, in order.
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
