//! Colours and sizes that every figure shares.
//!
//! A figure is drawn light on white. Ink, paper and grid have colours that nothing else in a
//! figure has, so a page can replace them with its own (see [`STYLE`]).

/// Text and axes.
pub(crate) const INK: &str = "#1b1b1a";
/// Tick labels and notes.
pub(crate) const MUTED: &str = "#5d5d59";
/// Grid lines and empty cells.
pub(crate) const GRID: &str = "#e3e2de";
/// Background.
pub(crate) const PAPER: &str = "#ffffff";
/// Ink on a dark cell, whatever the page's theme.
pub(crate) const ON_DARK: &str = "#fefefe";
/// Ink on a light cell, whatever the page's theme.
pub(crate) const ON_LIGHT: &str = "#141413";

pub(crate) const TITLE_SIZE: f64 = 14.0;
pub(crate) const LABEL_SIZE: f64 = 12.0;
pub(crate) const TICK_SIZE: f64 = 11.0;

/// Style sheet by which figures that stand inside a page follow its `--ink`, `--muted`, `--grid`
/// and `--paper`.
pub(crate) const STYLE: &str = r##"svg.figure [fill="#1b1b1a"]{fill:var(--ink)}
svg.figure [stroke="#1b1b1a"]{stroke:var(--ink)}
svg.figure [fill="#5d5d59"]{fill:var(--muted)}
svg.figure [stroke="#5d5d59"]{stroke:var(--muted)}
svg.figure [fill="#e3e2de"]{fill:var(--grid)}
svg.figure [stroke="#e3e2de"]{stroke:var(--grid)}
svg.figure [fill="#ffffff"]{fill:var(--paper)}
svg.figure [stroke="#ffffff"]{stroke:var(--paper)}
"##;
