//! Which colour stands for what.

use undertone_corpus::{OTHER_COLOURS, colour_of};

use crate::theme::{GRID, ON_DARK, ON_LIGHT};

/// Colours for a set of names as `#rrggbb`: an emotion's or label's own, and for any other the
/// next of [`OTHER_COLOURS`], which start again where there are more names than colours.
///
/// ```
/// let colours = undertone_figures::colours(&["sad".into(), "Actor_01".into()]);
/// assert_eq!(colours, ["#0072b2", "#4477aa"]);
/// ```
pub fn colours(names: &[String]) -> Vec<String> {
    let mut others = OTHER_COLOURS.iter().cycle();
    names
        .iter()
        .map(|name| match colour_of(name) {
            Some(colour) => colour.to_owned(),
            None => others.next().copied().unwrap_or(GRID).to_owned(),
        })
        .collect()
}

/// Colours for things that stand in places of their own, so that only emotions and labels need
/// theirs: all others have one colour.
pub(crate) fn placed_colour(name: &str) -> &'static str {
    colour_of(name).unwrap_or_else(|| OTHER_COLOURS.first().copied().unwrap_or(GRID))
}

/// Perceptually uniform colours for values between two bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColourMap {
    /// Dark blue to yellow (van der Walt, Smith and Firing, matplotlib's default).
    Viridis,
    /// Black to pale yellow (the same authors), as spectrograms are shown.
    Magma,
    /// White to blue (ColorBrewer), for shares of a whole.
    Blues,
    /// Red over white to blue (ColorBrewer `RdBu`, reversed: blue is below), for differences.
    BlueRed,
}

impl ColourMap {
    /// The colour at `t` from 0 to 1, as red, green and blue. Values outside are held at the ends.
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
        let colour = gradient.eval_continuous(t);
        [colour.r, colour.g, colour.b]
    }
}

/// `#rrggbb` of red, green and blue.
pub(crate) fn hex([red, green, blue]: [u8; 3]) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

fn parse(colour: &str) -> Option<[u8; 3]> {
    let digits = colour
        .strip_prefix('#')
        .filter(|digits| digits.len() == 6)?;
    let value = u32::from_str_radix(digits, 16).ok()?;
    let [_, red, green, blue] = value.to_be_bytes();
    Some([red, green, blue])
}

/// Relative luminance (WCAG 2.2), 0 to 1; that of white for what is no `#rrggbb`.
fn luminance(colour: &str) -> f64 {
    let channel = |value: u8| {
        let value = f64::from(value) / 255.0;
        if value <= 0.04045 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    };
    let [red, green, blue] = parse(colour).unwrap_or([255; 3]).map(channel);
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/// Contrast of two colours (WCAG 2.2), 1 to 21.
pub(crate) fn contrast(one: &str, other: &str) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// Black or white, whichever has the higher contrast on a colour.
pub(crate) fn ink_on(colour: &str) -> &'static str {
    if contrast(colour, ON_LIGHT) > contrast(colour, ON_DARK) {
        ON_LIGHT
    } else {
        ON_DARK
    }
}

#[cfg(test)]
mod tests {
    use super::{ColourMap, hex, ink_on};
    use crate::theme::{ON_DARK, ON_LIGHT};

    #[test]
    fn ink_is_readable_on_both_ends_of_a_map() {
        assert_eq!(ink_on(&hex(ColourMap::Magma.at(0.0))), ON_DARK);
        assert_eq!(ink_on(&hex(ColourMap::Magma.at(1.0))), ON_LIGHT);
        assert_eq!(ink_on("#e3d200"), ON_LIGHT);
        assert_eq!(ink_on("#882255"), ON_DARK);
    }

    #[test]
    fn a_value_that_is_no_number_has_a_colour() {
        assert_eq!(ColourMap::Viridis.at(f64::NAN), ColourMap::Viridis.at(0.0));
        assert_eq!(ColourMap::Viridis.at(7.0), ColourMap::Viridis.at(1.0));
    }
}
