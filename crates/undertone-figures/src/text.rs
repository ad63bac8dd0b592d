//! Measuring text in the embedded font, so that no text is cut and none overlaps.

use std::sync::LazyLock;

use skrifa::instance::{LocationRef, Size};
use skrifa::metrics::GlyphMetrics;
use skrifa::{FontRef, MetadataProvider};

/// Inter, regular, as a TrueType file: Latin, Greek and Cyrillic, without kerning.
pub(crate) const REGULAR: &[u8] = include_bytes!("../fonts/Inter-Regular.ttf");

/// Inter, semi-bold, with the same characters as [`REGULAR`].
pub(crate) const SEMI_BOLD: &[u8] = include_bytes!("../fonts/Inter-SemiBold.ttf");

/// The fonts of an SVG, for readers who have not installed the embedded font. None is wider than
/// Inter, except possibly the last, which the reader's system chooses. The three before the last
/// are for characters that the others lack.
pub(crate) const FAMILIES: &str = "Inter, 'Helvetica Neue', Arial, 'Liberation Sans', \
    'Noto Sans CJK JP', 'Noto Sans Arabic', 'Noto Color Emoji', sans-serif";

/// Height of a line of text, in units of the font size.
pub(crate) const LINE: f64 = 1.25;
/// Distance from the baseline to the middle of a capital, in units of the font size.
pub(crate) const HALF_CAPITAL: f64 = 0.364;

/// Weight of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weight {
    Regular,
    SemiBold,
}

struct Face {
    advances: std::collections::HashMap<char, f64>,
}

impl Face {
    fn read(bytes: &'static [u8]) -> Self {
        let advances = FontRef::new(bytes).map_or_else(
            |_| Default::default(),
            |font| {
                let metrics: GlyphMetrics =
                    font.glyph_metrics(Size::new(1.0), LocationRef::default());
                font.charmap()
                    .mappings()
                    .filter_map(|(code, glyph)| {
                        let advance = metrics.advance_width(glyph)?;
                        Some((char::from_u32(code)?, f64::from(advance)))
                    })
                    .collect()
            },
        );
        Self { advances }
    }

    fn advance(&self, character: char) -> f64 {
        self.advances.get(&character).copied().unwrap_or({
            // Another font draws it. East Asian characters are square. Others are rarely wider
            // than this.
            if character >= '\u{1100}' { 1.1 } else { 0.75 }
        })
    }
}

static FACES: LazyLock<[Face; 2]> = LazyLock::new(|| [Face::read(REGULAR), Face::read(SEMI_BOLD)]);

/// Return the width of a line of text in pixels.
pub(crate) fn width(text: &str, size: f64, weight: Weight) -> f64 {
    let [regular, semi_bold] = &*FACES;
    let face = match weight {
        Weight::Regular => regular,
        Weight::SemiBold => semi_bold,
    };
    text.chars()
        .map(|character| face.advance(character))
        .sum::<f64>()
        * size
}

/// Return the text if it fits, or its beginning and end with an ellipsis between them. The end is
/// kept because names often differ only in their last letters.
pub(crate) fn fit(text: &str, room: f64, size: f64, weight: Weight) -> String {
    if width(text, size, weight) <= room {
        return text.to_owned();
    }
    let characters: Vec<char> = text.chars().collect();
    for kept in (1..characters.len()).rev() {
        let (head, tail) = (kept - kept / 3, kept / 3);
        let (Some(head), Some(tail)) = (
            characters.get(..head),
            characters.get(characters.len() - tail..),
        ) else {
            break;
        };
        let [head, tail] = [head, tail].map(|part| part.iter().collect::<String>());
        let shorter = format!("{}…{}", head.trim_end(), tail.trim_start());
        if width(&shorter, size, weight) <= room {
            return shorter;
        }
    }
    String::new()
}

/// Break a text into lines no wider than `room`, between words and after hyphens if possible.
pub(crate) fn wrap(text: &str, room: f64, size: f64, weight: Weight) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        for (index, part) in word.split_inclusive('-').enumerate() {
            if let Some(line) = lines.last_mut() {
                let space = if index == 0 { " " } else { "" };
                let longer = format!("{line}{space}{part}");
                if width(&longer, size, weight) <= room {
                    *line = longer;
                    continue;
                }
            }
            lines.extend(pieces(part, room, size, weight));
        }
    }
    lines
}

/// Cut a word that is wider than a line.
fn pieces(word: &str, room: f64, size: f64, weight: Weight) -> Vec<String> {
    let mut pieces = vec![String::new()];
    for character in word.chars() {
        let Some(piece) = pieces.last_mut() else {
            break;
        };
        let longer = format!("{piece}{character}");
        if piece.is_empty() || width(&longer, size, weight) <= room {
            *piece = longer;
        } else {
            pieces.push(character.into());
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::{Weight, fit, width, wrap};

    #[test]
    fn bold_is_wider_and_size_scales() {
        let regular = width("Unweighted recall", 12.0, Weight::Regular);
        assert!(regular > 90.0 && regular < 110.0, "{regular}");
        assert!(width("Unweighted recall", 12.0, Weight::SemiBold) > regular);
        assert!((width("Unweighted recall", 24.0, Weight::Regular) - 2.0 * regular).abs() < 1e-9);
    }

    #[test]
    fn long_text_is_shortened_or_wrapped() {
        let text = "a name that goes on and on";
        let short = fit(text, 60.0, 12.0, Weight::Regular);
        assert!(short.starts_with("a n") && short.ends_with("on"), "{short}");
        assert!(width(&short, 12.0, Weight::Regular) <= 60.0);
        assert_eq!(fit(text, 600.0, 12.0, Weight::Regular), text);
        let lines = wrap(
            "averyveryverylongword and more",
            60.0,
            12.0,
            Weight::Regular,
        );
        assert!(lines.len() > 2);
        assert!(
            lines
                .iter()
                .all(|line| width(line, 12.0, Weight::Regular) <= 60.0)
        );
    }
}
