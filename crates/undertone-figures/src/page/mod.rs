//! A self-contained HTML page. It needs no network, prints well, follows the reader's light or
//! dark theme, and fits a phone as well as a wide screen.
//!
//! ```
//! use undertone_figures::page::{Block, Page, Section};
//!
//! let page = Page {
//!     title: "Report".into(),
//!     subtitle: "of <nothing>".into(),
//!     sections: vec![Section {
//!         title: "Words".into(),
//!         blocks: vec![Block::Text("There are none.".into())],
//!     }],
//! };
//! assert!(page.html()?.contains("of &lt;nothing&gt;"));
//! # Ok::<(), undertone_figures::FigureError>(())
//! ```

mod blocks;
mod files;
mod html;
mod write;

pub use blocks::{Audio, Block, Cell, Page, Section, Table};
