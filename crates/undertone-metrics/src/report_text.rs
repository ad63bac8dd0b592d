//! A [`Report`] as text of at most 100 columns, for label schemes of up to eight classes.

use crate::tables::{columns, shorten};
use crate::{
    AdaptationPoint, Bootstrap, FoldReport, Remark, Report, ResampleUnit, SetEvaluation, SetText,
};

/// Width of the lines under titles.
const WIDTH: usize = 80;

/// The rows of a fold's table between the scores and the speakers: heads and cells.
type Cell<'a, E> = Box<dyn Fn(&FoldReport<E>) -> Option<String> + 'a>;

impl<E: SetText> Report<E> {
    /// Return the report as text. The scores of classes are in percent, except in scikit-learn's
    /// classification reports. Every title above numbers names the protocol.
    ///
    /// A single fold shows its training, validation and test sets in full. Several folds show their
    /// test sets in a table, and pooled in full; their other sets are in the JSON.
    pub fn to_text(&self) -> String {
        let mut text = self.heading();
        text += &self.warnings();
        match self.folds.as_slice() {
            [only] => self.one_fold(&mut text, only),
            folds => self.many_folds(&mut text, folds),
        }
        text += &self.adaptation();
        text
    }

    /// Return the scores against what was heard of a voice: the mean over the folds.
    fn adaptation(&self) -> String {
        let curves: Vec<&[AdaptationPoint]> =
            self.folds.iter().map(|fold| &fold.adaptation[..]).collect();
        let rows = AdaptationPoint::rows(&curves);
        if rows.is_empty() {
            return String::new();
        }
        let percent = |score: Option<f64>| {
            score.map_or(String::new(), |score| format!("{:.1}", 100.0 * score))
        };
        let header = [
            "clips heard",
            "UAR",
            "emotion4",
            "sentiment3",
            "ECE",
            "very sure, right",
        ];
        let mut table: Vec<Vec<String>> = vec![header.map(str::to_owned).to_vec()];
        for row in rows {
            let points: Vec<&AdaptationPoint> = row.iter().map(|(_, point)| *point).collect();
            let Some(mean) = AdaptationPoint::mean(&points) else {
                continue;
            };
            let sure = mean.sure.map(|[all, right]| format!("{right} of {all}"));
            table.push(vec![
                mean.heard_text(),
                percent(Some(mean.uar)),
                percent(mean.emotion4),
                percent(mean.sentiment3),
                percent(mean.calibration_error),
                sure.unwrap_or_default(),
            ]);
        }
        let widths: Vec<usize> = (0..header.len())
            .map(|at| {
                table
                    .iter()
                    .map(|row| row[at].chars().count())
                    .max()
                    .unwrap_or(0)
            })
            .collect();
        let mut text =
            self.title("After hearing other clips of the voice, in percent, mean of the folds");
        for row in table {
            let cells = row.iter().zip(&widths).enumerate();
            let cells = cells.map(|(at, (cell, width))| match at {
                0 => format!("{cell:width$}"),
                _ => format!("  {cell:>width$}"),
            });
            text += &format!("{}\n", cells.collect::<String>().trim_end());
        }
        text + "emotion4: UAR over angry, happy, neutral and sad. sentiment3: UAR over negative, neutral\n\
                and positive. ECE and very sure are those of the summed probabilities of these three.\n"
    }

    fn heading(&self) -> String {
        format!(
            "Speech emotion recognition: {}, {}, protocol {}\n{}\n\
             Recipe        {}\n{}\nProtocol      {}\n{}",
            self.recipe,
            self.label_scheme,
            self.protocol_name(),
            "=".repeat(WIDTH),
            self.recipe,
            self.pooled.targets_line(&self.label_scheme),
            self.protocol,
            match self.corpora.is_empty() {
                true => String::new(),
                false => format!("Tested on     {}\n", self.corpora.join(", ")),
            },
        )
    }

    fn warnings(&self) -> String {
        let fence = "!".repeat(WIDTH);
        let lines = self.remarks().into_iter().map(|remark| match remark {
            Remark::Alarm(text) => format!("{fence}\n{text}\n{fence}\n"),
            Remark::Fact(text) => format!("{text}\n"),
        });
        format!("\n{}", lines.collect::<String>())
    }

    fn one_fold(&self, text: &mut String, fold: &FoldReport<E>) {
        let sets = [
            ("Training set", fold.train.as_ref()),
            ("Validation set", fold.validation.as_ref()),
            ("Test set", Some(&fold.test)),
        ];
        let sets: Vec<(&str, &E)> = sets
            .into_iter()
            .filter_map(|(name, set)| Some((name, set?)))
            .collect();
        self.scores(text, &sets);
        if let Some(epoch) = fold.best_epoch {
            *text += &format!("Weights: those of epoch {epoch}.\n");
        }
        for (name, set) in sets {
            self.parts(text, name, set.in_full());
        }
        self.parts(text, "Test set", fold.test.details());
    }

    fn many_folds(&self, text: &mut String, folds: &[FoldReport<E>]) {
        let name = "All test sets";
        self.scores(text, &[(name, &self.pooled)]);
        let unit = E::UNIT.replacen(' ', ", ", 1);
        *text += &self.title(&format!("Fold by fold, test sets{unit}"));
        *text += &self.fold_table(folds);
        self.parts(text, name, self.pooled.in_full());
        self.parts(text, name, self.pooled.details());
    }

    fn scores(&self, text: &mut String, sets: &[(&str, &E)]) {
        *text += &self.title(&format!("Scores{}, with 95 % intervals", E::UNIT));
        *text += &E::score_table(sets);
        text.push('\n');
        *text += &intervals(sets);
        *text += E::LEGEND;
    }

    /// Add parts about one set, each with a title.
    fn parts(&self, text: &mut String, set: &str, parts: Vec<(String, String)>) {
        for (title, part) in parts {
            *text += &self.title(&format!("{set}: {title}"));
            *text += &part;
        }
    }

    fn fold_table(&self, folds: &[FoldReport<E>]) -> String {
        let trained = folds.iter().any(|fold| fold.train.is_some());
        let validated = folds.iter().any(|fold| fold.validation.is_some());
        let epochs = folds.iter().any(|fold| fold.best_epoch.is_some());
        let score = |set: &Option<E>| set.as_ref().map(E::main_score);
        // The optional columns in the middle: their heads and their cells.
        let optional: Vec<(String, Cell<'_, E>)> = [
            (
                trained,
                format!("training {}", E::MAIN_SCORE),
                Box::new(|fold: &FoldReport<E>| score(&fold.train)) as Cell<'_, E>,
            ),
            (
                validated,
                format!("validation {}", E::MAIN_SCORE),
                Box::new(|fold| score(&fold.validation)),
            ),
            (
                epochs,
                "epoch".to_owned(),
                Box::new(|fold| fold.best_epoch.map(|epoch| epoch.to_string())),
            ),
        ]
        .into_iter()
        .filter_map(|(wanted, head, cell)| wanted.then_some((head, cell)))
        .collect();

        let scores = self.pooled.fold_heads();
        let mut head = vec!["fold".to_owned(), "clips".to_owned()];
        head.extend(scores.iter().cloned());
        head.extend(optional.iter().map(|(head, _)| head.clone()));
        head.push("  speakers".to_owned());
        let mut rows = vec![head];
        for fold in folds {
            let mut row = vec![fold.name.clone(), fold.test.clips().to_string()];
            row.extend(E::fold_cells(&fold.test.averaged()));
            row.extend(
                optional
                    .iter()
                    .map(|(_, cell)| cell(fold).unwrap_or_default()),
            );
            row.push(format!("  {}", shorten(&fold.test_speakers.join(" "), 28)));
            rows.push(row);
        }
        let summary = |name: &str, scores: &E::Scores| {
            let mut row = vec![name.to_string(), String::new()];
            row.extend(E::fold_cells(scores));
            row
        };
        rows.push(summary("mean", &self.mean));
        rows.extend(self.std.as_ref().map(|std| summary("± std", std)));
        let left = format!("{}l", " ".repeat(2 + scores.len() + optional.len()));
        columns(&rows, &left)
    }

    fn title(&self, what: &str) -> String {
        format!(
            "\n{what} [{}]\n{}\n",
            self.protocol_name(),
            "-".repeat(WIDTH)
        )
    }
}

/// Tell how the intervals of sets were drawn.
fn intervals<E: SetEvaluation>(sets: &[(&str, &E)]) -> String {
    let mut text = String::new();
    let mut ways: Vec<(Bootstrap, Vec<&str>)> = Vec::new();
    for (name, set) in sets {
        match ways.iter_mut().find(|(way, _)| *way == set.bootstrap()) {
            Some((_, names)) => names.push(name),
            None => ways.push((set.bootstrap(), vec![name])),
        }
    }
    for (
        Bootstrap {
            unit,
            replicates,
            seed,
        },
        names,
    ) in &ways
    {
        let units = match unit {
            ResampleUnit::Speakers => "whole speakers",
            ResampleUnit::Clips => "single clips",
        };
        let whose = if ways.len() > 1 {
            format!(", {}", names.join(", "))
        } else {
            String::new()
        };
        text += &format!(
            "Intervals{whose}: percentile bootstrap over {units}, {replicates} replicates, \
             seed {seed}.\n"
        );
    }
    let few = |set: &E| set.speakers() < Bootstrap::FEW_SPEAKERS;
    let few: Vec<&str> = sets
        .iter()
        .filter(|(_, set)| few(set))
        .map(|set| set.0)
        .collect();
    if !few.is_empty() {
        text += &format!(
            "Too few speakers, so the intervals are too narrow: {}.\n",
            few.join(", ")
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::{emobox, holdout, labels, predictions};
    use crate::tables::percent;
    use crate::{ClipPrediction, Evaluation, LeakageSummary, classification_report};

    #[test]
    fn lines_fit_and_every_title_names_the_protocol() {
        for (report, name) in [(holdout(), "holdout"), (emobox(), "emobox")] {
            let text = report.to_text();
            let lines: Vec<_> = text.lines().collect();
            for (index, line) in lines.iter().enumerate() {
                assert!(line.chars().count() <= 100, "{line}");
                assert_eq!(line.trim_end(), *line);
                if line.starts_with("---") || line.starts_with("===") {
                    assert!(lines[index - 1].contains(name), "{}", lines[index - 1]);
                }
            }
            assert!(text.contains(&report.protocol));
        }
    }

    #[test]
    fn leakage_is_reported_where_there_is_some() {
        let leaky = holdout().to_text();
        assert!(leaky.contains("LEAKAGE: 131 of 432 test clips have a copy in the training set"));
        assert!(leaky.contains("SPEAKERS: 24 in both the training and the test set"));
        let clean = emobox().to_text();
        assert!(!clean.contains("LEAKAGE") && !clean.contains("SPEAKERS:"));
        assert!(clean.contains("No test clip has a copy"));
        assert!(clean.contains("No speaker is on both sides"));

        let mut one_leaks = emobox();
        one_leaks.folds[3].leakage = LeakageSummary {
            test_clips_with_copy_in_training: Some(7),
            validation_clips_with_copy_in_training: 3,
            speakers_on_both_sides: 1,
            test_clips: 240,
            ..LeakageSummary::default()
        };
        let text = one_leaks.to_text();
        assert!(text.contains("LEAKAGE: 7 of 1440 test clips"));
        assert!(text.contains("3 validation clips have a copy"));
        assert!(text.contains("  fold 4: 7 of 240\n") && !text.contains("  fold 3:"));
        assert!(text.contains("SPEAKERS: up to 1 on both sides of a fold"));

        one_leaks.folds[3].leakage.test_clips_with_copy_in_training = None;
        let text = one_leaks.to_text();
        assert!(text.contains("UNKNOWN:") && !text.contains("No test clip has a copy"));
    }

    #[test]
    fn every_set_and_every_fold_is_reported() {
        let text = holdout().to_text();
        assert!(text.contains("Training set: classification report, 1008 clips [holdout]"));
        assert!(text.contains("Test set: classification report, 432 clips [holdout]"));
        assert!(!text.contains("Validation set"));
        let report = emobox();
        let text = report.to_text();
        for fold in &report.folds {
            let line = format!("{}        240  {}", fold.name, percent(fold.test.wa.value));
            assert!(text.contains(&line), "{line}");
        }
        assert!(text.contains(&classification_report(&report.pooled.confusion, 2)));
        assert!(text.contains(
            "Intervals: percentile bootstrap over whole speakers, 50 replicates, seed 0."
        ));
    }

    #[test]
    fn classes_without_a_test_clip_are_named() {
        assert!(!emobox().to_text().contains("without a test clip"));
        let clips: Vec<_> = predictions(1..=24, 2.0)
            .into_iter()
            .filter(|clip| clip.truth != 1 && (clip.truth != 6 || clip.speaker.as_str() > "12"))
            .collect();
        let (first, second): (Vec<_>, Vec<_>) = clips
            .iter()
            .cloned()
            .partition(|clip| clip.speaker.as_str() <= "12");
        let fold = |name: &str, clips: &[ClipPrediction]| FoldReport {
            name: name.into(),
            test: Evaluation::new(&labels(), clips).unwrap(),
            ..emobox().folds[0].clone()
        };
        let folds = vec![fold("fold-1", &first), fold("fold-2", &second)];
        let pooled = Evaluation::new(&labels(), &clips).unwrap();
        let text = Report::new("speakers", "r", "emotion8", folds, pooled).unwrap();
        let text = text.to_text();
        assert!(text.contains("\nClasses without a test clip: calm. They count in no mean"));
        assert!(text.contains("\nfold-1: Classes without a test clip: disgust. They"));
        assert!(!text.contains("fold-2: Classes"));
    }

    #[test]
    fn few_speakers_are_reported() {
        let report = emobox();
        let mut fold = report.folds[0].clone();
        if let Some(train) = &mut fold.train {
            train.bootstrap.unit = ResampleUnit::Clips;
        }
        let test = fold.test.clone();
        let one = Report::new("emobox", "r", "emotion8", vec![fold], test).unwrap();
        assert!(
            one.to_text()
                .contains("Too few speakers, so the intervals are too narrow: Test set.")
        );
        assert!(!report.to_text().contains("Too few speakers"));
    }
}
