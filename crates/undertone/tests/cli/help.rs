use crate::support::Folder;

const COMMANDS: [&str; 16] = [
    "predict",
    "voice",
    "features",
    "corpus",
    "explore",
    "train",
    "evaluate",
    "crossval",
    "report",
    "recipes",
    "serve",
    "export",
    "config",
    "completions",
    "man",
    "version",
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
fn the_version_is_printed_short_and_long() {
    let folder = Folder::new();
    let number = format!("undertone {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(folder.succeed("-V").stdout, number);
    let long = folder.succeed("--version").stdout;
    assert!(long.starts_with(&number), "{long}");
    assert_eq!(long, folder.succeed("version").stdout);
    for part in ["commit:", "target:", "features:", "train", "model:"] {
        assert!(long.contains(part), "{long}");
    }
    let json = &folder.succeed("version --json").json()[0];
    assert_eq!(json["version"], env!("CARGO_PKG_VERSION"));
    assert!(json["target"].as_str().unwrap().contains('-'), "{json}");
}

#[test]
fn numbers_are_asked_for_in_plain_english() {
    let folder = Folder::new();
    for (arguments, message) in [
        (
            "--jobs x predict a.wav",
            "invalid value 'x' for '--jobs <N>': expected a whole number",
        ),
        (
            "features --kind mel --out a.npz --n-fft 2e3 a.wav",
            "invalid value '2e3' for '--n-fft <N>': expected a whole number",
        ),
        (
            "features --kind mel --out a.npz --fmin low a.wav",
            "invalid value 'low' for '--fmin <HZ>': expected a number",
        ),
        (
            "serve --port 70000",
            "expected a whole number from 0 to 65535",
        ),
    ] {
        let error = folder.refuse(arguments);
        assert!(error.contains(message), "{arguments}: {error}");
    }
}

#[test]
fn a_file_with_a_hyphen_in_front_is_read_with_its_folder() {
    let folder = Folder::new();
    folder.wav("-dash.wav", 300.0, 0.5);
    let error = folder.refuse("features --kind mel --out a.npz -dash.wav");
    assert!(error.contains("write ./-dash.wav"), "{error}");
    folder.succeed("features --kind mel --out a.npz ./-dash.wav");
}

#[test]
fn messages_are_colored_and_printed_as_asked_for() {
    let folder = Folder::new();
    folder.wav("in/a.wav", 300.0, 0.5);
    folder.write("in/notes.txt", "");
    let run = |options: &str, variable: &str| {
        let command = format!("features --kind mel --out a.npz {options} in missing.wav");
        let mut command = folder.command(&command);
        if !variable.is_empty() {
            command.env(variable, "1");
        }
        String::from_utf8(command.output().unwrap().stderr).unwrap()
    };
    const RED: &str = "\x1b[1;31m";
    assert!(!run("--force", "").contains(RED));
    assert!(run("--force --color always", "").contains(RED));
    assert!(run("--force", "CLICOLOR_FORCE").contains(RED));
    assert!(!run("--force --color never", "CLICOLOR_FORCE").contains(RED));
    assert!(run("--force", "").contains("left out of the folders: 1 file"));
    let quiet = run("--force -q", "");
    assert!(
        !quiet.contains("left out") && quiet.contains("missing.wav"),
        "{quiet}"
    );
    assert!(run("--force -v", "").contains("took "));
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
