//! `undertone config`

use anyhow::bail;
use clap::{Arg, ArgAction, Command};
use undertone_messages::did_you_mean;

use crate::cli::{self, ConfigArgs};
use crate::config::{self, Setting};
use crate::exit::Exit;
use crate::output;

pub(crate) fn config(args: &ConfigArgs) -> anyhow::Result<Exit> {
    let mut program = cli::program();
    program.build();
    match &args.command {
        None => all(&program)?,
        Some(name) => of_command(&program, name)?,
    }
    Ok(Exit::Done)
}

/// Print the files and their settings.
fn all(program: &Command) -> anyhow::Result<()> {
    for file in config::files() {
        let found = match file.exists() {
            true => "",
            false => "  (not there)",
        };
        output::line(format_args!("# {}{found}", file.path.display()))?;
    }
    for setting in config::settings(program)? {
        let command = setting.command.as_deref().unwrap_or("*");
        output::line(format_args!(
            "{command} --{} {}  # {}",
            setting.option,
            shown(&setting),
            setting.place
        ))?;
    }
    Ok(())
}

/// Print every option of a command with its value.
fn of_command(program: &Command, name: &str) -> anyhow::Result<()> {
    let Some(command) = program.find_subcommand(name) else {
        let names = program.get_subcommands().map(Command::get_name);
        bail!("{name}: no such command{}", did_you_mean(name, names));
    };
    let settings = config::settings(program)?;
    let set = |option: &str| -> Option<&Setting> {
        let is_for_it = |setting: &&Setting| {
            setting.option == option && setting.command.as_deref().is_none_or(|it| it == name)
        };
        settings.iter().rfind(is_for_it)
    };
    let options = command.get_arguments();
    let named = options.filter_map(|arg| Some((arg, arg.get_long()?)));
    let named: Vec<(&Arg, &str)> = named.filter(|(_, option)| *option != "help").collect();
    let widest = named.iter().map(|(_, option)| option.len()).max();
    let width = widest.unwrap_or_default();
    for (arg, option) in named {
        let (value, from) = match set(option) {
            Some(setting) => (shown(setting), setting.place.to_string()),
            None => (default(arg), "default".to_owned()),
        };
        output::line(format_args!("--{option:width$}  {value}  # {from}"))?;
    }
    Ok(())
}

/// Return the value of a setting, unless it is a secret.
fn shown(setting: &Setting) -> String {
    match setting.option == "token" {
        true => "(secret)".to_owned(),
        false => setting.value.to_string(),
    }
}

fn default(arg: &Arg) -> String {
    let values = arg.get_default_values().iter();
    let values: Vec<_> = values.map(|value| value.to_string_lossy()).collect();
    match (arg.get_action(), &values[..]) {
        (ArgAction::SetTrue, _) => "false".to_owned(),
        (_, []) => "-".to_owned(),
        _ => values.join(", "),
    }
}
