//! Scores against the amount of a voice that was heard.

use serde::{Deserialize, Serialize};

/// The scores of a model that heard some unlabeled recordings of each clip's speaker before. Each
/// is over the clips of one test set that have a class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AdaptationPoint {
    /// The most recordings that were heard of a speaker; `None` for all other recordings.
    pub heard: Option<u32>,
    /// Whether the recordings that were heard are of one emotion only, drawn at random: the hard
    /// case.
    pub one_emotion: bool,
    /// The number of clips.
    pub clips: usize,
    /// Unweighted average recall over the model's classes, 0 to 1.
    pub uar: f64,
    /// Unweighted average recall over negative, neutral and positive, which are equally probable
    /// before ([`coarser`](crate::coarser)), 0 to 1.
    pub sentiment3: Option<f64>,
    /// Unweighted average recall over angry, happy, neutral and sad, each clip's answer being the
    /// most probable of these, 0 to 1.
    pub emotion4: Option<f64>,
    /// Expected calibration error of the sums of negative, neutral and positive emotions, 0 to 1.
    pub calibration_error: Option<f64>,
    /// The clips whose largest such sum makes the model very sure, and how many of them are right.
    #[serde(alias = "very_sure")]
    pub sure: Option<[usize; 2]>,
}

impl AdaptationPoint {
    /// Return what was heard, in words: `none`, `10`, `3 of one emotion`, `all others`.
    pub fn heard_text(&self) -> String {
        let number = match self.heard {
            Some(0) => "none".to_owned(),
            Some(number) => number.to_string(),
            None => "all others".to_owned(),
        };
        match self.one_emotion {
            true => format!("{number} of one emotion"),
            false => number,
        }
    }

    /// Return the means of the scores of several test sets, and the sums of their clips. A score
    /// that one lacks is `None`. `None` without points.
    pub fn mean(points: &[&Self]) -> Option<Self> {
        let first = points.first()?;
        let of = |score: &dyn Fn(&Self) -> Option<f64>| -> Option<f64> {
            let values: Option<Vec<f64>> = points.iter().map(|point| score(point)).collect();
            values.map(|values| values.iter().sum::<f64>() / values.len() as f64)
        };
        let sure: Option<Vec<[usize; 2]>> = points.iter().map(|point| point.sure).collect();
        Some(Self {
            heard: first.heard,
            one_emotion: first.one_emotion,
            clips: points.iter().map(|point| point.clips).sum(),
            uar: of(&|point| Some(point.uar))?,
            sentiment3: of(&|point| point.sentiment3),
            emotion4: of(&|point| point.emotion4),
            calibration_error: of(&|point| point.calibration_error),
            sure: sure.map(|sure| {
                let sum =
                    |[all, right]: [usize; 2], one: &[usize; 2]| [all + one[0], right + one[1]];
                sure.iter().fold([0, 0], sum)
            }),
        })
    }

    /// Return the rows of a table: for each amount that was heard, the points of all curves, each
    /// with the index of its curve. Curves that lack an amount are left out of its row.
    pub fn rows<'a>(curves: &[&'a [Self]]) -> Vec<Vec<(usize, &'a Self)>> {
        let mut rows: Vec<Vec<(usize, &Self)>> = Vec::new();
        for (curve, points) in curves.iter().enumerate() {
            for point in *points {
                let same = |row: &&mut Vec<(usize, &Self)>| {
                    let (_, first) = row[0];
                    (first.heard, first.one_emotion) == (point.heard, point.one_emotion)
                };
                match rows.iter_mut().find(same) {
                    Some(row) => row.push((curve, point)),
                    None => rows.push(vec![(curve, point)]),
                }
            }
        }
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(heard: Option<u32>, uar: f64, sentiment3: Option<f64>) -> AdaptationPoint {
        AdaptationPoint {
            heard,
            one_emotion: false,
            clips: 10,
            uar,
            sentiment3,
            emotion4: None,
            calibration_error: Some(0.1),
            sure: Some([4, 3]),
        }
    }

    #[test]
    fn a_mean_needs_the_score_of_every_set() {
        let (one, other) = (point(Some(0), 0.5, Some(0.6)), point(Some(0), 0.7, None));
        let mean = AdaptationPoint::mean(&[&one, &other]).unwrap();
        assert_eq!(
            (mean.clips, mean.sentiment3, mean.sure),
            (20, None, Some([8, 6]))
        );
        assert!((mean.uar - 0.6).abs() < 1e-12);
        assert!(AdaptationPoint::mean(&[]).is_none());
    }

    #[test]
    fn rows_join_the_points_of_one_amount() {
        let first = [point(Some(0), 0.5, None), point(None, 0.6, None)];
        let second = [point(None, 0.7, None)];
        let rows = AdaptationPoint::rows(&[&first, &second]);
        let curves: Vec<Vec<usize>> = rows
            .iter()
            .map(|row| row.iter().map(|(curve, _)| *curve).collect())
            .collect();
        assert_eq!(curves, [vec![0], vec![0, 1]]);
        assert_eq!(rows[1][0].1.heard_text(), "all others");
    }
}
