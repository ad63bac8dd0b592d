//! Writing answers in the format that is asked for.

use std::collections::{BTreeSet, HashSet};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::bail;
use serde::Serialize;
use undertone_answer::Failure;
use undertone_audio::{Warning, is_recording_name};
use undertone_segments::{LabeledSegment, SegmentFormat};
use undertone_tables::{Cell, Column, TableError, TableFormat, TableWriter};

use super::warnings::explain;
use crate::cli::{Format, PredictArgs, PredictFormat};
use crate::corpora::same_file;
use crate::exit::Exit;
use crate::file_progress::FileProgress;
use crate::inputs::Input;
use crate::output;
use crate::sink::Sink;
use crate::unfinished::{Earlier, Rows};

/// How answers of one kind look.
pub(super) trait Layout {
    /// An answer. It serializes as JSON.
    type Answer: Serialize;

    /// Give an answer the name of its recording.
    fn name(answer: &mut Self::Answer, path: String);

    /// Return the warnings of an answer.
    fn warnings(answer: &Self::Answer) -> &[Warning];

    /// Return the first line of a table for people.
    fn heading(&self) -> String;

    /// Return the lines of an answer in a table for people. With `color`, a terminal shows them.
    fn lines(&self, answer: &Self::Answer, color: bool) -> Vec<String>;

    /// Return the segments of an answer for the tools of the field.
    fn labeled(answer: &Self::Answer) -> Vec<LabeledSegment>;

    /// Return the name of the recording.
    fn recording(answer: &Self::Answer) -> &str;

    /// Return the length of the recording in seconds.
    fn seconds(answer: &Self::Answer) -> f64;

    /// Return the columns of a CSV or Parquet table. The first is the path, and the last an error.
    fn columns(&self) -> Vec<Column>;

    /// Return the rows of an answer in such a table.
    fn rows(&self, answer: &Self::Answer) -> Vec<Vec<Cell>>;
}

/// Writes answers one after the other, and counts them.
pub(super) struct Results<L> {
    layout: L,
    writer: Writer,
    path: Option<PathBuf>,
    /// The number of columns.
    columns: usize,
    /// The warnings of all answers.
    warnings: BTreeSet<Warning>,
    done: usize,
    failed: usize,
    /// The results of an earlier run.
    earlier: Earlier,
    progress: FileProgress,
}

enum Writer {
    /// Whether the heading is written, and whether there are colors.
    Table {
        sink: Sink,
        begun: bool,
    },
    Json(Sink),
    Cells(Box<TableWriter<Sink>>),
    Segments {
        sink: Sink,
        format: SegmentFormat,
        /// Whether a recording is written.
        begun: bool,
    },
}

impl<L: Layout> Results<L> {
    /// Open the file of the results, before any work.
    pub(super) fn begin(args: &PredictArgs, layout: L) -> anyhow::Result<Self> {
        let PredictArgs {
            inputs,
            output: args,
            resume,
            ..
        } = args;
        if let Some(out) = &args.out {
            refuse_recording(out, &inputs.inputs)?;
        }
        let columns = layout.columns();
        let count = columns.len();
        let kind = match args.format() {
            PredictFormat::Rows(Format::Json) => Some(Rows::Json),
            PredictFormat::Rows(Format::Csv) => {
                let names = columns.iter().map(|column| column.name.clone());
                Some(Rows::Csv(names.collect()))
            }
            _ if *resume => bail!("--resume continues rows: name a file .json or .csv with --out"),
            _ => None,
        };
        let (sink, earlier) = match (&args.out, &kind) {
            (Some(out), Some(rows)) => Sink::open_batch(out, args.force, *resume, rows)?,
            _ => (
                Sink::open(args.out.as_deref(), args.force)?,
                Earlier::default(),
            ),
        };
        if !earlier.done.is_empty() {
            let count = earlier.done.len();
            let recordings = match count {
                1 => "1 recording has".to_owned(),
                count => format!("{count} recordings have"),
            };
            output::say(format_args!("{recordings} an answer already"));
        }
        let cells = |format, sink| {
            let writer = TableWriter::new(format, columns, sink);
            let writer = writer.map_err(|error| explained(&args.out, error))?;
            anyhow::Ok(Writer::Cells(Box::new(writer)))
        };
        let writer = match args.format() {
            PredictFormat::Segments(format) => Writer::Segments {
                sink,
                format,
                begun: false,
            },
            PredictFormat::Rows(Format::Table) => Writer::Table { sink, begun: false },
            PredictFormat::Rows(Format::Json) => Writer::Json(sink),
            PredictFormat::Rows(Format::Csv) => cells(TableFormat::Csv, sink)?,
            PredictFormat::Rows(Format::Parquet) if sink.is_terminal() => {
                bail!("Parquet is no text: name a file with --out FILE.parquet")
            }
            PredictFormat::Rows(Format::Parquet) => cells(TableFormat::Parquet, sink)?,
        };
        Ok(Self {
            layout,
            writer,
            path: args.out.clone(),
            columns: count,
            warnings: BTreeSet::new(),
            done: 0,
            failed: 0,
            earlier,
            progress: FileProgress::begin(inputs, args.out.is_none()),
        })
    }

    /// Return the recordings that have an answer already.
    pub(super) fn already_done(&mut self) -> HashSet<u64> {
        std::mem::take(&mut self.earlier.done)
    }

    /// Write the answer for a recording, or what is wrong with it.
    pub(super) fn row(
        &mut self,
        input: &Input,
        result: Result<L::Answer, String>,
    ) -> anyhow::Result<()> {
        let name = input.name().into_owned();
        self.progress.add(1);
        match result {
            Ok(mut answer) => {
                self.done += 1;
                L::name(&mut answer, name);
                self.answer(&answer)
            }
            Err(error) => {
                self.failed += 1;
                self.failure(name, error)
            }
        }
    }

    fn answer(&mut self, answer: &L::Answer) -> anyhow::Result<()> {
        self.earlier.check(answer, self.path.as_deref())?;
        let layout = &self.layout;
        let written = match &mut self.writer {
            Writer::Segments {
                sink,
                format,
                begun,
            } => {
                if *begun && *format != SegmentFormat::Rttm {
                    bail!("{format} holds one recording: name one, or write rttm");
                }
                *begun = true;
                let labeled = L::labeled(answer);
                let recording = L::recording(answer);
                let name = Path::new(recording).file_stem().unwrap_or_default();
                let name = name.to_string_lossy();
                undertone_segments::write(*format, &name, L::seconds(answer), &labeled, sink)
            }
            Writer::Table { sink, begun } => {
                self.warnings.extend(L::warnings(answer));
                let heading = (!*begun).then(|| layout.heading());
                *begun = true;
                let lines = layout.lines(answer, sink.is_colored());
                let mut lines = heading.into_iter().chain(lines);
                lines.try_for_each(|line| writeln!(sink, "{}", line.trim_end()))
            }
            Writer::Json(sink) => write_json(sink, answer),
            Writer::Cells(table) => {
                let mut rows = layout.rows(answer).into_iter();
                return rows
                    .try_for_each(|row| table.row(row))
                    .map_err(|error| explained(&self.path, error));
            }
        };
        written.map_err(|error| Sink::explained(self.path.as_deref(), error))
    }

    fn failure(&mut self, path: String, error: String) -> anyhow::Result<()> {
        if !matches!(self.writer, Writer::Json(_)) {
            output::error(&format!("{path}: {error}"));
        }
        match &mut self.writer {
            Writer::Table { .. } | Writer::Segments { .. } => Ok(()),
            Writer::Json(sink) => {
                let path = Some(path);
                let written = write_json(sink, &Failure { path, error });
                written.map_err(|error| Sink::explained(self.path.as_deref(), error))
            }
            Writer::Cells(table) => {
                let empty = self.columns.saturating_sub(2);
                let cells = std::iter::once(Cell::Text(path))
                    .chain(std::iter::repeat_n(Cell::Empty, empty))
                    .chain([Cell::Text(error)]);
                let written = table.row(cells.collect());
                written.map_err(|error| explained(&self.path, error))
            }
        }
    }

    /// Finish the file, and explain the warnings of a table. `failed` more inputs than those with
    /// rows have failed. Return how the command ended.
    pub(super) fn finish(self, failed: usize) -> anyhow::Result<Exit> {
        let sink = match self.writer {
            Writer::Table { sink, .. } | Writer::Segments { sink, .. } | Writer::Json(sink) => sink,
            Writer::Cells(table) => {
                let finished = table.finish();
                finished.map_err(|error| explained(&self.path, error))?
            }
        };
        sink.finish()?;
        drop(self.progress);
        explain(&self.warnings);
        Ok(Exit::of(self.done, self.failed + failed))
    }
}

/// Refuse to write results over a recording.
fn refuse_recording(out: &Path, inputs: &[PathBuf]) -> anyhow::Result<()> {
    let is_input = inputs.iter().any(|input| same_file(input, out));
    let named_as_one = out
        .file_name()
        .is_some_and(|name| is_recording_name(&name.to_string_lossy()));
    match is_input || named_as_one {
        true => bail!(
            "{}: this is a recording, or named as one; choose another --out",
            out.display()
        ),
        false => Ok(()),
    }
}

fn write_json(sink: &mut Sink, value: &impl Serialize) -> io::Result<()> {
    // One write for each line, so that lines of parallel programs do not mix.
    let mut line = serde_json::to_vec(value)?;
    line.push(b'\n');
    sink.write_all(&line)?;
    sink.flush()
}

fn explained(path: &Option<PathBuf>, error: TableError) -> anyhow::Error {
    match error {
        TableError::Io(error) => Sink::explained(path.as_deref(), error),
        error => error.into(),
    }
}
