//! One color per emotion and per label, the same in every figure, terminal and page.

/// The color of each emotion and each label of a [`LabelScheme`](crate::LabelScheme), as pairs of
/// a name and `#rrggbb`.
///
/// The palette is Okabe and Ito's, which is safe for any common color blindness ("Color universal
/// design", 2008), with gray for neutral in the place of black. Positive and negative, which
/// never share a legend with an emotion, are Paul Tol's muted green and wine.
pub const LABEL_COLORS: [(&str, &str); 10] = [
    ("neutral", "#8c8c8c"),
    ("calm", "#56b4e9"),
    ("happy", "#e69f00"),
    ("sad", "#0072b2"),
    ("angry", "#d55e00"),
    ("fearful", "#cc79a7"),
    ("disgust", "#009e73"),
    ("surprised", "#e3d200"),
    ("positive", "#117733"),
    ("negative", "#882255"),
];

/// Return the color of an emotion or a class label as `#rrggbb`, or `None` for any other name.
///
/// ```
/// use undertone_corpus::color_of;
///
/// assert_eq!(color_of("sad"), Some("#0072b2"));
/// assert_eq!(color_of("superb"), None);
/// ```
pub fn color_of(name: &str) -> Option<&'static str> {
    let mut colors = LABEL_COLORS.iter();
    colors
        .find(|(label, _)| *label == name)
        .map(|(_, color)| *color)
}

/// Colors for labels that have none of their own, such as those of a foreign model, to be taken in
/// turn: Paul Tol's bright and muted schemes.
pub const OTHER_COLORS: [&str; 10] = [
    "#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#44aa99", "#ddaa33",
    "#332288", "#999933",
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::color_of;
    use crate::{Emotion, LabelScheme};

    #[test]
    fn every_emotion_and_label_has_a_color_of_its_own() {
        let names: HashSet<_> = LabelScheme::ALL
            .iter()
            .flat_map(|scheme| scheme.labels().to_vec())
            .chain(Emotion::NAMES)
            .collect();
        let colors: HashSet<_> = names.iter().map(|name| color_of(name).unwrap()).collect();
        assert_eq!(colors.len(), names.len());
    }
}
