//! A [`Report`] as text of at most 100 columns, for label schemes of up to eight classes.

use crate::tables::{columns, group_table, percent, shorten};
use crate::{
    Bootstrap, Evaluation, FoldReport, GroupScores, Remark, Report, ResampleUnit, Score, Scores,
    classification_report, confusion_table,
};

/// Width of the lines under titles.
const WIDTH: usize = 80;

/// Most speakers that are listed.
const SPEAKERS: usize = 96;

impl Report {
    /// Return the report as text. Scores are in percent, except in scikit-learn's classification
    /// reports. Every title above numbers names the protocol.
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
        text
    }

    fn heading(&self) -> String {
        format!(
            "Speech emotion recognition: {}, {}, protocol {}\n{}\n\
             Recipe        {}\nLabel scheme  {} ({} classes)\nProtocol      {}\n",
            self.recipe,
            self.label_scheme,
            self.protocol_name(),
            "=".repeat(WIDTH),
            self.recipe,
            self.label_scheme,
            self.pooled.confusion.labels().len(),
            self.protocol,
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

    fn one_fold(&self, text: &mut String, fold: &FoldReport) {
        let sets = [
            ("Training set", fold.train.as_ref()),
            ("Validation set", fold.validation.as_ref()),
            ("Test set", Some(&fold.test)),
        ];
        let sets: Vec<(&str, &Evaluation)> = sets
            .into_iter()
            .filter_map(|(name, set)| Some((name, set?)))
            .collect();
        *text += &self.title("Scores in %, with 95 % intervals");
        *text += &score_table(&sets);
        if let Some(epoch) = fold.best_epoch {
            *text += &format!("Weights: those of epoch {epoch}.\n");
        }
        for (name, set) in sets {
            *text += &self.title(&format!("{name}: classification report, {} clips", set.n));
            *text += &classification_report(&set.confusion, 2);
        }
        self.details(text, "Test set", &fold.test);
    }

    fn many_folds(&self, text: &mut String, folds: &[FoldReport]) {
        *text += &self.title("Scores in %, with 95 % intervals");
        *text += &score_table(&[("All test sets", &self.pooled)]);
        *text += &self.title("Fold by fold, test sets, in %");
        *text += &self.fold_table(folds);
        let pooled = format!(
            "All test sets: classification report, {} clips",
            self.pooled.n
        );
        *text += &self.title(&pooled);
        *text += &classification_report(&self.pooled.confusion, 2);
        self.details(text, "All test sets", &self.pooled);
    }

    /// Add the confusion matrix, genders and speakers of one set.
    fn details(&self, text: &mut String, set: &str, evaluation: &Evaluation) {
        *text += &self.title(&format!("{set}: confusion matrix, clips and % of the row"));
        *text += &confusion_table(&evaluation.confusion);
        if !evaluation.by_corpus.is_empty() {
            *text += &self.title(&format!("{set}: by corpus, in %"));
            *text += &group_table("corpus", &evaluation.by_corpus);
        }
        if !evaluation.by_gender.is_empty() {
            *text += &self.title(&format!("{set}: by gender, in %"));
            *text += &group_table("gender", &evaluation.by_gender);
        }
        *text += &self.title(&format!("{set}: by speaker, in %"));
        let (shown, rest) = evaluation
            .by_speaker
            .split_at(evaluation.by_speaker.len().min(SPEAKERS));
        *text += &group_table("speaker", shown);
        if !rest.is_empty() {
            *text += &format!("{} more speakers are in the JSON report.\n", rest.len());
        }
        let uar = |group: &&GroupScores| group.uar;
        let by_uar = |a: &&GroupScores, b: &&GroupScores| uar(a).total_cmp(&uar(b));
        let speakers = || evaluation.by_speaker.iter();
        if let (Some(low), Some(high)) = (speakers().min_by(by_uar), speakers().max_by(by_uar)) {
            *text += &format!(
                "UAR from {} % (speaker {}) to {} % (speaker {}).\n",
                percent(low.uar),
                low.name,
                percent(high.uar),
                high.name
            );
        }
    }

    fn fold_table(&self, folds: &[FoldReport]) -> String {
        let trained = folds.iter().any(|fold| fold.train.is_some());
        let validated = folds.iter().any(|fold| fold.validation.is_some());
        let epochs = folds.iter().any(|fold| fold.best_epoch.is_some());
        // The optional columns in the middle: their heads and their cells.
        let uar = |set: &Option<Evaluation>| set.as_ref().map(|set| percent(set.uar.value));
        type Cell<'a> = Box<dyn Fn(&FoldReport) -> Option<String> + 'a>;
        let optional: Vec<(&str, Cell<'_>)> = [
            (
                trained,
                "training UAR",
                Box::new(|fold: &FoldReport| uar(&fold.train)) as Cell<'_>,
            ),
            (
                validated,
                "validation UAR",
                Box::new(|fold| uar(&fold.validation)),
            ),
            (
                epochs,
                "epoch",
                Box::new(|fold| fold.best_epoch.map(|epoch| epoch.to_string())),
            ),
        ]
        .into_iter()
        .filter_map(|(wanted, head, cell)| wanted.then_some((head, cell)))
        .collect();

        let mut head: Vec<&str> = vec!["fold", "clips", "WA", "UAR", "macro F1"];
        head.extend(optional.iter().map(|(head, _)| *head));
        head.push("  speakers");
        let mut rows = vec![head.into_iter().map(String::from).collect::<Vec<_>>()];
        for fold in folds {
            let mut row = vec![fold.name.clone(), fold.test.n.to_string()];
            row.extend(three(&fold.test.scores()));
            row.extend(
                optional
                    .iter()
                    .map(|(_, cell)| cell(fold).unwrap_or_default()),
            );
            row.push(format!("  {}", shorten(&fold.test_speakers.join(" "), 28)));
            rows.push(row);
        }
        let summary = |name: &str, scores: &Scores| {
            let mut row = vec![name.to_string(), String::new()];
            row.extend(three(scores));
            row
        };
        rows.push(summary("mean", &self.mean));
        rows.extend(self.std.as_ref().map(|std| summary("± std", std)));
        let left = format!("{}l", " ".repeat(5 + optional.len()));
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

fn three(scores: &Scores) -> [String; 3] {
    [scores.wa, scores.uar, scores.macro_f1].map(percent)
}

/// Return a table of sets with their scores, and below it how the intervals were drawn.
fn score_table(sets: &[(&str, &Evaluation)]) -> String {
    let head = [
        "", "clips", "speakers", "WA", "UAR", "macro F1", "CE", "ECE",
    ];
    let mut rows = vec![head.map(String::from).to_vec()];
    rows.extend(sets.iter().map(|(name, set)| score_row(name, set)));
    let mut text = columns(&rows, "");
    text.push('\n');

    let mut ways: Vec<(Bootstrap, Vec<&str>)> = Vec::new();
    for (name, set) in sets {
        match ways.iter_mut().find(|(way, _)| *way == set.bootstrap) {
            Some((_, names)) => names.push(name),
            None => ways.push((set.bootstrap, vec![name])),
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
    let few = |set: &Evaluation| set.by_speaker.len() < Bootstrap::FEW_SPEAKERS;
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
    text += "CE: mean cross-entropy, nats. ECE: expected calibration error in %, 15 bins.\n";
    text
}

fn score_row(name: &str, set: &Evaluation) -> Vec<String> {
    let with_interval = |score: &Score| {
        let Score { value, interval } = score;
        format!(
            "{} ({}–{})",
            percent(*value),
            percent(interval.low),
            percent(interval.high)
        )
    };
    vec![
        name.into(),
        set.n.to_string(),
        set.by_speaker.len().to_string(),
        with_interval(&set.wa),
        with_interval(&set.uar),
        with_interval(&set.macro_f1),
        format!("{:.3}", set.cross_entropy),
        percent(set.calibration_error),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LeakageSummary;
    use crate::report::tests::{emobox, holdout};

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
