//! Colors of names and of values.

use crate::figure::Frame;
use crate::theme::{GRID, ON_DARK, ON_LIGHT};

/// Colors for names that a [`Frame`] gives none, taken in turn: Paul Tol's bright and muted
/// schemes.
pub const OTHER_COLORS: [&str; 10] = [
    "#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#44aa99", "#ddaa33",
    "#332288", "#999933",
];

impl Frame {
    fn color_of(&self, name: &str) -> Option<&'static str> {
        let mut colors = self.colors.iter();
        colors
            .find(|(known, _)| *known == name)
            .map(|(_, color)| *color)
    }

    /// Return a color for each name: the frame's, or the next of [`OTHER_COLORS`], which start
    /// again if there are more names than colors.
    pub(crate) fn colors(&self, names: &[String]) -> Vec<String> {
        let mut others = OTHER_COLORS.iter().cycle();
        names
            .iter()
            .map(|name| match self.color_of(name) {
                Some(color) => color.to_owned(),
                None => others.next().copied().unwrap_or(GRID).to_owned(),
            })
            .collect()
    }

    /// Return a color for something that has a place of its own, such as a category on an axis:
    /// the frame's, or one color for all other names.
    pub(crate) fn placed_color(&self, name: &str) -> &'static str {
        let other = || OTHER_COLORS.first().copied().unwrap_or(GRID);
        self.color_of(name).unwrap_or_else(other)
    }
}

/// Perceptually uniform colors for values between two bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColorMap {
    /// Dark blue to yellow (van der Walt, Smith and Firing, matplotlib's default).
    Viridis,
    /// Black to pale yellow (the same authors), as spectrograms are shown.
    Magma,
    /// White to blue (ColorBrewer), for shares of a whole.
    Blues,
    /// Red over white to blue (ColorBrewer `RdBu`, reversed: blue is below), for differences.
    BlueRed,
}

impl ColorMap {
    /// Return the color at `t` from 0 to 1, as red, green and blue. Values outside are clamped.
    pub fn at(self, t: f64) -> [u8; 3] {
        let t = if t.is_finite() {
            t.clamp(0.0, 1.0)
        } else {
            0.0
        };
        let (gradient, t) = match self {
            Self::Viridis => (colorous::VIRIDIS, t),
            Self::Magma => (colorous::MAGMA, t),
            Self::Blues => (colorous::BLUES, t),
            Self::BlueRed => (colorous::RED_BLUE, 1.0 - t),
        };
        let color = gradient.eval_continuous(t);
        [color.r, color.g, color.b]
    }
}

/// Return `#rrggbb` of red, green and blue.
pub(crate) fn hex([red, green, blue]: [u8; 3]) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

fn parse(color: &str) -> Option<[u8; 3]> {
    let digits = color.strip_prefix('#').filter(|digits| digits.len() == 6)?;
    let value = u32::from_str_radix(digits, 16).ok()?;
    let [_, red, green, blue] = value.to_be_bytes();
    Some([red, green, blue])
}

/// Return the relative luminance (WCAG 2.2), 0 to 1. A text that is not `#rrggbb` counts as white.
fn luminance(color: &str) -> f64 {
    let channel = |value: u8| {
        let value = f64::from(value) / 255.0;
        if value <= 0.04045 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    };
    let [red, green, blue] = parse(color).unwrap_or([255; 3]).map(channel);
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/// Return the contrast of two colors (WCAG 2.2), 1 to 21.
pub(crate) fn contrast(one: &str, other: &str) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// Return black or white, whichever has the higher contrast on a color.
pub(crate) fn ink_on(color: &str) -> &'static str {
    if contrast(color, ON_LIGHT) > contrast(color, ON_DARK) {
        ON_LIGHT
    } else {
        ON_DARK
    }
}

#[cfg(test)]
mod tests {
    use super::{ColorMap, Frame, hex, ink_on};
    use crate::theme::{ON_DARK, ON_LIGHT};

    #[test]
    fn names_have_the_callers_colors_or_the_next_of_the_others() {
        let frame = Frame::new("").colored(&[("sad", "#0072b2")]);
        let names = ["sad", "Actor_01"].map(str::to_owned);
        assert_eq!(frame.colors(&names), ["#0072b2", "#4477aa"]);
        assert_eq!(frame.placed_color("Actor_02"), "#4477aa");
    }

    #[test]
    fn ink_is_readable_on_both_ends_of_a_map() {
        assert_eq!(ink_on(&hex(ColorMap::Magma.at(0.0))), ON_DARK);
        assert_eq!(ink_on(&hex(ColorMap::Magma.at(1.0))), ON_LIGHT);
        assert_eq!(ink_on("#e3d200"), ON_LIGHT);
        assert_eq!(ink_on("#882255"), ON_DARK);
    }

    #[test]
    fn nan_has_a_color() {
        assert_eq!(ColorMap::Viridis.at(f64::NAN), ColorMap::Viridis.at(0.0));
        assert_eq!(ColorMap::Viridis.at(7.0), ColorMap::Viridis.at(1.0));
    }
}
