use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{Folder, trained_run};

/// A copy of the trained model, to be spoilt.
fn copied_model(folder: &Folder) {
    for entry in fs::read_dir(trained_run().join("model")).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        folder.write(&format!("mine/{name}"), fs::read(entry.path()).unwrap());
    }
}

/// The names of what a JSON answer says was written.
fn written(answer: &Value) -> Vec<&str> {
    let files = answer["files"].as_array().unwrap();
    files
        .iter()
        .map(|file| file["path"].as_str().unwrap())
        .collect()
}

/// That an export left nothing, half done or whole.
fn assert_untouched(folder: &Folder, out: &str) {
    assert!(!folder.path(out).exists(), "{out} is there");
    let parent = folder.path(out).parent().unwrap().to_owned();
    for entry in fs::read_dir(parent).into_iter().flatten() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(!name.starts_with(".undertone-export"), "{name} is left");
    }
}

#[test]
fn a_run_becomes_onnx() {
    let folder = Folder::new();
    let run = trained_run().display();
    let done = folder.succeed(&format!("export {run} --to onnx --out made/onnx --json"));
    assert_eq!(
        written(&done.json()[0]),
        [
            ".gitattributes",
            "NOTICE",
            "README.md",
            "model.onnx",
            "predict.py",
            "sample.flac"
        ]
    );
    let size = folder.read("made/onnx/model.onnx").len();
    assert_eq!(done.json()[0]["files"][3]["bytes"], size);
    // The file of earlier versions, which wrote no other, can be replaced.
    folder.write("old/model.onnx", "old");
    folder.succeed(&format!(
        "export {run} --to onnx --quantize int8 --out old --force"
    ));
    assert!(folder.read("old/model.onnx").len() < size);
    // What the program carries goes without a name.
    let done = folder.succeed("export --to onnx --out shipped");
    assert!(
        done.stdout.contains("shipped/model.onnx"),
        "{}",
        done.stdout
    );
}

#[test]
fn a_repository_for_the_hub_predicts_like_the_model() {
    let folder = Folder::new();
    folder.wav("clip.wav", 300.0, 0.5);
    let run = trained_run().display();
    let done = folder.succeed(&format!("export {run} --to hf --out hub --json"));
    assert_eq!(
        written(&done.json()[0]),
        [
            ".gitattributes",
            "README.md",
            "config.json",
            "model.safetensors",
            "onnx/model.onnx",
            "samples/NOTICE",
            "samples/angry.flac",
            "samples/conversation.flac",
            "samples/disgust.flac",
            "samples/fearful.flac",
            "samples/happy.flac",
            "samples/neutral.flac",
            "samples/sad.flac",
        ]
    );
    let before = folder.succeed(&format!("predict --json --model {run} clip.wav"));
    let after = folder.succeed("predict --json --model hub clip.wav");
    assert_eq!(before.stdout, after.stdout);
}

#[test]
fn the_card_has_the_results_of_the_run() {
    let folder = Folder::new();
    let run = trained_run();
    folder.succeed(&format!("export {} --to hf --out hub", run.display()));
    let card = String::from_utf8(folder.read("hub/README.md")).unwrap();
    let report: Value =
        serde_json::from_slice(&fs::read(run.join("report.json")).unwrap()).unwrap();
    for expected in [
        "license: cc-by-nc-sa-4.0\n",
        "pipeline_tag: audio-classification\n",
        "model-index:\n",
        "src: samples/angry.flac\n",
        "protocol holdout (",
        "| speaker | clips | WA | UAR |",
        "## What it is not for",
        "## How to use it",
    ] {
        assert!(card.contains(expected), "{expected}\n{card}");
    }
    for score in ["wa", "uar", "macro_f1"] {
        let value = report["pooled"][score]["value"].as_f64().unwrap();
        let value = (value * 1e4).round() / 1e4;
        assert!(
            card.contains(&format!("value: {value:?}\n")),
            "{score} {value}\n{card}"
        );
    }
    // Each speaker of the test set has a row.
    for speaker in report["pooled"]["by_speaker"].as_array().unwrap() {
        let row = format!("\n| {} | ", speaker["name"].as_str().unwrap());
        assert!(card.contains(&row), "{row}\n{card}");
    }
}

#[test]
fn without_a_report_no_results_are_claimed() {
    let folder = Folder::new();
    copied_model(&folder);
    fs::remove_file(folder.path("mine/README.md")).unwrap();
    folder.succeed("export mine --to hf --out hub");
    let card = String::from_utf8(folder.read("hub/README.md")).unwrap();
    assert!(!card.contains("model-index"), "{card}");
    assert!(card.contains("Nothing was held back"), "{card}");
    assert!(card.contains("license: cc-by-nc-sa-4.0"), "{card}");
}

#[test]
fn edits_to_a_card_are_kept() {
    let folder = Folder::new();
    copied_model(&folder);
    folder.write(
        "mine/README.md",
        "---\nlicense: mit\nmine: 'a: b'\n---\n\n# Mine\n\nBy hand.\n",
    );
    folder.succeed("export mine --to hf --out hub");
    let card = String::from_utf8(folder.read("hub/README.md")).unwrap();
    for expected in [
        "license: mit\n",
        "mine: 'a: b'\n",
        "By hand.",
        "pipeline_tag:",
    ] {
        assert!(card.contains(expected), "{expected}\n{card}");
    }
    assert!(!card.contains("cc-by-nc-sa-4.0"), "{card}");
}

#[test]
fn a_report_can_be_added() {
    let folder = Folder::new();
    copied_model(&folder);
    let report = trained_run().join("report.json");
    let report = report.display();
    folder.succeed(&format!("export mine --to hf --out hub --report {report}"));
    let card = String::from_utf8(folder.read("hub/README.md")).unwrap();
    assert!(card.contains("model-index:"), "{card}");
    assert!(card.contains("\n## Protocol holdout ("), "{card}");
}

/// The text of a card of this name.
fn card(folder: &Folder, path: &str) -> String {
    String::from_utf8(folder.read(path)).unwrap()
}

#[test]
fn an_exported_export_and_a_report_given_twice_change_nothing() {
    let folder = Folder::new();
    copied_model(&folder);
    let report = trained_run().join("report.json");
    let report = report.display();
    folder.succeed(&format!("export mine --to hf --out one --report {report}"));
    folder.succeed("export one --to hf --out two");
    folder.succeed(&format!(
        "export two --to hf --out three --report {report} --report {report}"
    ));
    assert_eq!(
        card(&folder, "one/README.md"),
        card(&folder, "two/README.md")
    );
    assert_eq!(
        card(&folder, "one/README.md"),
        card(&folder, "three/README.md")
    );
    let run = trained_run().display();
    folder.succeed(&format!("export {run} --to hf --out run"));
    folder.succeed(&format!(
        "export {run} --to hf --out again --report {report}"
    ));
    assert_eq!(
        card(&folder, "run/README.md"),
        card(&folder, "again/README.md")
    );
}

#[test]
fn results_with_leakage_are_kept_out_of_the_metadata() {
    let folder = Folder::new();
    copied_model(&folder);
    fs::remove_file(folder.path("mine/README.md")).unwrap();
    let report = fs::read(trained_run().join("report.json")).unwrap();
    let report: Value = serde_json::from_slice(&report).unwrap();
    for (protocol, copies, speakers, is_shown) in [
        ("holdout (70/30)", Some(0), 24, true),
        ("speakers (5 folds)", Some(0), 0, true),
        ("speakers (5 folds)", None, 0, true),
        ("speakers (5 folds)", Some(0), 1, false),
        ("emobox (6 folds)", Some(0), 1, false),
        ("speakers (5 folds)", None, 5, false),
        ("holdout (70/30)", Some(44), 24, false),
        ("holdout (70/30)", None, 24, false),
    ] {
        let mut report = report.clone();
        report["protocol"] = protocol.into();
        for fold in report["folds"].as_array_mut().unwrap() {
            fold["leakage"]["test_clips_with_copy_in_training"] = copies.into();
            fold["leakage"]["speakers_on_both_sides"] = speakers.into();
        }
        folder.write("report.json", report.to_string());
        let done = folder.succeed("export mine --to hf --out hub --force --report report.json");
        let card = card(&folder, "hub/README.md");
        let case = format!("{protocol} {copies:?} {speakers}\n{card}");
        assert_eq!(card.contains("model-index:"), is_shown, "{case}");
        assert_eq!(
            done.stderr.contains("not among the results"),
            !is_shown,
            "{case}"
        );
        let alarm = match copies {
            Some(0) => "No test clip has a copy",
            Some(_) => "**LEAKAGE: 44 of ",
            None => "UNKNOWN: which clips",
        };
        assert!(card.contains(alarm), "{case}");
    }
}

#[test]
fn a_false_result_of_an_earlier_version_is_removed() {
    let folder = Folder::new();
    copied_model(&folder);
    let report = fs::read(trained_run().join("report.json")).unwrap();
    let mut report: Value = serde_json::from_slice(&report).unwrap();
    folder.write("report.json", report.to_string());
    folder.succeed("export mine --to hf --out true --report report.json");
    assert!(card(&folder, "true/README.md").contains("model-index:"));
    report["folds"][0]["leakage"]["test_clips_with_copy_in_training"] = 1.into();
    folder.write("report.json", report.to_string());
    folder.succeed("export true --to hf --out again --report report.json");
    assert!(!card(&folder, "again/README.md").contains("model-index:"));
}

#[test]
fn results_of_a_card_are_kept_when_a_report_is_added() {
    let folder = Folder::new();
    copied_model(&folder);
    folder.write(
        "mine/README.md",
        "---\nlicense: mit\nmodel-index:\n- name: mine\n  results:\n  - dataset:\n      \
         name: by hand\n    metrics:\n    - value: 0.5\n---\n# Mine\n",
    );
    let report = trained_run().join("report.json");
    folder.succeed(&format!(
        "export mine --to hf --out hub --report {}",
        report.display()
    ));
    let card = card(&folder, "hub/README.md");
    for expected in [
        "name: by hand\n",
        "value: 0.5\n",
        "name: RAVDESS, protocol holdout (",
    ] {
        assert!(card.contains(expected), "{expected}\n{card}");
    }
}

#[test]
fn an_unknown_license_is_a_warning() {
    let folder = Folder::new();
    copied_model(&folder);
    let config = String::from_utf8(folder.read("mine/config.json")).unwrap();
    folder.write(
        "mine/config.json",
        config.replace("\"RAVDESS\"", "\"manifest\""),
    );
    fs::remove_file(folder.path("mine/README.md")).unwrap();
    for target in ["onnx", "hf", "space"] {
        let done = folder.succeed(&format!("export mine --to {target} --out {target}"));
        assert!(
            done.stderr.contains("no license is known"),
            "{}",
            done.stderr
        );
    }
    let done = folder.succeed("export --to onnx --out shipped");
    assert_eq!(done.stderr, "");
}

#[test]
fn foreign_names_are_escaped_in_markdown() {
    let folder = Folder::new();
    copied_model(&folder);
    let mut config: Value = serde_json::from_slice(&folder.read("mine/config.json")).unwrap();
    config["name"] = "evil\n---\nlicense: mit\n# <b>".into();
    config["provenance"]["corpus"] = "a\n## b <img src=x> [x](y)".into();
    config["provenance"]["recipe"] = "r`<img src=x>".into();
    config["provenance"]["speakers"] = serde_json::json!(["<img src=x>\n# s"]);
    folder.write("mine/config.json", config.to_string());
    fs::remove_file(folder.path("mine/README.md")).unwrap();
    for target in ["hf", "space", "onnx"] {
        folder.succeed(&format!("export mine --to {target} --out out --force"));
        let card = card(&folder, "out/README.md");
        let text = match card.split_once("\n---\n\n") {
            Some((_, text)) => text,
            None => &card,
        };
        assert!(
            text.starts_with("# evil --- license: mit # \\<b>\n"),
            "{text}"
        );
        for raw in ["\n# s", "\n## b", " <img", "r`<", " [x]"] {
            assert!(!text.contains(raw), "{raw:?}\n{text}");
        }
    }
}

#[test]
#[cfg(unix)]
fn an_export_through_a_link_is_written_to_its_target() {
    let folder = Folder::new();
    fs::create_dir(folder.path("far")).unwrap();
    std::os::unix::fs::symlink("far", folder.path("link")).unwrap();
    std::os::unix::fs::symlink("nowhere", folder.path("dead")).unwrap();
    folder.succeed("export --to onnx --out link");
    assert!(folder.path("link").is_symlink());
    assert!(folder.path("far/model.onnx").is_file());
    let error = folder.refuse("export --to onnx --out dead");
    assert!(error.contains("a link that leads nowhere"), "{error}");
}

#[test]
fn a_space_contains_the_files_of_its_checksums() {
    let folder = Folder::new();
    let run = trained_run().display();
    let done = folder.succeed(&format!("export {run} --to space --out space --json"));
    let answer = &done.json()[0];
    for expected in [
        "Dockerfile",
        "NOTICE",
        "SHA256SUMS",
        "model/README.md",
        "model/config.json",
        "undertone",
    ] {
        assert!(written(answer).contains(&expected), "{expected}: {answer}");
    }
    let dockerfile = String::from_utf8(folder.read("space/Dockerfile")).unwrap();
    assert!(dockerfile.contains("ARG BASE=debian:"), "{dockerfile}");
    assert!(dockerfile.contains("\"--behind-proxy\""), "{dockerfile}");
    let notice = String::from_utf8(folder.read("space/NOTICE")).unwrap();
    assert!(notice.contains("SIL OPEN FONT LICENSE"), "{notice}");
    assert!(
        dockerfile.contains("\nUSER 1000:1000\nEXPOSE 7860\n"),
        "{dockerfile}"
    );
    let readme = String::from_utf8(folder.read("space/README.md")).unwrap();
    assert!(readme.contains("sdk: docker\napp_port: 7860\n"), "{readme}");
    let sums = String::from_utf8(folder.read("space/SHA256SUMS")).unwrap();
    let names: Vec<&str> = sums
        .lines()
        .filter_map(|line| line.split("  ").nth(1))
        .collect();
    assert_eq!(
        names,
        ["model/config.json", "model/model.safetensors", "undertone"]
    );
    let checked = std::process::Command::new("sha256sum")
        .args(["--check", "--strict", "SHA256SUMS"])
        .current_dir(folder.path("space"))
        .output();
    match checked {
        Ok(checked) => assert!(checked.status.success()),
        Err(error) => println!("skipped: sha256sum: {error}"),
    }
}

#[test]
fn huggingface_hub_reads_the_cards() {
    let python = std::env::var("UNDERTONE_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let has_hub = std::process::Command::new(&python)
        .args(["-c", "import huggingface_hub"])
        .output()
        .is_ok_and(|output| output.status.success());
    if !has_hub {
        println!("skipped: {python} has no huggingface_hub (set UNDERTONE_PYTHON)");
        return;
    }
    let folder = Folder::new();
    let run = trained_run().display();
    folder.succeed(&format!("export {run} --to hf --out evaluated"));
    folder.succeed("export --to hf --out shipped");
    folder.succeed("export --to space --out space");
    let checked = std::process::Command::new(&python)
        .arg(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../bench/hub_card.py"
        ))
        .args(["evaluated", "shipped", "space"].map(|name| folder.path(name)))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&checked.stdout);
    assert!(
        checked.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&checked.stderr)
    );
    assert!(said.contains("7 examples, 3 results"), "{said}");
    assert!(said.contains("7 examples, 0 results"), "{said}");
}

#[test]
fn an_earlier_export_is_replaced_only_by_force() {
    let folder = Folder::new();
    let run = trained_run().display();
    for (target, gone) in [("onnx", "model.onnx"), ("hf", "onnx/model.onnx")] {
        let export = format!("export {run} --to {target} --out {target}");
        folder.succeed(&export);
        assert!(folder.refuse(&export).contains("--force"));
        fs::remove_file(folder.path(&format!("{target}/{gone}"))).unwrap();
        // A folder that misses a file is still of an export, unless nothing is left.
        folder.succeed(&format!("{export} --force"));
        assert!(folder.path(&format!("{target}/{gone}")).exists());
    }
    fs::create_dir(folder.path("empty")).unwrap();
    folder.succeed(&format!("export {run} --to onnx --out empty"));
}

#[test]
fn foreign_files_are_never_lost() {
    let folder = Folder::new();
    copied_model(&folder);
    folder.write("notes/diary.txt", "dear diary");
    folder.write("repository/README.md", "mine");
    folder.write("file", "a file");
    for out in ["notes", "repository", "mine"] {
        let error = folder.refuse(&format!("export --to hf --out {out} --force"));
        assert!(
            error.contains("was not written by undertone export"),
            "{out}: {error}"
        );
    }
    let error = folder.refuse("export mine --to hf --out mine --force");
    assert!(error.contains("holds the model"), "{error}");
    let error = folder.refuse("export --to hf --out . --force");
    assert!(error.contains("that you are in"), "{error}");
    for out in ["file", "file/below"] {
        let error = folder.refuse(&format!("export --to onnx --out {out} --force"));
        assert!(error.contains("file: is a file, not a folder"), "{error}");
    }
    assert_eq!(folder.read("notes/diary.txt"), b"dear diary");
    assert_eq!(folder.read("file"), b"a file");
}

#[test]
fn models_that_cannot_be_exported_leave_nothing() {
    let folder = Folder::new();
    for broken in ["nan", "cut", "config", "labels", "card"] {
        copied_model(&folder);
        fs::rename(folder.path("mine"), folder.path(broken)).unwrap();
    }
    let mut weights = folder.read("nan/model.safetensors");
    let end = weights.len();
    weights[end - 4..].copy_from_slice(&f32::NAN.to_le_bytes());
    folder.write("nan/model.safetensors", &weights);
    folder.write("cut/model.safetensors", &weights[..end / 2]);
    folder.write("config/config.json", "{\"format\": 1,");
    let config = String::from_utf8(folder.read("labels/config.json")).unwrap();
    folder.write(
        "labels/config.json",
        config.replace("\"positive\"", "\"joy\""),
    );
    folder.write("card/README.md", "---\nlicense: [\n---\n");
    for (model, words) in [
        ("nowhere", "nowhere: no model here"),
        ("nan", "not finite"),
        ("cut", "cut/model.safetensors: not a safetensors file"),
        ("config", "config/config.json: "),
        ("labels", "joy"),
        ("card", "card/README.md: "),
    ] {
        for target in ["onnx", "hf", "space"] {
            let error = folder.refuse(&format!("export {model} --to {target} --out out"));
            assert!(error.contains(words), "{model}: {error}");
            assert_untouched(&folder, "out");
        }
    }
}

#[test]
fn wrong_reports_programs_and_folders_are_refused() {
    let folder = Folder::new();
    copied_model(&folder);
    folder.write("file", "#!/bin/sh\n");
    let report = fs::read_to_string(trained_run().join("report.json")).unwrap();
    folder.write("other.json", report.replace("\"tiny\"", "\"huge\""));
    folder.write("half.json", &report[..report.len() / 2]);
    for (arguments, words) in [
        ("--to hf --out out --report other.json", "recipe huge"),
        (
            "--to hf --out out --report half.json",
            "half.json: not a report",
        ),
        ("--to hf --out out --report none.json", "none.json"),
        (
            "--to space --out out --binary file",
            "file: no 64-bit Linux program",
        ),
        ("--to space --out out --binary .", ".: not a file"),
        ("--to space --out out --binary none", "none: "),
        ("--to onnx --out file/out", "file"),
        ("--to gradio --out out", "onnx, hf, space"),
        ("--to onnx", "--out"),
        ("--to onnx --out out --report half.json", "the card"),
        ("--to hf --out out --quantize int8", "--to onnx"),
        ("--to onnx --out out --quantize int4", "int8"),
        ("--to hf --out out --binary file", "--to space"),
    ] {
        let error = folder.refuse(&format!("export mine {arguments}"));
        assert!(error.contains(words), "{arguments}: {error}");
        assert_untouched(&folder, "out");
    }
    assert!(!Path::new("file/out").exists());
}
