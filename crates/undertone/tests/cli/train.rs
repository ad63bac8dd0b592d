use crate::support::Folder;

const MODEL: &str = "model/model.safetensors";

#[test]
fn a_run_contains_the_recipe_the_metrics_a_report_and_the_model() {
    let folder = Folder::with_corpus();
    let done = folder.succeed("train tiny.toml --corpus corpus --out run");
    assert_eq!(
        done.stdout.trim_end().lines().last(),
        Some("model: run/model")
    );
    let report = String::from_utf8(folder.read("run/report.txt")).unwrap();
    assert!(done.stdout.contains(report.trim_end()));
    assert!(report.contains("holdout"), "{report}");
    for epoch in ["epoch   1/3", "epoch   2/3", "epoch   3/3"] {
        assert_eq!(done.stderr.matches(epoch).count(), 1, "{}", done.stderr);
    }
    for name in ["recipe.toml", "report.json", "model/config.json", MODEL] {
        assert!(folder.path("run").join(name).is_file(), "{name}");
    }
    folder.succeed("predict --model run corpus/Actor_01");
}

#[test]
fn json_has_each_epoch_and_the_report() {
    let folder = Folder::with_corpus();
    let done = folder.succeed("train tiny.toml --corpus corpus --out run --json --no-cache");
    let events = done.json();
    let names: Vec<&str> = events
        .iter()
        .map(|event| event["event"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        ["fold", "memory", "epoch", "epoch", "epoch", "finished"]
    );
    assert!(events[1]["total"].as_u64().unwrap() > events[1]["weights"].as_u64().unwrap());
    assert_eq!(events[3]["epoch"], 2);
    assert!(events[3]["validation_loss"].as_f64().unwrap() > 0.0);
    assert!(events[5]["report"]["pooled"]["uar"]["value"].is_number());
    assert_eq!(events[5]["model"], "run/model");
    assert!(!folder.path("cache").exists());
}

#[test]
fn equal_seeds_give_equal_bytes_and_different_seeds_do_not() {
    let folder = Folder::with_corpus();
    for (out, seed, cache) in [
        ("a", 5, "--no-cache"),
        ("b", 5, "--cache kept"),
        ("c", 6, ""),
    ] {
        folder.succeed(&format!(
            "train tiny.toml --corpus corpus --out {out} --seed {seed} {cache}"
        ));
    }
    let weights = |run: &str| folder.read(&format!("{run}/{MODEL}"));
    assert!(weights("a") == weights("b"));
    assert!(weights("a") != weights("c"));
    assert!(folder.path("kept").is_dir());
}

#[test]
fn a_built_in_recipe_can_be_changed_by_set() {
    let folder = Folder::with_corpus();
    folder.succeed(
        "train 2-enhanced --corpus corpus --out run --set training.epochs=1 \
         --set front_end.duration=0.5 --set network.lstm.units=4 --set network.lstm.layers=1 \
         --set network.conv=[{channels=4,kernel_size=3}]",
    );
    let recipe = String::from_utf8(folder.read("run/recipe.toml")).unwrap();
    assert!(recipe.contains("epochs = 1\n"), "{recipe}");
}

#[test]
fn full_trains_on_all_clips_and_has_no_report() {
    let folder = Folder::with_corpus();
    let done = folder.succeed("train tiny.toml --corpus corpus --out run --protocol full");
    assert!(
        done.stdout.contains("nothing was held back"),
        "{}",
        done.stdout
    );
    assert!(folder.path("run").join(MODEL).is_file());
    assert!(!folder.path("run/report.txt").exists());
}

#[test]
fn a_bad_clip_is_a_warning_and_left_out() {
    let folder = Folder::with_corpus();
    folder.write(
        "corpus/Actor_01/03-01-01-01-01-01-01.wav",
        "no sound in here",
    );
    folder.wav("corpus/Actor_01/takes.wav", 300.0, 0.5);
    let done = folder.succeed("train tiny.toml --corpus corpus --out run");
    assert!(
        done.stderr
            .contains("03-01-01-01-01-01-01.wav: not an audio file"),
        "{}",
        done.stderr
    );
    assert!(
        done.stderr
            .contains("warning: 1 clips of corpus are left out"),
        "{}",
        done.stderr
    );
}

#[test]
fn impossible_training_is_refused_before_a_run_is_made() {
    let folder = Folder::with_corpus();
    for (arguments, words) in [
        ("9-perfect --corpus corpus", "2-enhanced"),
        (
            "tiny.toml --corpus nowhere",
            "nowhere: no such folder or manifest",
        ),
        (
            "tiny.toml --corpus corpus --set training.epochs",
            "KEY=VALUE",
        ),
        (
            "tiny.toml --corpus corpus --set training.epoch=3",
            "unknown key `epoch` (did you mean epochs?)",
        ),
        (
            "tiny.toml --corpus corpus --set training.epochs=many",
            "training.epochs=many",
        ),
        (
            "tiny.toml --corpus corpus --set training.epochs=0",
            "`training.epochs` must be",
        ),
        (
            "tiny.toml --corpus corpus --protocol leave-one-out",
            "emobox",
        ),
        (
            "tiny.toml --corpus corpus --cache a --no-cache",
            "--no-cache",
        ),
    ] {
        let error = folder.refuse(&format!("train --out run {arguments}"));
        assert!(error.contains(words), "{arguments}: {error}");
        assert!(!folder.path("run").exists(), "{arguments}");
    }
}

#[test]
fn a_fold_that_the_protocol_lacks_is_refused() {
    let folder = Folder::with_corpus();
    let done = folder.run("train tiny.toml --corpus corpus --out run --fold 2");
    assert_eq!(done.code, 2);
    assert!(
        done.stderr.contains("there is no fold 2"),
        "{}",
        done.stderr
    );
}

#[test]
fn a_folder_that_is_not_empty_is_left_alone() {
    let folder = Folder::with_corpus();
    folder.succeed("train tiny.toml --corpus corpus --out run --set training.epochs=1");
    let before = folder.read("run/recipe.toml");
    let error = folder.refuse("train tiny.toml --corpus corpus --out run");
    assert!(
        error.contains("run: holds a run: add --resume to continue it"),
        "{error}"
    );
    let error = folder.refuse("train tiny.toml --corpus corpus --out run --resume --seed 9");
    assert!(error.contains("another recipe"), "{error}");
    assert_eq!(folder.read("run/recipe.toml"), before);
    folder.write("mine/thesis.txt", "five years of work");
    let error = folder.refuse("train tiny.toml --corpus corpus --out mine");
    assert!(
        error.contains("mine: is not empty and holds no run"),
        "{error}"
    );
}

#[test]
fn the_audio_of_videos_beside_the_clips_is_reported_as_leakage() {
    let folder = Folder::with_corpus();
    for actor in 1..=6 {
        for emotion in 1..=8 {
            let name = format!("corpus/videos/01-01-{emotion:02}-01-01-01-{actor:02}.wav");
            let hz = 120.0 * f64::from(emotion) + 10.0 * f64::from(actor) + 3.0;
            folder.wav(&name, hz, 0.5);
        }
    }
    let rows = folder
        .succeed("train tiny.toml --corpus corpus --out run --json --set training.epochs=1")
        .json();
    let leakage = &rows.last().unwrap()["report"]["folds"][0]["leakage"];
    let clips = leakage["test_clips"].as_u64().unwrap();
    let copies = leakage["test_clips_with_copy_in_training"]
        .as_u64()
        .unwrap();
    assert!(2 * copies > clips, "{leakage}");
}
