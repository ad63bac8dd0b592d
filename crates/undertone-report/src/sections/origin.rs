//! The recipe and the machine of the run.

use undertone_figures::page::{Block, Cell, Section, Table};
use undertone_figures::words::length;
use undertone_lab::{Ending, Recipe, RunLog, Session, Target};

use super::subject::Subject;
use crate::error::ReportError;

const GIB: f64 = 1_073_741_824.0;

pub(super) fn sections<P: Target>(subject: &Subject<'_, P>) -> Result<Vec<Section>, ReportError> {
    let Some(recipe) = &subject.record.recipe else {
        return Ok(Vec::new());
    };
    Ok(vec![recipe_section(recipe)?, environment(subject)])
}

fn recipe_section(recipe: &Recipe) -> Result<Section, ReportError> {
    let mut blocks = Vec::new();
    if !recipe.description.is_empty() {
        blocks.push(Block::Text(recipe.description.clone()));
    }
    let text = recipe.to_toml().map_err(undertone_lab::LabError::from)?;
    blocks.push(Block::Code(text.trim_end().to_owned()));
    Ok(Section {
        title: "Recipe".into(),
        blocks,
    })
}

fn environment<P: Target>(subject: &Subject<'_, P>) -> Section {
    let record = subject.record;
    let mut pairs = vec![
        ("run".to_owned(), record.path.display().to_string()),
        ("seed".to_owned(), record.seed.to_string()),
    ];
    let mut blocks = Vec::new();
    match &record.log {
        Some(log) => {
            pairs.push(("corpus".into(), log.corpus.display().to_string()));
            pairs.extend(log.sessions.last().map(machine).into_iter().flatten());
            blocks.push(Block::KeyValues(pairs));
            blocks.push(Block::Table(sessions(log)));
        }
        None => {
            blocks.push(Block::KeyValues(pairs));
            let note = "The run was made by an earlier version, which did not note when and on \
                        what machine.";
            blocks.push(Block::Note(note.into()));
        }
    }
    Section {
        title: "Environment".into(),
        blocks,
    }
}

fn machine(session: &Session) -> Vec<(String, String)> {
    let memory = match session.memory {
        0 => "unknown".to_owned(),
        bytes => format!("{:.0} GiB", bytes as f64 / GIB),
    };
    let pairs = [
        ("program", format!("undertone {}", session.undertone)),
        ("system", session.system.clone()),
        ("processor", session.processor.clone()),
        ("threads", session.threads.to_string()),
        ("memory", memory),
        ("device", session.device.clone()),
    ];
    pairs
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value))
        .collect()
}

fn sessions(log: &RunLog) -> Table {
    let row = |session: &Session| {
        let ending = match session.ending {
            Some(Ending::Finished) => "finished",
            Some(Ending::Interrupted) => "interrupted",
            Some(Ending::Failed) => "failed",
            None => "killed, or still running",
        };
        vec![
            Cell::Text(session.started.replace('T', " ").replace('Z', "")),
            Cell::Number(session.seconds.map_or_else(String::new, length)),
            Cell::Text(ending.into()),
            Cell::Text(session.undertone.clone()),
        ]
    };
    Table {
        caption: "Sessions".into(),
        header: ["started (UTC)", "duration", "end", "undertone"]
            .map(String::from)
            .into(),
        rows: log.sessions.iter().map(row).collect(),
    }
}
