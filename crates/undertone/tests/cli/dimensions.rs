//! Training, evaluation and prediction of numbers.

use crate::support::Folder;

const RECIPE: &str = r#"
name = "tones"
dimensions = ["arousal"]
protocol = { name = "speakers", folds = 2, validation_fraction = 0.5 }
front_end = { duration = 0.5, n_fft = 512, hop_length = 256, n_mels = 16, n_mfcc = 8, trim = false }
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

/// A folder with tones whose arousal is their pitch, and a recipe.
fn tones() -> Folder {
    let folder = Folder::new();
    let mut manifest = String::from("path,speaker,gender,arousal\n");
    for speaker in 0..4 {
        for step in 0..4 {
            let name = format!("{speaker}-{step}.wav");
            let hertz = 300.0 * f64::from(1 + speaker) * 1.5f64.powi(step);
            folder.wav(&name, hertz, 0.5);
            let gender = ["female", "male"][speaker as usize % 2];
            manifest += &format!("{name},s{speaker},{gender},{step}\n");
        }
    }
    folder.write("tones.csv", manifest);
    folder.write("tones.toml", RECIPE);
    folder
}

#[test]
fn numbers_are_trained_evaluated_reported_and_predicted() {
    let folder = tones();
    let done = folder.succeed("train tones.toml --corpus tones.csv --out run --json");
    let lines = done.json();
    let epoch = lines.iter().find(|line| line["event"] == "epoch").unwrap();
    assert!(epoch["validation_ccc"].is_f64() && epoch["validation_uar"].is_null());
    let finished = lines.last().unwrap();
    let dimensions = &finished["report"]["pooled"]["dimensions"];
    assert_eq!(dimensions[0]["dimension"], "arousal");
    let page = String::from_utf8(folder.read("run/report/index.html")).unwrap();
    assert!(page.contains("True and predicted arousal"));
    let card = String::from_utf8(folder.read("run/model/README.md")).unwrap();
    assert!(card.contains("arousal"), "{card}");

    let evaluated = folder.succeed("evaluate run --corpus tones.csv --out evaluated");
    assert!(evaluated.stdout.contains("CCC") && evaluated.stdout.contains("Dimensions    arousal"));
    let table = String::from_utf8(folder.read("evaluated/clips.csv")).unwrap();
    assert!(table.starts_with("clip,corpus,speaker,gender,true_arousal,predicted_arousal\n"));
    assert_eq!(table.lines().count(), 17);

    let summary = folder.succeed("report run --json").json();
    assert!(summary[0]["dimensions"][0]["ccc"]["value"].is_f64());

    let done = folder.succeed("predict --model run --json --timeline 0-0.wav 1-3.wav");
    let rows = done.json();
    assert_eq!((rows.len(), &rows[1]["path"]), (2, &"1-3.wav".into()));
    assert!(rows[0]["values"]["arousal"].is_f64());
    assert!(rows[0]["segments"][0]["values"]["arousal"].is_f64());
    let text = folder.succeed("predict --model run 0-0.wav").stdout;
    assert!(
        text.starts_with("file") && text.contains("arousal"),
        "{text}"
    );
}

#[test]
fn commands_that_need_classes_refuse_a_model_of_numbers() {
    let folder = tones();
    folder.succeed("train tones.toml --corpus tones.csv --out run");
    for arguments in [
        "serve --model run --port 0",
        "export run --to onnx --out exported",
        "evaluate run --corpus tones.csv --robustness",
    ] {
        let error = folder.refuse(arguments);
        assert!(
            error.contains("numbers") || error.contains("dimensions"),
            "{arguments}: {error}"
        );
    }
    let error = folder.refuse("predict --model run nowhere.wav");
    assert!(error.contains("nowhere.wav"), "{error}");
}

/// A random checkpoint in the layout of audEERING's model of dimensions.
fn checkpoint_of_others(name: &str) -> String {
    let folder = "../undertone-models/tests/data/encoders";
    format!("{}/{folder}/{name}", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn others_models_of_dimensions_predict_and_are_not_judged() {
    let folder = Folder::new();
    folder.wav("a.wav", 300.0, 0.5);
    let model = checkpoint_of_others("dimensions");
    let done = folder.succeed(&format!("predict --model {model} --json a.wav"));
    let values = &done.json()[0]["values"];
    for name in ["arousal", "dominance", "valence"] {
        assert!(values[name].is_f64(), "{values}");
    }
    let text = folder
        .succeed(&format!("predict --model {model} a.wav"))
        .stdout;
    assert!(text.contains("arousal  dominance"), "{text}");
    for (arguments, told) in [
        (
            format!("serve --model {model} --port 0"),
            "numbers (arousal, dominance, valence)",
        ),
        (format!("export {model} --to onnx --out x"), "did not train"),
        (format!("evaluate {model} --corpus ."), "did not train"),
    ] {
        let error = folder.refuse(&arguments);
        assert!(error.contains(told), "{arguments}: {error}");
    }
    let model = checkpoint_of_others("emotion2vec");
    let done = folder.succeed(&format!("predict --model {model} --json a.wav"));
    assert!(done.json()[0]["probabilities"]["neutral"].is_f64());
    let error = folder.refuse(&format!("evaluate {model} --corpus ."));
    assert!(error.contains("did not train"), "{error}");
}
