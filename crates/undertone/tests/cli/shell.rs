//! Completions and manual pages.

use std::process::Command;

use crate::support::Folder;

#[test]
fn every_shell_has_a_script() {
    let folder = Folder::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = folder.succeed(&format!("completions {shell}")).stdout;
        assert!(script.contains("files-from"), "{shell}");
        // clap completes no values of arguments in the other two.
        let knows_values = !["powershell", "elvish"].contains(&shell);
        assert_eq!(script.contains("3-optimized"), knows_values, "{shell}");
    }
    assert!(folder.refuse("completions tcsh").contains("powershell"));
}

/// Complete `words` in bash, where the last one is begun.
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn complete(folder: &Folder, words: &[&str]) -> Option<Vec<String>> {
    let script = folder.succeed("completions bash").stdout;
    folder.write("undertone.bash", script);
    let list = words
        .iter()
        .map(|word| format!("'{word}' "))
        .collect::<String>();
    let last = words.len() - 1;
    let program = format!(
        "source undertone.bash; COMP_WORDS=({list}); COMP_CWORD={last}; \
         _undertone undertone \"${{COMP_WORDS[{last}]}}\" \"${{COMP_WORDS[{}]}}\"; \
         printf '%s\\n' \"${{COMPREPLY[@]}}\"",
        last - 1
    );
    let mut bash = Command::new("bash");
    let done = bash
        .args(["-c", &program])
        .current_dir(folder.path(""))
        .output();
    let Ok(done) = done else {
        eprintln!("skipped: no bash");
        return None;
    };
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    let text = String::from_utf8(done.stdout).unwrap();
    Some(text.lines().map(str::to_owned).collect())
}

#[test]
fn bash_completes_commands_options_and_values() {
    let folder = Folder::new();
    for (words, expected) in [
        (&["undertone", "pre"][..], "predict"),
        (&["undertone", "predict", "--files"], "--files-from"),
        (&["undertone", "predict", "--device", "c"], "cpu"),
        (&["undertone", "recipes", "3"], "3-optimized"),
        (&["undertone", "completions", "z"], "zsh"),
    ] {
        if let Some(found) = complete(&folder, words) {
            assert!(
                found.iter().any(|it| it == expected),
                "{words:?}: {found:?}"
            );
        }
    }
}

#[test]
fn the_manual_has_a_page_for_each_command() {
    let folder = Folder::new();
    folder.succeed("man --out man1");
    let page = String::from_utf8(folder.read("man1/undertone-predict.1")).unwrap();
    assert!(page.contains(".TH undertone-predict 1"), "{page}");
    assert!(page.contains("undertone predict clip.wav"), "{page}");
    let program = folder.succeed("man").stdout;
    assert_eq!(program.as_bytes(), folder.read("man1/undertone.1"));
    assert!(program.contains("undertone\\-predict(1)"), "{program}");
}
