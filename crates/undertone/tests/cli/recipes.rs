use crate::support::Folder;

#[test]
fn the_built_in_recipes_are_listed_and_a_printed_one_can_be_trained() {
    let folder = Folder::with_corpus();
    let listed = folder.succeed("recipes").stdout;
    let names: Vec<&str> = listed
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert_eq!(
        names,
        [
            "1-cnn-lstm",
            "2-enhanced",
            "3-optimized",
            "4-wav2vec2",
            "5-whisper-tiny-frozen",
            "6-whisper-tiny-finetune",
            "7-whisper-tiny-corpora",
            "8-undertone",
            "9-undertone-open",
            "10-cnn-lstm-small",
            "11-whisper-tiny-base",
            "12-cnn2d-lstm",
        ]
    );
    let printed = folder.succeed("recipes 3-optimized").stdout;
    assert!(printed.starts_with("name = \"3-optimized\""), "{printed}");
    assert!(printed.contains("[training]"));
}

#[test]
fn an_unknown_recipe_is_an_error_that_lists_the_known_ones() {
    let folder = Folder::with_corpus();
    assert!(folder.refuse("recipes nope").contains("2-enhanced"));
}

#[test]
fn a_slip_in_a_name_is_recognized() {
    let folder = Folder::with_corpus();
    for (arguments, message) in [
        ("recipes 3-optimised", "did you mean 3-optimized?"),
        (
            "train 2-enhaced --corpus corpus --out run",
            "did you mean 2-enhanced?",
        ),
        ("corpus crema:corpus", "did you mean crema-d?"),
        ("predict --model corpse a.wav", "did you mean corpus?"),
        (
            "train tiny.toml --corpus corpus --out run --set training.epoch=2",
            "unknown key `epoch` (did you mean epochs?)",
        ),
        (
            "train tiny.toml --corpus corpus --out run --set training.epochs=ten",
            "expected a whole number, 0 or more, found the text \"ten\"",
        ),
    ] {
        let error = folder.refuse(arguments);
        assert!(error.contains(message), "{arguments}: {error}");
    }
}
