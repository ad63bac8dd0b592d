//! `undertone recipes`

use anyhow::bail;
use undertone_lab::Recipe;
use undertone_messages::did_you_mean;

use crate::cli::RecipesArgs;
use crate::exit::Exit;
use crate::output;

pub(crate) fn recipes(args: &RecipesArgs) -> anyhow::Result<Exit> {
    let Some(wanted) = &args.name else {
        let widest = Recipe::built_in().map(|(name, _)| name.len()).max();
        let width = widest.unwrap_or_default();
        for (name, text) in Recipe::built_in() {
            let recipe = Recipe::parse(text, name, &[])?;
            output::line(format_args!("{name:width$}  {}", recipe.description))?;
        }
        return Ok(Exit::Done);
    };
    let wanted = &*wanted.to_string_lossy();
    let Some((_, text)) = Recipe::built_in().find(|(name, _)| *name == wanted) else {
        let known: Vec<&str> = Recipe::built_in().map(|(name, _)| name).collect();
        bail!(
            "{wanted}: no such recipe{}; the recipes are {}",
            did_you_mean(wanted, known.iter().copied()),
            known.join(", ")
        );
    };
    output::line(text.trim_end())?;
    Ok(Exit::Done)
}
