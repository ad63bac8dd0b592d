//! `undertone man`

use anyhow::Context;
use clap::Command;
use clap_mangen::Man;

use crate::cli::{self, ManArgs};
use crate::exit::Exit;
use crate::output;

pub(crate) fn man(args: &ManArgs) -> anyhow::Result<Exit> {
    let mut program = cli::program();
    program.build();
    let Some(folder) = &args.out else {
        let page = String::from_utf8(page(&program)?)?;
        output::line(page.trim_end())?;
        return Ok(Exit::Done);
    };
    let cannot_write = || format!("cannot write into {}", folder.display());
    std::fs::create_dir_all(folder).with_context(cannot_write)?;
    let visible = program.get_subcommands().filter(|it| !it.is_hide_set());
    let commands = visible.filter(|it| it.get_name() != "help");
    let mut written = Vec::new();
    for command in std::iter::once(&program).chain(commands) {
        let name = match command.get_name() {
            "undertone" => "undertone.1".to_owned(),
            name => format!("undertone-{name}.1"),
        };
        let path = folder.join(name);
        undertone_files::write_atomically(&path, &page(command)?).with_context(cannot_write)?;
        written.push(path);
    }
    written
        .iter()
        .try_for_each(|path| output::line(path.display()))?;
    Ok(Exit::Done)
}

/// Return the page of a command, in the format of troff.
fn page(command: &Command) -> anyhow::Result<Vec<u8>> {
    // `undertone-predict` is the name of a page, and `undertone predict` is what to type.
    let title = command
        .get_bin_name()
        .unwrap_or("undertone")
        .replace(' ', "-");
    let mut page = Vec::new();
    Man::new(command.clone()).title(title).render(&mut page)?;
    Ok(page)
}
