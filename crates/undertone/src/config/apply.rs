//! Putting settings where the command line is silent.

use std::collections::HashMap;
use std::ffi::OsString;

use anyhow::{anyhow, bail};
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command};

use super::options::{option, settings};
use super::setting::{Setting, Value};

/// Return the arguments, completed by the settings of files for options that they do not give. They
/// stay as they are if they name no command.
///
/// # Errors
/// If a file is wrong. The error names it and the line.
pub(crate) fn with_settings(
    program: &Command,
    arguments: Vec<OsString>,
) -> anyhow::Result<Vec<OsString>> {
    let mut built = program.clone();
    built.build();
    let lenient = program.clone().ignore_errors(true);
    let Ok(given) = lenient.try_get_matches_from(&arguments) else {
        return Ok(arguments);
    };
    let Some((name, given)) = given.subcommand() else {
        return Ok(arguments);
    };
    let place = arguments.iter().skip(1).position(|word| word == name);
    let (Some(command), Some(place)) = (built.find_subcommand(name), place) else {
        return Ok(arguments);
    };
    // Of several settings of one option, the last one wins.
    let mut chosen: HashMap<String, Setting> = HashMap::new();
    for setting in settings(&built)? {
        let is_for_it = setting.command.as_deref().is_none_or(|it| it == name);
        if is_for_it
            && option(command, &setting.option).is_some_and(|arg| is_open(command, arg, given))
        {
            chosen.insert(setting.option.clone(), setting);
        }
    }
    let mut chosen: Vec<Setting> = chosen.into_values().collect();
    chosen.sort_by(|a, b| a.option.cmp(&b.option));
    let mut all = arguments;
    for setting in &chosen {
        let words = words(setting);
        let before = all.clone();
        // Behind the name of the command: what follows `--` is no option.
        all.splice(place + 2..place + 2, words.iter().cloned());
        if let Some(error) = new_error(program, &before, &all) {
            bail!(anyhow!("{}: {error}", setting.place));
        }
    }
    Ok(all)
}

/// Return whether the command line gives neither the option nor one that excludes it.
fn is_open(command: &Command, arg: &Arg, given: &ArgMatches) -> bool {
    let is_given = |arg: &Arg| {
        let source = given.value_source(arg.get_id().as_str());
        matches!(
            source,
            Some(ValueSource::CommandLine | ValueSource::EnvVariable)
        )
    };
    let excluding = |other: &&Arg| {
        let excluded_by_other = command.get_arg_conflicts_with(other);
        excluded_by_other
            .iter()
            .any(|it| it.get_id() == arg.get_id())
    };
    let excluded = command.get_arg_conflicts_with(arg);
    let other_way = command.get_arguments().filter(excluding);
    !is_given(arg) && !excluded.into_iter().chain(other_way).any(is_given)
}

fn words(setting: &Setting) -> Vec<OsString> {
    let option = &setting.option;
    match &setting.value {
        Value::Flag(true) => vec![format!("--{option}").into()],
        Value::Flag(false) => Vec::new(),
        Value::Texts(texts) => {
            let words = texts.iter().map(|text| format!("--{option}={text}").into());
            words.collect()
        }
    }
}

/// Return what is wrong with the arguments that was not wrong before.
fn new_error(program: &Command, before: &[OsString], after: &[OsString]) -> Option<String> {
    let kind = |words: &[OsString]| program.clone().try_get_matches_from(words).err();
    let error = kind(after)?;
    let is_new = kind(before).is_none_or(|before| before.kind() != error.kind());
    let text = error.to_string();
    let first = text.lines().next().unwrap_or_default();
    let reason = first.strip_prefix("error: ").unwrap_or(first).to_owned();
    // A missing argument that the settings did not bring is the command line's matter.
    let is_missing = error.kind() == clap::error::ErrorKind::MissingRequiredArgument;
    (is_new && !is_missing).then_some(reason)
}
