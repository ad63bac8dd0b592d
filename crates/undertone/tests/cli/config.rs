//! Settings of files.

use std::fs;

use crate::support::Folder;

/// The options of `undertone config COMMAND`, with their values and places.
fn shown(folder: &Folder, command: &str, option: &str) -> String {
    let all = folder.succeed(&format!("config {command}")).stdout;
    let mut lines = all.lines();
    let line = lines.find(|line| line.starts_with(&format!("--{option} ")));
    let line = line.unwrap_or_else(|| panic!("{option}: {all}"));
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn settings_are_defaults_and_the_command_line_wins() {
    let folder = Folder::new();
    folder.wav("a.wav", 300.0, 1.0);
    folder.write(
        "undertone.toml",
        "jobs = 1\n\n[features]\nkind = \"mel\"\nn_mels = 50\njson = true\n",
    );
    let done = folder.succeed("features --out a.npz a.wav");
    assert_eq!(done.json()[0]["shape"][0], 50);
    let done = folder.succeed("features --out b.npz --n-mels 60 a.wav");
    assert_eq!(done.json()[0]["shape"][0], 60);
    assert!(shown(&folder, "features", "n-mels").starts_with("--n-mels 50 # "));
    assert!(shown(&folder, "features", "n-mels").ends_with("undertone.toml, line 5"));
    assert_eq!(
        shown(&folder, "features", "hop-length"),
        "--hop-length 512 # default"
    );
    assert!(shown(&folder, "features", "jobs").ends_with("line 1"));
}

#[test]
fn the_project_wins_over_the_user_and_a_command_over_all() {
    let folder = Folder::new();
    folder.write(
        "config/undertone/config.toml",
        "max-seconds = 1\njobs = 3\n",
    );
    folder.write(
        "undertone.toml",
        "max-seconds = 2\n[voice]\nmax-seconds = 3\n",
    );
    assert!(shown(&folder, "predict", "max-seconds").starts_with("--max-seconds 2 # "));
    assert!(shown(&folder, "voice", "max-seconds").starts_with("--max-seconds 3 # "));
    assert!(shown(&folder, "voice", "jobs").ends_with("config.toml, line 2"));
    let files = folder.succeed("config").stdout;
    assert!(files.contains("voice --max-seconds 3  # "), "{files}");
    let none = folder
        .command("config")
        .env("UNDERTONE_CONFIG", "")
        .output()
        .unwrap();
    assert_eq!(none.stdout, b"");
}

#[test]
fn a_folder_above_counts_in_the_same_repository_only() {
    let folder = Folder::new();
    folder.write("undertone.toml", "jobs = 2\n");
    folder.write("below/a.txt", "");
    let run = || {
        let mut command = folder.command("config predict");
        let done = command.current_dir(folder.path("below")).output().unwrap();
        String::from_utf8(done.stdout).unwrap()
    };
    assert!(!run().contains("undertone.toml"));
    fs::create_dir(folder.path(".git")).unwrap();
    assert!(run().contains("undertone.toml, line 1"));
}

#[test]
fn a_path_is_relative_to_its_file() {
    let folder = Folder::new();
    folder.write("config/undertone/config.toml", "model = \"mine\"\n");
    let error = folder.refuse("predict a.wav");
    assert!(
        error.contains("config/undertone/mine: no model here"),
        "{error}"
    );
}

#[test]
fn a_wrong_setting_names_its_file_and_line() {
    let folder = Folder::new();
    for (text, message) in [
        (
            "jbs = 2\n",
            "line 1: no command and no option is called jbs (did you mean jobs?)",
        ),
        (
            "\n[predict]\nmodl = \"x\"\n",
            "line 3: predict has no option modl (did you mean model?)",
        ),
        (
            "[predict]\nout = \"x\"\n",
            "line 2: out belongs on the command line, not into a file",
        ),
        (
            "predict = 1\n",
            "line 1: predict is a command; write [predict]",
        ),
        ("[predict]\njson = 1\n", "line 2: json is true or false"),
        ("jobs = \n", "line 1: "),
        (
            "\n[predict]\nmax-seconds = \"long\"\n",
            "line 3: invalid value 'long' for '--max-seconds <N>': expected a number of seconds",
        ),
        (
            "device = \"tpu\"\n",
            "line 1: invalid value 'tpu' for '--device <D>'",
        ),
    ] {
        folder.write("undertone.toml", text);
        let error = folder.refuse("predict a.wav");
        assert!(error.contains("undertone.toml, "), "{text}: {error}");
        assert!(error.contains(message), "{text}: {error}");
    }
    let done = folder
        .command("predict a.wav")
        .env("UNDERTONE_CONFIG", "none.toml")
        .output();
    let error = String::from_utf8(done.unwrap().stderr).unwrap();
    assert!(error.contains("none.toml: cannot be read"), "{error}");
    // Help is there whatever the files say.
    folder.succeed("predict --help");
    folder.succeed("--version");
}
