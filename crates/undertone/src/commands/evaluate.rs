//! `undertone evaluate`

use std::path::Path;

use anyhow::{Context, bail};
use undertone_corpus::{BalanceStep, Protocol, ProtocolConfig};
use undertone_files::write_atomically;
use undertone_lab::{EvaluationTask, LabError, RunFolder, evaluate_model};

use crate::cli::EvaluateArgs;
use crate::exit::Exit;
use crate::reporter::Reporter;
use crate::{corpora, interrupt, model, output};

pub(crate) fn evaluate(args: &EvaluateArgs) -> anyhow::Result<Exit> {
    if args.protocol == Protocol::Full {
        bail!("the protocol `full` holds nothing back for evaluation: choose another one");
    }
    let folder = model::folder(&args.model)?;
    let (protocol, balance) = protocol_of(&args.model, args.protocol);
    let training_clips = match RunFolder::existing(&args.model) {
        Ok((run, _)) => run.training_clips()?,
        Err(_) => None,
    };
    let corpus = corpora::open_with_warning(&args.corpus, args.voice.vocal_channel)?;
    let device = args.device.device.open()?;
    let interrupt = interrupt::listen_for_lab()?;
    let reporter = Reporter::new(0, false, None);
    let judged = evaluate_model(&EvaluationTask {
        model: &folder,
        corpus: &corpus,
        protocol: &protocol,
        balance: &balance,
        training_clips,
        seed: args.seed,
        fold: args.fold,
        device,
        cache: args.cache.folder(),
        observer: &|event| reporter.observe(event),
        interrupt,
    });
    reporter.end();
    let report = match judged {
        Err(LabError::Interrupted) => {
            output::say("interrupted");
            return Ok(Exit::Interrupted);
        }
        judged => judged?,
    };
    if let Some(path) = &args.out {
        write_atomically(path, report.to_json()?.as_bytes())
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    if args.json {
        output::json(&report)?;
    } else {
        output::line(report.to_text().trim_end())?;
    }
    Ok(Exit::Done)
}

/// Return the run's own options if it was trained under this protocol, so that its test set is the
/// same, or else the defaults.
fn protocol_of(model: &Path, protocol: Protocol) -> (ProtocolConfig, Vec<BalanceStep>) {
    match RunFolder::existing(model) {
        Ok((_, recipe)) if recipe.protocol.name == protocol => (recipe.protocol, recipe.balance),
        _ => (ProtocolConfig::new(protocol), Vec::new()),
    }
}
