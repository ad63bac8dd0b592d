//! Tables as text.

use crate::ConfusionMatrix;

/// Longest column head of a confusion matrix, so that eight classes fit into 100 columns. The rows
/// have the names in full, in the same order.
const HEAD: usize = 9;

/// Most groups that are listed.
const LISTED: usize = 96;

/// Most lines of a table of groups before it continues to the right.
const TALL: usize = 8;

/// Return a confusion matrix as text: a row per true class, a column per predicted class, and in
/// each cell the number of clips and the percentage of the row.
pub fn confusion_table(matrix: &ConfusionMatrix) -> String {
    let mut head = vec![r"true \ predicted".to_string()];
    head.extend(matrix.labels().iter().map(|label| shorten(label, HEAD)));
    let mut rows = vec![head];
    let widest = matrix
        .counts()
        .iter()
        .flatten()
        .max()
        .map_or(1, |most| most.to_string().len());
    for (label, counts) in matrix.labels().iter().zip(matrix.counts()) {
        let clips: usize = counts.iter().sum();
        let mut row = vec![label.clone()];
        row.extend(counts.iter().map(|&count| {
            let share = if clips == 0 {
                0.0
            } else {
                100.0 * count as f64 / clips as f64
            };
            format!("{count:>widest$} {share:>3.0}%")
        }));
        rows.push(row);
    }
    columns(&rows, "")
}

/// Return a table of groups: their names, their clips and their scores, whose heads are `scores`.
/// Up to three blocks stand beside each other if they fit. Of very many groups the first are
/// listed.
pub(crate) fn group_table(
    what: &str,
    scores: &[String],
    groups: &[(String, usize, Vec<String>)],
) -> String {
    let (groups, rest) = groups.split_at(groups.len().min(LISTED));
    let widest = if scores.len() > 2 { 1 } else { 3 };
    let blocks = groups.len().div_ceil(TALL).clamp(1, widest);
    let tall = groups.len().div_ceil(blocks).max(1);
    let mut rows = vec![Vec::new(); tall + 1];
    for (block, groups) in groups.chunks(tall).enumerate() {
        let names = groups.iter().map(|(name, ..)| name.chars().count());
        let name = names.max().unwrap_or(0);
        let gap = if block == 0 { "" } else { "   " };
        let width = name.max(what.chars().count());
        rows[0].push(format!("{gap}{what:<width$}"));
        rows[0].push("clips".to_owned());
        rows[0].extend(scores.iter().cloned());
        for (row, (name, clips, scores)) in rows[1..].iter_mut().zip(groups) {
            row.push(format!("{gap}{name:<width$}"));
            row.push(clips.to_string());
            row.extend(scores.iter().cloned());
        }
    }
    let mut text = columns(&rows, "");
    if !rest.is_empty() {
        text += &format!("{} more {what}s are in the JSON report.\n", rest.len());
    }
    text
}

/// Align cells, with two spaces between columns. The first column is aligned left and the others
/// right, except those that `left` marks with an `l` (`"rl"`: the second).
pub(crate) fn columns(rows: &[Vec<String>], left: &str) -> String {
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..count).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
            let to_left = column == 0 || left.as_bytes().get(column) == Some(&b'l');
            let gap = if column == 0 { "" } else { "  " };
            line += &if to_left {
                format!("{gap}{cell:<width$}")
            } else {
                format!("{gap}{cell:>width$}")
            };
        }
        text += line.trim_end();
        text.push('\n');
    }
    text
}

/// Return a fraction in percent with one decimal, without the sign.
pub(crate) fn percent(fraction: f64) -> String {
    format!("{:.1}", 100.0 * fraction)
}

/// Return a number with three significant digits.
pub(crate) fn significant(value: f64) -> String {
    let magnitude = value.abs().max(f64::MIN_POSITIVE).log10().floor();
    let decimals = (2.0 - magnitude).clamp(0.0, 6.0) as usize;
    format!("{value:.decimals$}")
}

/// Return at most `most` characters of a text. The last one is an ellipsis if some were cut.
pub(crate) fn shorten(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.into();
    }
    let mut cut: String = text.chars().take(most.saturating_sub(1)).collect();
    cut.push('…');
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_confusion_matrix_is_aligned_in_columns() {
        let labels = ["negative", "neutral", "very positive"].map(String::from);
        let matrix =
            ConfusionMatrix::new(&labels, &[0, 0, 0, 1, 1, 1], &[0, 0, 2, 1, 1, 1]).unwrap();
        let lines = [
            r"true \ predicted  negative  neutral  very pos…",
            r"negative            2  67%   0   0%     1  33%",
            r"neutral             0   0%   3 100%     0   0%",
            r"very positive       0   0%   0   0%     0   0%",
        ];
        assert_eq!(confusion_table(&matrix).lines().collect::<Vec<_>>(), lines);
    }

    #[test]
    fn numbers_have_three_significant_digits() {
        for (value, text) in [
            (0.0, "0.000000"),
            (0.01234, "0.0123"),
            (1.0, "1.00"),
            (-12.34, "-12.3"),
            (1234.5, "1234"),
        ] {
            assert_eq!(significant(value), text);
        }
    }

    #[test]
    fn many_groups_continue_to_the_right() {
        let group = |name: usize| (name.to_string(), 60, vec![percent(0.5), percent(1.0)]);
        let groups: Vec<_> = (1..=9).map(group).collect();
        let text = group_table("speaker", &["WA", "UAR"].map(String::from), &groups);
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines.len(), 6);
        assert_eq!(
            lines[0],
            "speaker  clips    WA    UAR     speaker  clips    WA    UAR"
        );
        assert_eq!(
            lines[1],
            "1           60  50.0  100.0     6           60  50.0  100.0"
        );
        assert_eq!(lines[5], "5           60  50.0  100.0");
    }
}
