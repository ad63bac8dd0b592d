//! Every kind of figure with made-up data, as SVG, PNG and on a page.
//!
//! `cargo run --release -p undertone-figures --example gallery -- FOLDER`

#![allow(clippy::print_stdout)]

use std::path::Path;

use undertone_figures::page::{Block, Cell, Page, Section, Table};

#[path = "../tests/drawing/samples/mod.rs"]
mod samples;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "gallery".into());
    let mut sections = Vec::new();
    for (title, figures) in [
        ("Common data", samples::common()),
        ("Nasty data", samples::nasty()),
    ] {
        let mut blocks = vec![Block::Text("Drawn from made-up numbers.".into())];
        for drawn in figures {
            blocks.push(Block::Figure(drawn?));
        }
        sections.push(Section {
            title: title.into(),
            blocks,
        });
    }
    sections.push(Section {
        title: "Other blocks".into(),
        blocks: other_blocks()?,
    });
    let page = Page {
        title: "Gallery of figures".into(),
        subtitle: "crate undertone-figures".into(),
        sections,
    };
    let path = page.save(Path::new(&folder))?;
    println!("{}", path.display());
    Ok(())
}

fn other_blocks() -> Result<Vec<Block>, Box<dyn std::error::Error>> {
    let row = |name: &str| {
        let numbers = (0..9).map(|number| Cell::Number(format!("{number}.25")));
        std::iter::once(Cell::Text(name.into()))
            .chain(numbers)
            .collect()
    };
    let header =
        std::iter::once("class".to_owned()).chain((0..9).map(|column| format!("column {column}")));
    let pair = samples::common()
        .into_iter()
        .skip(9)
        .take(2)
        .map(|drawn| Ok(vec![Block::Figure(drawn?)]));
    Ok(vec![
        Block::Note("A note.".into()),
        Block::Warning("A warning: the test clips were heard while training.".into()),
        Block::KeyValues(vec![
            ("UAR".into(), "69.7 % (66.0–73.5)".into()),
            ("protocol".into(), "speakers".into()),
        ]),
        Block::Table(Table {
            caption: "A wide table".into(),
            header: header.collect(),
            rows: vec![row("angry"), row("calm")],
        }),
        Block::List(vec!["one line".into(), "<script>alert(1)</script>".into()]),
        Block::Code("[training]\nepochs = 3\n".into()),
        Block::Details {
            summary: "More".into(),
            blocks: vec![Block::Text("Hidden until asked for.".into())],
        },
        Block::Heading("Side by side".into()),
        Block::Grid(pair.collect::<Result<_, undertone_figures::FigureError>>()?),
    ])
}
