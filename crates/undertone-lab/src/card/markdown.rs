//! Words in Markdown.

use undertone_models::ModelConfig;

/// Return a model's name on one line, or a general title if it has none.
pub fn title(config: &ModelConfig) -> String {
    let words: Vec<&str> = config.name.split_whitespace().collect();
    match words.is_empty() {
        true => "Speech emotion model".to_owned(),
        false => words.join(" "),
    }
}

/// Return text from a manifest or a model's settings as one line of Markdown, also for tables.
/// Markdown's special characters are escaped.
pub fn inline(words: &str) -> String {
    let mut line = String::new();
    for c in words
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
    {
        if matches!(c, '\\' | '`' | '<' | '[' | '|' | '*') {
            line.push('\\');
        }
        line.push(c);
    }
    line
}

/// Return the ending of the plural.
pub(super) fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}
