//! The text of a model card.

use burn::module::Module;
use undertone_metrics::Report;
use undertone_models::{Dimension, Model, ModelConfig, NetworkConfig, Provenance, States};

use super::markdown::{inline, plural, title};
use super::metadata::is_ravdess;
use super::results::results;
use super::scores::CardScores;
use super::sources::license_section;

/// The heading of the section that tells how to use a model.
pub const USE: &str = "How to use it";

pub(super) fn of<E: CardScores>(model: &Model, reports: &[Report<E>]) -> String {
    let config = &model.config;
    let provenance = &config.provenance;
    let mut text = format!(
        "# {}\n\n{} {} parameters: {}.\n\n",
        inline(&title(config)),
        purpose(config),
        model.network.num_params(),
        architecture(model),
    );
    text += &format!("## {USE}\n\n```\nundertone predict --model . recording.wav\n```\n\n");
    text += &training(provenance);
    text += "## How good it is\n\n";
    text += &match reports {
        [] => "Nothing was held back to judge this model by. Cross-validation of its recipe tells \
               what to expect of it.\n\n"
            .to_owned(),
        _ => results(reports, provenance),
    };
    text += &limits(provenance);
    text += "## What it is not for\n\nIt was trained on acted speech and hears how a sentence is \
             spoken, not what a person feels. Do not use it to judge, select, monitor or diagnose \
             people.\n";
    text += &license_section(provenance);
    text
}

/// Return what a model predicts, in a sentence.
fn purpose(config: &ModelConfig) -> String {
    if config.dimensions.is_empty() {
        return format!("Tells {} apart in speech.", config.labels.join(", "));
    }
    let dimension = |it: &Dimension| {
        let range = match it.range {
            Some([low, high]) => format!(", from {low} to {high}"),
            None => String::new(),
        };
        format!(
            "{} (training clips: mean {:.3}, deviation {:.3}{range})",
            inline(&it.name),
            it.mean,
            it.scale
        )
    };
    let dimensions: Vec<String> = config.dimensions.iter().map(dimension).collect();
    format!(
        "Predicts numbers for speech, in the unit of its corpus: {}.",
        dimensions.join(", ")
    )
}

fn training(provenance: &Provenance) -> String {
    let speakers = &provenance.speakers;
    format!(
        "## Training\n\nRecipe `{}`, corpus {}, {}, seed {}, {}, undertone {}. Heard while \
         training: {} speaker{} ({}).\n\n",
        provenance.recipe.replace('`', ""),
        inline(&provenance.corpus),
        inline(trained_on(&provenance.trained_on)),
        provenance.seed,
        match provenance.epoch {
            0 => "a head fitted to a frozen encoder".to_owned(),
            epoch => format!("weights of epoch {epoch}"),
        },
        inline(&provenance.undertone),
        speakers.len(),
        plural(speakers.len()),
        inline(&speakers.join(" ")),
    )
}

/// Return the protocol with its fold, without the fold if it is the only one.
fn trained_on(words: &str) -> &str {
    match words.split_once(", ") {
        Some((protocol, fold)) if protocol.strip_prefix("protocol ") == Some(fold) => protocol,
        _ => words,
    }
}

fn limits(provenance: &Provenance) -> String {
    let corpus = match is_ravdess(provenance) {
        true => {
            "- It was trained on two sentences, acted by 24 North American actors and recorded \
             well. Other sentences, languages, microphones and rooms were not measured.\n"
        }
        false => {
            "- Other sentences, languages, microphones and rooms than its corpus's were not \
                  measured.\n"
        }
    };
    format!("## What it cannot do\n\n{corpus}- Silence and noise get an answer too.\n\n")
}

fn architecture(model: &Model) -> String {
    match &model.config.network {
        NetworkConfig::CnnLstm(network) => format!(
            "{} convolution{}{}, {} LSTM layer{} of {} units{}",
            network.conv.len(),
            plural(network.conv.len()),
            match network.conv.iter().filter(|it| it.bands.is_some()).count() {
                0 => String::new(),
                count => format!(" ({count} over time and bands)"),
            },
            network.lstm.layers,
            plural(network.lstm.layers),
            network.lstm.units,
            if network.lstm.bidirectional {
                ", bidirectional"
            } else {
                ""
            },
        ),
        NetworkConfig::Pretrained(network) => {
            let names = model.encoder_names();
            let encoder = names.first().map_or("", String::as_str).replace('`', "");
            let states = described(&network.states);
            format!("the encoder `{encoder}`, of which a linear head reads {states}")
        }
        NetworkConfig::Joined(network) => {
            let encoders = model.encoder_names().into_iter().zip(&network.encoders);
            let encoders = encoders.map(|(name, config)| {
                let states = described(&config.states);
                format!("{states} of `{}`", name.replace('`', ""))
            });
            let encoders: Vec<String> = encoders.collect();
            format!("a linear head that reads {}", encoders.join(" and "))
        }
    }
}

fn described(states: &States) -> String {
    match states {
        States::Last => "the last hidden state".to_owned(),
        States::Weighted => "a weighted sum of all hidden states".to_owned(),
        States::Concat(states) => {
            let states: Vec<String> = states.iter().map(usize::to_string).collect();
            format!("hidden states {}", states.join(", "))
        }
    }
}
