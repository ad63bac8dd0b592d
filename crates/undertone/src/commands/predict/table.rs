//! Answers of a model of classes, in all formats.

use undertone_answer::{Answer, Answers, ByName, Classes, Segment};
use undertone_audio::Warning;
use undertone_segments::LabeledSegment;
use undertone_tables::{Cell, Column};

use super::columns::{columns, rows};
use super::name_width::name_width;
use super::results::Layout;
use super::sentences;
use super::warnings::in_words;
use crate::inputs::Inputs;
use crate::output;

const BAR_WIDTH: usize = "confidence".len();
/// The heading of the column of the most probable sum.
const SUM: &str = "sentiment";
/// Stands in a table for a label or a number that is absent.
const NONE: &str = "-";

/// How answers look.
pub(super) struct ClassTable<'a> {
    answers: &'a Answers,
    /// Whether each segment has a row.
    segments: bool,
    /// Whether the answers are adapted to voices.
    adapts: bool,
    name_width: usize,
    label_width: usize,
    sum_width: usize,
}

impl<'a> ClassTable<'a> {
    pub(super) fn new(
        inputs: &mut Inputs,
        answers: &'a Answers,
        segments: bool,
        adapts: bool,
    ) -> Self {
        let widest = |labels: &[String]| {
            let widths = labels.iter().map(|label| label.chars().count());
            widths.max().unwrap_or(0)
        };
        let sums = answers.sums().map(Classes::labels);
        Self {
            segments,
            adapts,
            name_width: name_width(inputs, segments),
            label_width: widest(answers.labels()).max("label".len()),
            sum_width: widest(sums.map_or(&[], |it| it)) + " 100 %".len(),
            answers,
        }
    }

    /// Return the cells from the label to the last class.
    fn cells(
        &self,
        label: Option<&str>,
        probabilities: Option<&ByName>,
        sums: Option<&ByName>,
        color: bool,
    ) -> String {
        let share = probabilities.and_then(ByName::largest);
        let bar = bar(share.map_or(0.0, |(_, share)| share));
        let bar = match color {
            true => output::painted(output::CYAN, &bar),
            false => bar,
        };
        let label = label.unwrap_or(NONE);
        let mut cells = format!("{label:width$}  {bar}", width = self.label_width);
        if self.answers.sums_beside().is_some() {
            let sum = sums.and_then(ByName::largest);
            let sum = sum.map_or(NONE.to_owned(), |(name, share)| {
                format!("{name} {:.0} %", 100.0 * share)
            });
            cells += &format!("  {sum:width$}", width = self.sum_width);
        }
        for (class, label) in self.answers.labels().iter().enumerate() {
            let share = probabilities.and_then(|it| it.values().get(class));
            let percent = share.map_or(NONE.to_owned(), |share| format!("{:.1} %", 100.0 * share));
            cells += &format!("  {percent:>width$}", width = column_width(label));
        }
        cells
    }
}

impl Layout for ClassTable<'_> {
    type Answer = Answer;

    fn name(answer: &mut Answer, path: String) {
        answer.path = Some(path);
    }

    fn warnings(answer: &Answer) -> &[Warning] {
        &answer.warnings
    }

    fn heading(&self) -> String {
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
        format!("{heading}  {:>7}", "seconds")
    }

    fn lines(&self, answer: &Answer, color: bool) -> Vec<String> {
        let (width, seconds) = (self.name_width, answer.seconds);
        let name = output::one_line(answer.path.as_deref().unwrap_or_default());
        let sums = answer.sums.as_ref().and_then(Option::as_ref);
        let (label, shares) = (answer.label.as_deref(), answer.probabilities.as_ref());
        let cells = self.cells(label, shares, sums, color);
        let warnings = in_words(&answer.warnings);
        let mut lines = vec![format!("{name:width$}  {cells}  {seconds:>7.2}{warnings}")];
        let shares = answer.summary.as_ref().and_then(sentences::shares);
        let sentences = shares.into_iter().chain(sentences::why(answer));
        lines.extend(sentences.map(|sentence| format!("  {sentence}")));
        for segment in answer.segments.iter().flatten().filter(|_| self.segments) {
            let span = format!("  {:.2} - {:.2} s", segment.start, segment.end);
            let (label, shares) = (segment.label.as_deref(), segment.probabilities.as_ref());
            let cells = self.cells(label, shares, segment.sums.as_ref(), color);
            let note = match segment.speech {
                true => String::new(),
                false => format!("  {:>7}{}", "", in_words(&[Warning::NoSpeech])),
            };
            let channel = segment.channel.map(|it| format!("channel {}", it + 1));
            let known = channel.into_iter().chain(segment.speaker.clone());
            let known: Vec<String> = known.chain(segment.text.clone()).collect();
            let known = match known.is_empty() {
                true => String::new(),
                false => format!("  {}", output::one_line(&known.join(", "))),
            };
            lines.push(format!("{span:width$}  {cells}{note}{known}"));
        }
        lines
    }

    fn columns(&self) -> Vec<Column> {
        columns(self.answers, self.segments, self.adapts)
    }

    fn labeled(answer: &Answer) -> Vec<LabeledSegment> {
        let labeled = |segment: &Segment| LabeledSegment {
            segment: undertone_segments::Segment {
                start: segment.start,
                end: segment.end,
                text: segment.text.clone(),
                speaker: segment.speaker.clone(),
                channel: segment.channel,
            },
            label: segment.label.clone(),
            confidence: segment.confidence,
        };
        answer.segments.iter().flatten().map(labeled).collect()
    }

    fn recording(answer: &Answer) -> &str {
        answer.path.as_deref().unwrap_or_default()
    }

    fn seconds(answer: &Answer) -> f64 {
        answer.seconds
    }

    fn rows(&self, answer: &Answer) -> Vec<Vec<Cell>> {
        rows(answer, self.answers, self.segments, self.adapts)
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
