//! A file of rows that grows under another name until it is whole, so that an interrupted batch can
//! be resumed.

use std::collections::{HashSet, VecDeque};
use std::ffi::OsString;
use std::fs::{File, TryLockError};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use serde::Serialize;
use serde_json::{Value, json};
use undertone_files::{AtomicFile, remove_abandoned};

/// How many recordings at the end of a file that was cut are read again.
const IN_DOUBT: usize = 2;

/// The rows of an earlier run that count.
#[derive(Debug, Default)]
pub(crate) struct Earlier {
    /// The keys (see [`key`]) of the recordings that have an answer.
    pub(crate) done: HashSet<u64>,
    /// The model that answered, if the rows name it.
    model: Option<Value>,
    /// The shape of an answer in JSON, which follows from the options: see [`shape`].
    shape: Option<Value>,
}

impl Earlier {
    /// Check that the first new answers are of the same model and options as the earlier ones.
    pub(crate) fn check(
        &mut self,
        answer: &impl Serialize,
        path: Option<&Path>,
    ) -> anyhow::Result<()> {
        if self.model.is_none() && self.shape.is_none() {
            return Ok(());
        }
        let answer = serde_json::to_value(answer)?;
        let path = path.unwrap_or(Path::new("")).display();
        if let Some(model) = self.model.take()
            && answer.get("model") != Some(&model)
        {
            bail!("{path}: another model wrote its answers: {model}");
        }
        if let Some(new) = shape(&answer)
            && let Some(earlier) = self.shape.take()
            && new != earlier
        {
            bail!("{path}: its answers were written with other options");
        }
        Ok(())
    }
}

/// Return what the options change in an answer: the names of the classes, and which optional
/// members it has. `None` for answers that look the same with all options: those without speech,
/// and those of long recordings.
fn shape(answer: &Value) -> Option<Value> {
    const LONG_SECONDS: f64 = 30.0;
    let names = answer.get("probabilities")?.as_object()?.keys();
    let names: Vec<&String> = names.collect();
    if answer["seconds"].as_f64()? > LONG_SECONDS {
        return None;
    }
    let has_channels = answer["segments"][0].get("channel").is_some();
    Some(json!({
        "classes": names,
        "segmentation": answer.get("segmentation"),
        "by channel": has_channels,
        "influences": answer.get("influences").is_some(),
    }))
}

/// How rows are written.
#[derive(Debug)]
pub(crate) enum Rows {
    /// One JSON object per line.
    Json,
    /// CSV with these columns, of which the first is the path and the last an error.
    Csv(Vec<String>),
}

/// A growing file.
#[derive(Debug)]
pub(crate) struct Unfinished {
    file: BufWriter<File>,
    path: PathBuf,
    target: PathBuf,
    /// Whether it holds no row, so that nothing is lost with it.
    is_empty: bool,
    /// Whether the next line is a heading that the file has already.
    skips_line: bool,
}

/// Return a short stand-in for the name of a recording. A million names would fill the memory.
pub(crate) fn key(name: &str) -> u64 {
    // CSV has an apostrophe in front of what a spreadsheet would take as a formula.
    let plain = name.strip_prefix('\'').unwrap_or(name);
    let mut hasher = DefaultHasher::new();
    plain.hash(&mut hasher);
    hasher.finish()
}

impl Unfinished {
    /// Begin a file. With `force`, replace what an interrupted run left, and the target at the end.
    pub(crate) fn begin(target: &Path, force: bool) -> anyhow::Result<Self> {
        let path = unfinished_path(target);
        let cannot = || format!("cannot write {}", target.display());
        let mut options = File::options();
        options.write(true);
        let opened = match options.create_new(true).open(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                let file = options.create_new(false).open(&path).with_context(cannot)?;
                lock(&file, target)?;
                if !force {
                    bail!(
                        "{} is left of an interrupted run: --resume continues it, and --force \
                         begins anew",
                        path.display()
                    );
                }
                file.set_len(0).with_context(cannot)?;
                file
            }
            opened => {
                let file = opened.with_context(cannot)?;
                lock(&file, target)?;
                file
            }
        };
        Ok(Self::new(opened, path, target, true, false))
    }

    /// Continue what an interrupted run left, or add to the file of a complete one. Rows without an
    /// answer are left out, so that their recordings are read again.
    pub(crate) fn resume(target: &Path, rows: &Rows) -> anyhow::Result<(Self, Earlier)> {
        let path = unfinished_path(target);
        let was_cut = path.exists();
        let source = if was_cut { &path } else { target };
        if !source.exists() {
            return Ok((Self::begin(target, true)?, Earlier::default()));
        }
        let shown = || source.display().to_string();
        let before = File::open(source).with_context(shown)?;
        if was_cut {
            lock(&before, target)?;
        }
        match path.parent() {
            Some(folder) if folder != Path::new("") => remove_abandoned(folder),
            _ => remove_abandoned(Path::new(".")),
        }
        let mut kept = AtomicFile::create(&path).with_context(shown)?;
        let mut out = BufWriter::new(&mut kept);
        let earlier = match rows {
            Rows::Json => keep_json(BufReader::new(before), was_cut, &mut out),
            Rows::Csv(columns) => keep_csv(before, columns, was_cut, &mut out),
        };
        let earlier = earlier.with_context(shown)?;
        out.flush().with_context(shown)?;
        drop(out);
        kept.commit().with_context(shown)?;
        let file = File::options()
            .append(true)
            .open(&path)
            .with_context(shown)?;
        lock(&file, target)?;
        let has_heading = matches!(rows, Rows::Csv(_));
        Ok((Self::new(file, path, target, false, has_heading), earlier))
    }

    fn new(file: File, path: PathBuf, target: &Path, is_empty: bool, skips_line: bool) -> Self {
        Self {
            file: BufWriter::new(file),
            path,
            target: target.to_owned(),
            is_empty,
            skips_line,
        }
    }

    /// Give the file its name. Without `force`, a file of that name stays, and this one too.
    pub(crate) fn finish(mut self, force: bool) -> io::Result<()> {
        self.file.flush()?;
        self.file.get_ref().sync_all()?;
        self.is_empty = false;
        if !force && self.target.exists() {
            let shown = self.path.display();
            return Err(io::Error::new(
                io::ErrorKind::AlreadyExists,
                format!("another program wrote it meanwhile; the results are in {shown}"),
            ));
        }
        std::fs::rename(&self.path, &self.target)
    }
}

impl Write for Unfinished {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.skips_line {
            let line = bytes.iter().position(|&byte| byte == b'\n');
            let skipped = line.map_or(bytes.len(), |end| end + 1);
            self.skips_line = line.is_none();
            return Ok(skipped);
        }
        self.is_empty = false;
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if self.is_empty {
            // It may be gone already.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

fn unfinished_path(target: &Path) -> PathBuf {
    let mut name = OsString::from(target);
    name.push(".unfinished");
    name.into()
}

/// Keep other programs from writing the same file.
fn lock(file: &File, target: &Path) -> anyhow::Result<()> {
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => {
            bail!("{}: another program is writing it", target.display())
        }
        // Some file systems have no locks.
        Ok(()) | Err(TryLockError::Error(_)) => Ok(()),
    }
}

/// Copy the lines that are answers. If the file `was_cut`, the last line need not be one.
fn keep_json(before: impl BufRead, was_cut: bool, out: &mut impl Write) -> anyhow::Result<Earlier> {
    let no_answer = |number: u64| anyhow!("line {number} is no answer of predict --json");
    let mut earlier = Earlier::default();
    let mut wrong = None;
    for (number, line) in (1..).zip(before.split(b'\n')) {
        // A line in the middle cannot be cut off.
        if let Some(number) = wrong {
            return Err(no_answer(number));
        }
        let line = line?;
        let row: Value = serde_json::from_slice(&line).unwrap_or_default();
        let Some(path) = row["path"].as_str() else {
            wrong = (!line.is_empty()).then_some(number);
            continue;
        };
        if row.get("error").is_none() {
            earlier.done.insert(key(path));
            earlier.model = earlier.model.or_else(|| row.get("model").cloned());
            earlier.shape = earlier.shape.or_else(|| shape(&row));
            out.write_all(&line)?;
            out.write_all(b"\n")?;
        }
    }
    match wrong {
        Some(number) if !was_cut => Err(no_answer(number)),
        _ => Ok(earlier),
    }
}

/// Copy the heading, and the rows of recordings with an answer. A recording has several rows in a
/// timeline; if the file `was_cut`, those of the last one may not be all, and the row behind them
/// may have half a name.
fn keep_csv(
    before: File,
    columns: &[String],
    was_cut: bool,
    out: &mut impl Write,
) -> anyhow::Result<Earlier> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(before);
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(columns)?;
    let mut earlier = Earlier::default();
    let mut record = csv::StringRecord::new();
    if reader.read_record(&mut record)? && !record.iter().eq(columns) {
        bail!("has other columns: another model wrote it, or other options were given");
    }
    let mut keep = |rows: Vec<csv::StringRecord>| -> anyhow::Result<()> {
        let is_whole = |row: &csv::StringRecord| {
            row.len() == columns.len() && row.iter().next_back() == Some("")
        };
        if rows.iter().all(is_whole) {
            earlier.model = earlier
                .model
                .take()
                .or_else(|| model(columns, rows.first()?));
            earlier.done.extend(rows.first().map(|row| key(&row[0])));
            rows.iter().try_for_each(|row| writer.write_record(row))?;
        }
        Ok(())
    };
    // The rows of the last recordings.
    let mut last: VecDeque<Vec<csv::StringRecord>> = VecDeque::new();
    while reader.read_record(&mut record)? {
        match last.back_mut() {
            Some(rows) if rows[0].get(0) == record.get(0) => rows.push(record.clone()),
            _ => last.push_back(vec![record.clone()]),
        }
        if last.len() > IN_DOUBT {
            last.pop_front().map(&mut keep).transpose()?;
        }
    }
    if !was_cut {
        last.into_iter().try_for_each(&mut keep)?;
    }
    writer.flush()?;
    Ok(earlier)
}

/// Return the model that answered in a row, as JSON answers name it.
fn model(columns: &[String], row: &csv::StringRecord) -> Option<Value> {
    let cell = |name: &str| row.get(columns.iter().position(|column| column == name)?);
    let name = cell("model")?;
    Some(match cell("version") {
        Some("") | None => json!({"name": name, "version": null}),
        Some(version) => json!({"name": name, "version": version}),
    })
}
