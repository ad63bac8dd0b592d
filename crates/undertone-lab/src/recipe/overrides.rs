//! Values that take the place of those of a recipe: `training.epochs=10`.

use super::error::RecipeError;

/// Return whether an override sets a field, or a part of it.
pub(super) fn sets(overrides: &[String], field: &str) -> bool {
    let keys = overrides.iter().filter_map(|it| it.split_once('='));
    keys.map(|(key, _)| key.trim())
        .any(|key| key.split('.').next() == Some(field))
}

/// Set `a.b.c=value` in a table, and add missing tables.
pub(super) fn set(table: &mut toml::Table, assignment: &str) -> Result<(), RecipeError> {
    let (key, value) = assignment
        .split_once('=')
        .ok_or_else(|| RecipeError::Override(assignment.to_owned()))?;
    let value = value.trim();
    let value = toml::from_str::<toml::Table>(&format!("value = {value}"))
        .ok()
        .and_then(|mut parsed| parsed.remove("value"))
        .unwrap_or_else(|| toml::Value::String(value.to_owned()));

    let mut path: Vec<&str> = key.trim().split('.').collect();
    let last = path.pop().filter(|name| !name.is_empty());
    let Some(last) = last else {
        return Err(RecipeError::Override(assignment.to_owned()));
    };
    let mut inner = table;
    let mut path = path.into_iter();
    while let Some(name) = path.next() {
        let entry = inner
            .entry(name)
            .or_insert_with(|| toml::Value::Table(toml::Table::new()));
        // The tables of a list are named by their index.
        let entry = match entry {
            toml::Value::Array(tables) => path
                .next()
                .and_then(|index| tables.get_mut(index.parse::<usize>().ok()?)),
            other => Some(other),
        };
        inner = entry
            .and_then(toml::Value::as_table_mut)
            .ok_or_else(|| RecipeError::Override(assignment.to_owned()))?;
    }
    inner.insert(last.to_owned(), value);
    Ok(())
}
