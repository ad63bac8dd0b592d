//! Properties of every page.

use std::fs;

use undertone_figures::FigureError;
use undertone_figures::page::{Audio, Block, Cell, Page, Section, Table};

const MARKUP: &str = "<script>alert(1)</script>&\"'";

fn page() -> Page {
    let figures = crate::samples::common()
        .into_iter()
        .map(|figure| Block::Figure(figure.unwrap()));
    let audio = || Audio {
        label: MARKUP.into(),
        media_type: "audio/wav".into(),
        bytes: vec![0, 255, 62],
    };
    let words = vec![
        Block::Heading(MARKUP.into()),
        Block::Text(MARKUP.into()),
        Block::List(vec![MARKUP.into()]),
        Block::Note(MARKUP.into()),
        Block::Warning(MARKUP.into()),
        Block::KeyValues(vec![(MARKUP.into(), MARKUP.into())]),
        Block::Code(format!("one = 1\n{MARKUP}\u{0}")),
        Block::Audio(audio()),
        Block::Table(Table {
            caption: MARKUP.into(),
            header: vec![MARKUP.into(), "n".into()],
            rows: vec![
                vec![Cell::Text(MARKUP.into()), Cell::Number("1".into())],
                vec![Cell::Audio(audio())],
            ],
        }),
    ];
    let details = Block::Details {
        summary: MARKUP.into(),
        blocks: words.clone(),
    };
    Page {
        title: MARKUP.into(),
        subtitle: MARKUP.into(),
        sections: vec![
            Section {
                title: MARKUP.into(),
                blocks: words,
            },
            Section {
                title: String::new(),
                blocks: vec![details, Block::Grid(vec![figures.collect(), Vec::new()])],
            },
        ],
    }
}

#[test]
fn a_page_loads_nothing_and_escapes_names() {
    let html = page().html().unwrap();
    assert!(html.starts_with("<!doctype html>"));
    assert!(!html.contains("<script"), "markup got through");
    assert!(!html.contains('\u{0}'));
    let elsewhere = html.replace("http://www.w3.org/2000/svg", "");
    for address in ["http:", "https:", "src=\"/", "@import", "url(h"] {
        assert!(!elsewhere.contains(address), "{address}");
    }
    assert!(html.contains("data:audio/wav;base64,AP8+"));
    assert!(html.contains("one = 1\n&lt;script"), "code keeps its lines");
}

#[test]
fn every_entry_of_the_contents_has_a_target() {
    let html = page().html().unwrap();
    let anchors: Vec<&str> = html
        .split("href=\"#")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    assert_eq!(anchors.len(), 2);
    for anchor in anchors {
        assert_eq!(
            html.matches(&format!("id=\"{anchor}\"")).count(),
            1,
            "{anchor}"
        );
    }
}

#[test]
fn a_saved_page_has_the_files_it_links_to() {
    let folder = tempfile::tempdir().unwrap();
    let page = page();
    let path = page.save(&folder.path().join("new/folder")).unwrap();
    let html = fs::read_to_string(&path).unwrap();
    let mut files = 0;
    for rest in html.split("href=\"figures/").skip(1) {
        let name = rest.split('"').next().unwrap();
        assert!(
            path.with_file_name("figures").join(name).is_file(),
            "{name}"
        );
        files += 1;
    }
    assert_eq!(files, 2 * page.figures().len());
}

#[test]
fn the_files_of_a_saved_page_are_known() {
    let folder = tempfile::tempdir().unwrap();
    assert!(Page::saved_in(folder.path()).is_empty());
    page().save(folder.path()).unwrap();
    fs::write(folder.path().join("figures/mine.svg"), "").unwrap();
    let files = Page::saved_in(folder.path());
    assert_eq!(files.len(), 1 + 2 * page().figures().len());
    assert!(!files.contains(&"figures/mine.svg".to_owned()));
    fs::write(folder.path().join("index.html"), "my own page").unwrap();
    assert!(Page::saved_in(folder.path()).is_empty());
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    match page().save(&file) {
        Err(FigureError::File { path, .. }) => assert!(path.starts_with(&file)),
        other => panic!("{other:?}"),
    }
}

#[test]
fn captions_do_not_scroll_and_long_cells_wrap() {
    let html = Page {
        title: String::new(),
        subtitle: String::new(),
        sections: vec![Section {
            title: String::new(),
            blocks: vec![Block::Table(Table {
                caption: "What it shows".into(),
                header: vec!["name".into()],
                rows: vec![
                    vec![Cell::Text("short".into())],
                    vec![Cell::Text("y".repeat(240))],
                ],
            })],
        }],
    }
    .html()
    .unwrap();
    let caption = html
        .find(r#"<p class="caption">What it shows</p>"#)
        .unwrap();
    assert!(caption < html.find(r#"<div class="scroll""#).unwrap());
    assert!(html.contains(r#"<td class="long">yyy"#));
    assert!(html.contains(r#"<td class="">short"#));
}
