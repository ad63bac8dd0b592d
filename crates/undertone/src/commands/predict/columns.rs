//! Answers as rows of a CSV or Parquet table.

use undertone_answer::{Answer, Answers, ByName, Classes, Segment};
use undertone_audio::Warning;
use undertone_tables::{Cell, Column, Kind};

/// Return the columns. With `segments` there is a row for each segment of a recording, with
/// `adapts` there are columns about the voice.
pub(super) fn columns(answers: &Answers, segments: bool, adapts: bool) -> Vec<Column> {
    let mut columns = vec![Column::new("path", Kind::Text)];
    let mut add = |name: &str, kind| columns.push(Column::new(name, kind));
    if segments {
        add("start", Kind::Double);
        add("end", Kind::Double);
        add("channel", Kind::Integer);
        add("speaker", Kind::Text);
        add("text", Kind::Text);
    }
    add("label", Kind::Text);
    add("confidence", Kind::Float);
    for label in answers.labels() {
        add(&format!("p_{label}"), Kind::Float);
    }
    for label in answers
        .sums()
        .map(Classes::labels)
        .iter()
        .flat_map(|it| it.iter())
    {
        add(&format!("sum_{label}"), Kind::Float);
    }
    add("sure", Kind::Flag);
    add("speech", Kind::Flag);
    add("warnings", Kind::Text);
    add("seconds", Kind::Double);
    add("sample_rate", Kind::Integer);
    add("channels", Kind::Integer);
    if adapts {
        add("adapted_recordings", Kind::Integer);
        add("adapted_seconds", Kind::Double);
    }
    add("model", Kind::Text);
    add("version", Kind::Text);
    add("error", Kind::Text);
    columns
}

/// Return the rows of an answer for the same columns: one for each segment, or one if there are
/// none.
pub(super) fn rows(
    answer: &Answer,
    answers: &Answers,
    segments: bool,
    adapts: bool,
) -> Vec<Vec<Cell>> {
    let row = |segment| row(answer, segment, answers, segments, adapts);
    match answer.segments.as_deref() {
        Some(parts @ [_, ..]) if segments => parts.iter().map(|part| row(Some(part))).collect(),
        _ => vec![row(None)],
    }
}

fn row(
    answer: &Answer,
    segment: Option<&Segment>,
    answers: &Answers,
    segments: bool,
    adapts: bool,
) -> Vec<Cell> {
    let text = |text: &Option<String>| Cell::of(text.clone(), Cell::Text);
    let mut cells = vec![text(&answer.path)];
    if segments {
        cells.push(Cell::of(segment.map(|it| it.start), Cell::Double));
        cells.push(Cell::of(segment.map(|it| it.end), Cell::Double));
        let channel = segment.and_then(|it| it.channel);
        cells.push(Cell::of(channel, |it| Cell::Integer(it as i64)));
        cells.push(Cell::of(
            segment.and_then(|it| it.speaker.clone()),
            Cell::Text,
        ));
        cells.push(Cell::of(segment.and_then(|it| it.text.clone()), Cell::Text));
    }
    let (label, confidence, probabilities, sums, speech) = match segment {
        None => (
            &answer.label,
            answer.confidence,
            &answer.probabilities,
            answer.sums.as_ref().and_then(Option::as_ref),
            answer.speech,
        ),
        Some(it) => (
            &it.label,
            it.confidence,
            &it.probabilities,
            it.sums.as_ref(),
            it.speech,
        ),
    };
    cells.push(text(label));
    cells.push(Cell::of(confidence, Cell::Float));
    shares(&mut cells, answers.labels().len(), probabilities.as_ref());
    shares(
        &mut cells,
        answers.sums().map_or(0, |it| it.labels().len()),
        sums,
    );
    // A segment is not said to be sure.
    cells.push(Cell::of(
        segment.is_none().then_some(answer.sure),
        Cell::Flag,
    ));
    cells.push(Cell::Flag(speech));
    cells.push(Cell::Text(names(&answer.warnings)));
    cells.push(Cell::Double(answer.seconds));
    cells.push(Cell::Integer(answer.sample_rate.into()));
    cells.push(Cell::Integer(answer.channels as i64));
    if adapts {
        let recordings = answer.adapted.map(|it| it.recordings as i64);
        cells.push(Cell::of(recordings, Cell::Integer));
        cells.push(Cell::of(answer.adapted.map(|it| it.seconds), Cell::Double));
    }
    cells.push(Cell::text(&answer.model.name));
    cells.push(text(&answer.model.version));
    cells.push(Cell::Empty);
    cells
}

/// Add a cell for each of `count` shares.
fn shares(cells: &mut Vec<Cell>, count: usize, shares: Option<&ByName>) {
    let of = |index| shares.and_then(|it| it.values().get(index).copied());
    cells.extend((0..count).map(|index| Cell::of(of(index), Cell::Float)));
}

/// Return the names of warnings with spaces between them.
pub(super) fn names(warnings: &[Warning]) -> String {
    let names: Vec<&str> = warnings.iter().map(|warning| warning.name()).collect();
    names.join(" ")
}
