//! Limiting the number of groups in a figure.

use undertone_figures::Interval;

/// Largest number of groups in a figure.
const MOST: usize = 60;
/// If there are more groups, this many are shown from each end.
const ENDS: usize = 20;

/// Return the groups and an empty text, or, if there are very many, the lowest and the highest and
/// a text that says so.
pub(crate) fn lowest_and_highest(mut groups: Vec<Interval>) -> (Vec<Interval>, String) {
    let all = groups.len();
    if all <= MOST {
        return (groups, String::new());
    }
    groups.sort_by(|a, b| a.value.total_cmp(&b.value));
    groups.drain(ENDS..all - ENDS);
    let words = format!("the {ENDS} lowest and the {ENDS} highest of {all}");
    (groups, words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_very_many_groups_both_ends_are_kept() {
        let groups = |count: u32| -> Vec<Interval> {
            (0..count)
                .map(|number| Interval {
                    name: number.to_string(),
                    value: f64::from(number * 7 % count),
                    bounds: None,
                })
                .collect()
        };
        let (all, words) = lowest_and_highest(groups(60));
        assert_eq!((all, words.as_str()), (groups(60), ""));
        let (ends, words) = lowest_and_highest(groups(600));
        assert_eq!(words, "the 20 lowest and the 20 highest of 600");
        let values: Vec<f64> = ends.iter().map(|group| group.value).collect();
        let expected = (0..20).chain(580..600).map(f64::from);
        assert_eq!(values, expected.collect::<Vec<_>>());
    }
}
