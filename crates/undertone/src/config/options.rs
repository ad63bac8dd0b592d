//! Reading settings, and checking them against the options of the commands.

use std::path::Path;

use anyhow::{Context, anyhow, bail};
use clap::builder::ValueParser;
use clap::{Arg, ArgAction, Command};
use toml::Spanned;
use toml::de::{DeTable, DeValue};
use undertone_messages::{did_you_mean, in_plain_words};

use super::files::{ConfigFile, files};
use super::setting::{Place, Setting, Value};

/// Options that belong to one call: what is written, and whether something may be lost.
const OF_ONE_CALL: [&str; 9] = [
    "add",
    "files-from",
    "fold",
    "force",
    "help",
    "null",
    "out",
    "resume",
    "version",
];

/// Return the settings of all files, those that win last. `program` is the command line with all
/// commands, after [`Command::build`].
pub(crate) fn settings(program: &Command) -> anyhow::Result<Vec<Setting>> {
    let mut all = Vec::new();
    for file in files() {
        let ConfigFile { path, is_required } = &file;
        if !is_required && !file.exists() {
            continue;
        }
        let text = std::fs::read_to_string(path);
        let text = text.with_context(|| format!("{}: cannot be read", path.display()))?;
        all.extend(parse(&text, path, program)?);
    }
    // What is for one command wins over what is for all, whichever file it is in.
    all.sort_by_key(|setting| setting.command.is_some());
    Ok(all)
}

/// Return the option of a command with this name.
pub(super) fn option<'a>(command: &'a Command, name: &str) -> Option<&'a Arg> {
    let is_allowed = !OF_ONE_CALL.contains(&name);
    let mut options = command.get_arguments();
    options
        .find(|arg| arg.get_long() == Some(name))
        .filter(|_| is_allowed)
}

fn parse(text: &str, path: &Path, program: &Command) -> anyhow::Result<Vec<Setting>> {
    let at = |span: std::ops::Range<usize>| Place {
        path: path.to_owned(),
        line: 1 + text.as_bytes()[..span.start]
            .iter()
            .filter(|&&byte| byte == b'\n')
            .count(),
    };
    let table = DeTable::parse(text).map_err(|error| {
        let place = at(error.span().unwrap_or_default());
        anyhow!("{place}: {}", in_plain_words(error.message()))
    })?;
    let mut settings = Vec::new();
    for (key, value) in table.into_inner() {
        let place = at(key.span());
        let Some(command) = program.find_subcommand(key.get_ref().as_ref()) else {
            let commands: Vec<&Command> = program.get_subcommands().collect();
            settings.push(setting(None, &key, &value, &commands, path, place)?);
            continue;
        };
        let DeValue::Table(options) = value.get_ref() else {
            bail!(
                "{place}: {key} is a command; write [{key}], and its options below",
                key = key.get_ref()
            );
        };
        for (key, value) in options {
            let name = Some(command.get_name().to_owned());
            settings.push(setting(name, key, value, &[command], path, at(key.span()))?);
        }
    }
    Ok(settings)
}

/// Return one setting, if one of the commands has such an option.
fn setting(
    command: Option<String>,
    key: &Spanned<std::borrow::Cow<'_, str>>,
    value: &Spanned<DeValue<'_>>,
    commands: &[&Command],
    path: &Path,
    place: Place,
) -> anyhow::Result<Setting> {
    let name = key.get_ref().as_ref();
    // Both ways of writing are common in TOML.
    let name = name.replace('_', "-");
    let Some(arg) = commands.iter().find_map(|command| option(command, &name)) else {
        let options = commands.iter().flat_map(|command| command.get_arguments());
        let known = options.filter_map(Arg::get_long);
        let known = known.filter(|name| !OF_ONE_CALL.contains(name));
        let hint = did_you_mean(&name, known);
        match (&command, OF_ONE_CALL.contains(&name.as_str())) {
            (_, true) => bail!("{place}: {name} belongs on the command line, not into a file"),
            (Some(command), _) => bail!("{place}: {command} has no option {name}{hint}"),
            (None, _) => bail!("{place}: no command and no option is called {name}{hint}"),
        }
    };
    let value = match (arg.get_action(), value.get_ref()) {
        (ArgAction::SetTrue, DeValue::Boolean(value)) => Value::Flag(*value),
        (ArgAction::SetTrue, _) => bail!("{place}: {name} is true or false"),
        (_, DeValue::Array(values)) => {
            let texts = values.iter().map(|value| text(value.get_ref()));
            let texts: Option<Vec<String>> = texts.collect();
            Value::Texts(texts.with_context(|| no_text(&place, &name))?)
        }
        (_, value) => Value::Texts(vec![text(value).with_context(|| no_text(&place, &name))?]),
    };
    let value = match (value, arg.get_value_parser().type_id()) {
        (Value::Texts(texts), kind) if kind == ValueParser::path_buf().type_id() => {
            Value::Texts(texts.iter().map(|text| beside(path, text)).collect())
        }
        (value, _) => value,
    };
    Ok(Setting {
        command,
        option: name,
        value,
        place,
    })
}

fn no_text(place: &Place, name: &str) -> String {
    format!("{place}: {name} must be a text, a number, or a list of them")
}

fn text(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) => Some(number.to_string()),
        DeValue::Float(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Return a path of a file of settings, which is relative to its folder. A model of the Hub is
/// none.
fn beside(file: &Path, path: &str) -> String {
    match (file.parent(), path.starts_with("hf:")) {
        (Some(folder), false) => folder.join(path).display().to_string(),
        _ => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use undertone_fuzz::{Fuzz, PeakAlloc};

    use super::*;

    #[global_allocator]
    static ALLOCATOR: PeakAlloc = PeakAlloc;

    #[test]
    fn mutated_settings_are_refused_or_read() {
        let mut program = crate::cli::program();
        program.build();
        let text = "color = \"never\"\njobs = 2\n[predict]\nscheme = \"sentiment3\"\nmodel = \
                    \"models/a\"\n[serve]\nport = 8000\nallow-host = [\"a.example\", \"b.example\"]\n";
        let fuzz = Fuzz {
            tokens: &[
                "\n",
                "[",
                "]",
                "=",
                "\"",
                "{",
                "}",
                "train",
                "max-seconds = ",
                "true",
                ".",
            ],
            // Other tests of the program run at the same time and count too. Alone, it is 255 KiB.
            allowance: 32 << 20,
            ..Fuzz::new("settings", vec![text.into()])
        };
        fuzz.run(&ALLOCATOR, |input| {
            let text = String::from_utf8_lossy(input);
            parse(&text, Path::new("undertone.toml"), &program).is_ok()
        });
    }
}
