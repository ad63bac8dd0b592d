//! Colors and sizes that every figure shares.
//!
//! A figure has a white background. Nothing else in a figure has the colors of ink, paper and grid,
//! so that a page can replace them with its own (see [`style`]).

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

/// Colors that are too dark on a dark page, and lighter ones of the same hue that replace them
/// there.
const ON_DARK_PAGES: [(&str, &str); 4] = [
    ("#882255", "#c4568c"),
    ("#117733", "#2f9e57"),
    ("#332288", "#8577d9"),
    ("#aa3377", "#cf5fa0"),
];

/// Return a style sheet that lets figures inside a page follow its `--ink`, `--muted`, `--grid` and
/// `--paper`, and its dark theme.
pub(crate) fn style() -> String {
    let rule = |color: &str, value: &str| {
        format!(
            "svg.figure [fill=\"{color}\"]{{fill:{value}}}\
             svg.figure [stroke=\"{color}\"]{{stroke:{value}}}\n"
        )
    };
    let themed = [
        (INK, "var(--ink)"),
        (MUTED, "var(--muted)"),
        (GRID, "var(--grid)"),
        (PAPER, "var(--paper)"),
    ];
    let themed: String = themed
        .into_iter()
        .map(|(color, value)| rule(color, value))
        .collect();
    let dark: String = ON_DARK_PAGES
        .into_iter()
        .map(|(color, value)| rule(color, value))
        .collect();
    format!("{themed}@media screen and (prefers-color-scheme:dark){{\n{dark}}}\n")
}

#[cfg(test)]
mod tests {
    use undertone_corpus::{Emotion, LabelScheme, color_of};

    use super::ON_DARK_PAGES;
    use crate::palette::{OTHER_COLORS, contrast};

    #[test]
    fn every_color_is_visible_on_a_dark_page() {
        let labels = LabelScheme::ALL
            .iter()
            .flat_map(|scheme| scheme.labels().to_vec());
        let named = labels
            .chain(Emotion::NAMES)
            .filter_map(|name| color_of(name));
        for color in named.chain(OTHER_COLORS) {
            let replaced = ON_DARK_PAGES.iter().find(|(light, _)| *light == color);
            let shown = replaced.map_or(color, |(_, dark)| *dark);
            // WCAG 2.2, 1.4.11: graphical objects. #1e1e20 is the page's dark paper.
            assert!(contrast(shown, "#1e1e20") >= 3.0, "{color} as {shown}");
        }
    }
}
