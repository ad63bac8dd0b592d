use std::fs;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::support::Folder;

#[test]
fn a_corpus_becomes_a_page() {
    let folder = Folder::with_corpus();
    let done = folder.succeed("explore --out out corpus");
    assert_eq!(done.stdout.trim(), "out/index.html");
    let page = String::from_utf8(folder.read("out/index.html")).unwrap();
    assert!(page.contains("48 clips of 6 speakers"));
    assert!(page.contains("figures/clips-by-emotion.svg"));
    assert!(folder.path("out/figures/clips-by-emotion.png").is_file());
    let table = String::from_utf8(folder.read("out/clips.csv")).unwrap();
    assert_eq!(table.lines().count(), 49);
    assert!(
        done.stderr
            .contains("1392 of RAVDESS's 1440 spoken clips are missing")
    );
}

#[test]
fn json_is_the_summary() {
    let folder = Folder::with_corpus();
    let rows = folder
        .succeed("explore --json --scheme emotion8 --seed 4 --out out corpus")
        .json();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0]["clips"], 48);
    assert_eq!(rows[0]["scheme"], "emotion8");
    assert_eq!(rows[0]["seed"], 4);
    assert_eq!(rows[0]["trimming"]["top_db"], 20.0);
}

#[test]
fn trimming_and_balancing_come_from_a_recipe_or_the_command_line() {
    let folder = Folder::with_corpus();
    let of = |words: &str| {
        let words = format!("explore --json --force --out out {words} corpus");
        folder.succeed(&words).json().remove(0)
    };
    let recipe = of("--recipe 3-optimized");
    assert_eq!(recipe["trimming"]["top_db"], 30.0);
    assert_eq!(recipe["trimming"]["sample_rate"], 16_000);
    assert_eq!(recipe["flow"]["stages"].as_array().unwrap().len(), 2);
    let mixed = of("--recipe 3-optimized --top-db 25 --scheme emotion8");
    assert_eq!(mixed["trimming"]["top_db"], 25.0);
    assert_eq!(mixed["scheme"], "emotion8");
    assert_eq!(
        of("--no-balance")["flow"]["stages"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    assert_eq!(of("")["flow"]["stages"].as_array().unwrap().len(), 4);
}

#[test]
fn the_labels_of_a_recipe_and_of_the_corpus_are_known() {
    let folder = Folder::with_corpus();
    let of = |words: &str| {
        let words = format!("explore --json --force --out out {words}");
        folder.succeed(&words).json().remove(0)
    };
    let balanced = |summary: &Value| {
        let last = summary["flow"]["stages"].as_array().unwrap().last();
        last.unwrap()["clips"].as_u64().unwrap()
    };
    let corpus = of("--scheme corpus corpus");
    assert_eq!(corpus["scheme"], "corpus");
    assert!(balanced(&corpus) > 0, "{corpus}");
    let recipe = String::from_utf8(folder.read("tiny.toml")).unwrap();
    folder.write(
        "mine.toml",
        format!("{recipe}\n[labels]\nignore = [\"angry\"]\n"),
    );
    assert!(of("--recipe mine.toml corpus")["clips"].as_u64().unwrap() < 48);
    // Clips with a number and without a label have no class.
    folder.wav("a.wav", 300.0, 0.5);
    folder.wav("b.wav", 400.0, 0.5);
    folder.write("numbers.csv", "path,arousal\na.wav,1\nb.wav,2\n");
    assert_eq!(balanced(&of("numbers.csv")), 2);
    let numbers = "--recipe numbers.toml numbers.csv";
    folder.write("numbers.toml", NUMBERS);
    assert_eq!(balanced(&of(numbers)), 2);
}

const NUMBERS: &str = r#"
name = "numbers"
dimensions = ["arousal"]
protocol = { name = "holdout" }
[network]
architecture = "cnn-lstm"
conv = [{ channels = 8, kernel_size = 3, pool = 2 }]
lstm = { layers = 1, units = 8, dropout = 0.0 }
pooling = "mean"
[training]
epochs = 3
batch_size = 8
learning_rate = 1e-2
"#;

#[test]
fn unreadable_clips_are_listed_and_the_others_explored() {
    let folder = Folder::with_corpus();
    let broken = "corpus/Actor_03/03-01-02-01-01-01-03.wav";
    folder.write(broken, "no audio");
    let done = folder.run("explore --out out corpus");
    assert_eq!(done.code, 1, "{}", done.stderr);
    assert!(done.stderr.contains(broken), "{}", done.stderr);
    assert!(folder.path("out/index.html").is_file());
}

#[test]
fn missing_files_count_as_failures_and_repeated_rows_do_not() {
    let folder = Folder::with_corpus();
    folder.succeed("corpus --no-durations --manifest all.csv corpus");
    let manifest = String::from_utf8(folder.read("all.csv")).unwrap();
    let row = manifest.lines().nth(1).unwrap();
    folder.write("twice.csv", format!("{manifest}{row}\n"));
    let done = folder.succeed("explore --out twice twice.csv");
    assert!(
        done.stderr.contains("1 repeats an earlier row"),
        "{}",
        done.stderr
    );
    assert!(done.stderr.contains("line 50"), "{}", done.stderr);
    let page = String::from_utf8(folder.read("twice/index.html")).unwrap();
    assert!(page.contains("What is in twice.csv") && page.contains("line 50"));
    let lost = row.replace("corpus/", "elsewhere/");
    folder.write("lost.csv", format!("{manifest}{lost}\n"));
    let done = folder.run("explore --out lost lost.csv");
    assert_eq!(done.code, 1, "{}", done.stderr);
    assert!(done.stderr.contains("elsewhere/"), "{}", done.stderr);
}

#[test]
fn impossible_explorations_are_refused() {
    let folder = Folder::with_corpus();
    folder.write("words/a.wav", "no audio");
    folder.write("mine/thesis.tex", "years of work");
    folder.write("page/index.html", "my own");
    for (words, reason) in [
        ("explore --out out nowhere", "no such folder"),
        ("explore --out out words", "no known corpus"),
        ("explore --out mine corpus", "--force"),
        ("explore --out tiny.toml corpus", "not a folder"),
        ("explore --out tiny.toml/out corpus", "tiny.toml"),
        ("explore --out out --show nowhere.wav corpus", "nowhere.wav"),
        ("explore --out out --top-db 0 corpus", "above 0"),
        ("explore --out out --recipe nowhere corpus", "recipe"),
        ("explore --force --out page corpus", "page/index.html"),
    ] {
        let refused = folder.refuse(words);
        assert!(refused.contains(reason), "{words}: {refused}");
        assert!(!folder.path("out").exists(), "{words}");
    }
}

#[cfg(unix)]
#[test]
fn a_signal_leaves_no_partial_page() {
    let folder = Folder::with_corpus();
    let child = exploring(&folder);
    thread::sleep(Duration::from_millis(150));
    interrupt(&child);
    let done = child.wait_with_output().unwrap();
    // A quick machine may have finished.
    if done.status.code() == Some(130) {
        assert!(!folder.path("out").exists());
    } else {
        assert!(folder.path("out/index.html").is_file());
    }
    assert_eq!(hidden(&folder), 0);
}

#[cfg(unix)]
#[test]
fn two_signals_leave_nothing_behind() {
    let folder = Folder::with_corpus();
    let child = exploring(&folder);
    while hidden(&folder) == 0 {
        thread::sleep(Duration::from_millis(5));
    }
    for _ in 0..2 {
        thread::sleep(Duration::from_millis(60));
        interrupt(&child);
    }
    let done = child.wait_with_output().unwrap();
    assert_eq!(done.status.code(), Some(130));
    assert_eq!(hidden(&folder), 0);
}

#[cfg(unix)]
fn exploring(folder: &Folder) -> std::process::Child {
    let mut command = folder.command("explore --out out corpus");
    command.stderr(Stdio::piped()).spawn().unwrap()
}

#[cfg(unix)]
fn interrupt(child: &std::process::Child) {
    let kill = format!("kill -INT {}", child.id());
    std::process::Command::new("sh")
        .args(["-c", &kill])
        .status()
        .unwrap();
}

/// Files and folders whose names begin with a dot.
#[cfg(unix)]
fn hidden(folder: &Folder) -> usize {
    let entries = fs::read_dir(folder.path("")).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name());
    names
        .filter(|name| name.to_string_lossy().starts_with('.'))
        .count()
}
