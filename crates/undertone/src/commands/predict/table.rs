//! Predictions as a table for people.

use std::collections::BTreeSet;
use std::io;

use undertone_audio::Warning;
use undertone_metrics::argmax;

use super::super::classified::Classified;
use super::super::print_each::name_width;
use super::answers::{Answer, Answers};
use super::warnings::in_words;
use crate::inputs::Input;
use crate::output;

const BAR_WIDTH: usize = "confidence".len();
/// The heading of the column of the most probable sum.
const SUM: &str = "sentiment";
/// What stands for a label or a number that there is not.
const NONE: &str = "-";

/// A table for people. The first row prints the heading before itself.
pub(super) struct Table<'a> {
    answers: &'a Answers,
    timeline: bool,
    name_width: usize,
    label_width: usize,
    sum_width: usize,
    begun: bool,
    /// The warnings of all rows.
    pub(super) warnings: BTreeSet<Warning>,
}

impl<'a> Table<'a> {
    pub(super) fn new(inputs: &[Input], answers: &'a Answers, timeline: bool) -> Self {
        let widest = |labels: &[String]| {
            let widths = labels.iter().map(|label| label.chars().count());
            widths.max().unwrap_or(0)
        };
        Self {
            timeline,
            name_width: name_width(inputs, timeline),
            label_width: widest(answers.labels()).max("label".len()),
            sum_width: widest(answers.sums().unwrap_or_default()) + " 100 %".len(),
            answers,
            begun: false,
            warnings: BTreeSet::new(),
        }
    }

    pub(super) fn row(&mut self, name: &str, classified: &Classified) -> anyhow::Result<()> {
        if !self.begun {
            self.begun = true;
            self.heading()?;
        }
        let speech = classified.speech();
        let answer = speech.map(|it| self.answers.of(&it.probabilities));
        let cells = self.cells(answer.as_ref());
        let (width, seconds) = (self.name_width, classified.seconds);
        let warnings = in_words(&classified.warnings);
        output::line(format_args!(
            "{name:width$}  {cells}  {seconds:>7.2}{warnings}"
        ))?;
        self.warnings.extend(&classified.warnings);
        if self.timeline {
            for window in classified.prediction.iter().flat_map(|it| &it.windows) {
                let span = format!("  {:.2} - {:.2} s", window.start, window.end);
                let answer = window
                    .speech
                    .then(|| self.answers.of(&window.probabilities));
                let cells = self.cells(answer.as_ref());
                let note = match window.speech {
                    true => String::new(),
                    false => format!("  {:>7}{}", "", in_words(&[Warning::NoSpeech])),
                };
                output::line(format_args!("{span:width$}  {cells}{note}"))?;
            }
        }
        Ok(())
    }

    fn heading(&self) -> anyhow::Result<()> {
        let (name, label) = (self.name_width, self.label_width);
        let mut heading = format!(
            "{:name$}  {:label$}  {:BAR_WIDTH$}",
            "file", "label", "confidence"
        );
        if self.answers.sums_beside().is_some() {
            heading += &format!("  {SUM:width$}", width = self.sum_width);
        }
        for label in self.answers.labels() {
            heading += &format!("  {label:>width$}", width = column_width(label));
        }
        output::line(format_args!("{heading}  {:>7}", "seconds"))
    }

    /// Return the cells from the label to the last class.
    fn cells(&self, answer: Option<&Answer>) -> String {
        let labels = self.answers.labels();
        let label = answer.map_or(NONE, |answer| &labels[answer.best]);
        let share = answer.map_or(0.0, |answer| answer.probabilities[answer.best]);
        let bar = output::paint(&io::stdout(), output::CYAN, &bar(share));
        let mut cells = format!("{label:width$}  {bar}", width = self.label_width);
        if let Some(names) = self.answers.sums_beside() {
            let sums = answer.and_then(|answer| answer.sums.as_deref());
            let sum = sums.map_or(NONE.to_owned(), |sums| {
                let best = argmax(sums);
                format!("{} {:.0} %", names[best], 100.0 * sums[best])
            });
            cells += &format!("  {sum:width$}", width = self.sum_width);
        }
        for (class, label) in labels.iter().enumerate() {
            let percent = answer.map_or(NONE.to_owned(), |answer| {
                format!("{:.1} %", 100.0 * answer.probabilities[class])
            });
            cells += &format!("  {percent:>width$}", width = column_width(label));
        }
        cells
    }
}

fn column_width(label: &str) -> usize {
    label.chars().count().max("100.0 %".len())
}

fn bar(share: f32) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let filled = (share.clamp(0.0, 1.0) * BAR_WIDTH as f32 * 8.0).round() as usize;
    let bar = "█".repeat(filled / 8) + EIGHTHS[filled % 8];
    format!("{bar:BAR_WIDTH$}")
}
