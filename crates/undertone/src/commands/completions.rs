//! `undertone completions`

use std::io::{self, Write};

use anyhow::Context;
use clap::{Arg, Command};
use clap_complete::{Shell, generate};

use crate::cli::{self, CompletionsArgs};
use crate::exit::Exit;
use crate::output;

pub(crate) fn completions(args: &CompletionsArgs) -> anyhow::Result<Exit> {
    let mut script = Vec::new();
    generate(args.shell, &mut cli::program(), "undertone", &mut script);
    match args.shell {
        Shell::Zsh => script = with_recipe_files(&String::from_utf8(script)?).into_bytes(),
        Shell::Fish => script.extend(fish_values(&cli::program()).into_bytes()),
        _ => {}
    }
    match io::stdout().lock().write_all(&script) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Err(output::Closed.into()),
        written => written
            .map(|()| Exit::Done)
            .context("cannot write to stdout"),
    }
}

/// Return lines for fish with the values of arguments that are no options, which clap leaves out.
fn fish_values(program: &Command) -> String {
    let mut lines = String::new();
    for command in program.get_subcommands() {
        for value in command.get_positionals().flat_map(Arg::get_possible_values) {
            let (command, value) = (command.get_name(), value.get_name());
            lines += &format!(
                "complete -c undertone -n \"__fish_undertone_using_subcommand {command}\" -a \
                 \"{value}\"\n"
            );
        }
    }
    lines
}

/// Let zsh complete files beside the names of recipes. clap offers one or the other.
fn with_recipe_files(script: &str) -> String {
    let line = |line: &str| match line.rfind(":(").zip(line.rfind(")'")) {
        Some((at, end)) if at < end && line.contains("3-optimized") => {
            let (before, names, after) = (&line[..at], &line[at + 2..end], &line[end + 1..]);
            format!(
                "{before}:{{_alternative \"recipes:recipe:({names})\" \"files:file:_files\"}}{after}\n"
            )
        }
        _ => format!("{line}\n"),
    };
    script.lines().map(line).collect()
}
