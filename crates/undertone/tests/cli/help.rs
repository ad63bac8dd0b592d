use crate::support::Folder;

const COMMANDS: [&str; 12] = [
    "predict", "voice", "features", "corpus", "explore", "train", "evaluate", "crossval", "report",
    "recipes", "serve", "export",
];

#[test]
fn every_command_explains_itself_with_examples() {
    let folder = Folder::new();
    for command in COMMANDS {
        let help = folder.succeed(&format!("{command} --help")).stdout;
        assert!(help.contains("Examples:"), "{command}: {help}");
        assert!(
            help.contains(&format!("undertone {command} ")),
            "{command}: {help}"
        );
    }
    let help = folder.succeed("--help").stdout;
    for command in COMMANDS {
        assert!(help.contains(&format!("\n  {command} ")), "{help}");
    }
    assert!(help.contains("Exit codes:"), "{help}");
}

#[test]
fn the_version_is_printed() {
    let version = Folder::new().succeed("--version").stdout;
    assert_eq!(
        version,
        format!("undertone {}\n", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn wrong_usage_exits_2_and_lists_the_valid_values() {
    let folder = Folder::new();
    assert!(folder.refuse("sing").contains("unrecognized subcommand"));
    assert!(folder.refuse("predict").contains("FILE|DIR"));
    assert!(folder.refuse("predict --device tpu x.wav").contains("cuda"));
    assert!(
        folder
            .refuse("corpus --scheme moods x")
            .contains("sentiment3")
    );
    assert!(
        folder
            .refuse("features --kind pitch --out x.npz x.wav")
            .contains("mfcc-delta")
    );
    assert!(
        folder
            .refuse("features --kind mel --sr fast --out x.npz x.wav")
            .contains("native")
    );
    assert!(
        folder
            .refuse("predict --max-seconds -1 x.wav")
            .contains("above 0")
    );
    assert_eq!(folder.run("").code, 2);
}
