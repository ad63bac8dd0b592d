//! Batches that were interrupted.

use crate::support::{Folder, model};

fn batch() -> Folder {
    let folder = Folder::new();
    for name in ["a.wav", "b.wav", "c.wav", "d.wav"] {
        folder.wav(&format!("in/{name}"), 300.0, 0.5);
    }
    folder.write("in/e.wav", "not a recording");
    folder
}

fn text(folder: &Folder, name: &str) -> String {
    String::from_utf8(folder.read(name)).unwrap()
}

/// Return the first word of each line, with the order of the lines.
fn begins(text: &str, beginning: &str) -> usize {
    text.lines()
        .filter(|line| line.starts_with(beginning))
        .count()
}

#[test]
fn a_batch_goes_on_where_it_was_interrupted() {
    let folder = batch();
    for (out, first) in [("out.json", "{\"path\":\"in/"), ("out.csv", "in/")] {
        let predict = format!("predict {} in --out {out}", model());
        assert_eq!(folder.run(&predict).code, 1);
        let whole = text(&folder, out);
        assert_eq!(begins(&whole, first), 5, "{whole}");
        // What a killed process leaves: the last row is cut.
        let half = &whole[..whole.len() * 3 / 5];
        std::fs::remove_file(folder.path(out)).unwrap();
        folder.write(&format!("{out}.unfinished"), half);
        let error = folder.refuse(&predict);
        assert!(error.contains("--resume continues it"), "{error}");
        let done = folder.run(&format!("{predict} --resume"));
        assert_eq!(done.code, 1, "{}", done.stderr);
        assert!(done.stderr.contains("an answer already"), "{}", done.stderr);
        assert_eq!(text(&folder, out), whole, "{out}");
        assert!(!folder.path(&format!("{out}.unfinished")).exists());
    }
}

#[test]
fn only_recordings_without_an_answer_are_read_again() {
    let folder = batch();
    let predict = format!("predict {} in --out out.json", model());
    folder.run(&predict);
    let before = text(&folder, "out.json");
    // The one that failed is mended, and another one is new.
    folder.wav("in/e.wav", 500.0, 0.5);
    folder.wav("in/0.wav", 500.0, 0.5);
    // One with an answer is gone: its answer stays.
    std::fs::remove_file(folder.path("in/a.wav")).unwrap();
    folder.succeed(&format!("{predict} --resume"));
    let after = text(&folder, "out.json");
    assert!(after.starts_with(&before[..before.rfind("{\"path\":\"in/e").unwrap()]));
    assert_eq!(begins(&after, "{\"path\":\"in/"), 6, "{after}");
    assert!(!after.contains("\"error\""));
    let again = folder.succeed(&format!("{predict} --resume"));
    assert!(again.stderr.contains("6 recordings have an answer already"));
    assert_eq!(text(&folder, "out.json"), after);
}

#[test]
fn what_cannot_be_resumed_is_refused_and_stays() {
    let folder = batch();
    folder.write(
        "out.json",
        "{\"path\":\"in/a.wav\"}\nmine\n{\"path\":\"in/b.wav\"}\n",
    );
    folder.write("out.csv", "my,own\n1,2\n");
    folder.write(
        "model.json",
        "{\"path\":\"x\",\"model\":{\"name\":\"another\"}}\n",
    );
    for (arguments, message) in [
        ("--out out.json", "line 2 is no answer"),
        ("--out out.csv", "has other columns"),
        ("--out out.parquet", "name a file .json or .csv"),
        ("--out out.txt", "name a file .json or .csv"),
        ("--out model.json", "another model wrote its answers"),
        ("--out out.json --adapt", "cannot be used with"),
        ("", "--out"),
    ] {
        let done = folder.run(&format!("predict {} in --resume {arguments}", model()));
        assert_eq!(done.code, 2, "{arguments}: {}", done.stderr);
        assert!(
            done.stderr.contains(message),
            "{arguments}: {}",
            done.stderr
        );
    }
    assert!(text(&folder, "out.json").contains("mine"));
    assert_eq!(text(&folder, "out.csv"), "my,own\n1,2\n");
}

#[test]
fn a_batch_that_cannot_begin_leaves_nothing() {
    let folder = batch();
    folder.refuse(&format!("predict {} --adapt in --out out.json", model()));
    let names = std::fs::read_dir(folder.path("")).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert_eq!(names.collect::<Vec<_>>(), ["in"]);
}
