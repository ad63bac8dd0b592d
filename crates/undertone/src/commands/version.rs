//! `undertone version`

use crate::cli::VersionArgs;
use crate::exit::Exit;
use crate::output;
use crate::version::Version;

pub(crate) fn version(args: &VersionArgs) -> anyhow::Result<Exit> {
    let version = Version::of_this_program();
    match args.json {
        true => output::json(&version)?,
        false => output::line(format_args!("undertone {}", version.in_lines()))?,
    }
    Ok(Exit::Done)
}
