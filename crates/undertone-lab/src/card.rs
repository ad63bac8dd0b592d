//! The model card: what a model is, how good it is, what it is not for.

use undertone_models::{Model, NetworkConfig, States};

use crate::judging::{Report, Score};

/// A model card in Markdown, with the Hugging Face Hub's metadata at its head.
///
/// `report` is what the run that trained the model found; `None` where nothing was held back.
pub fn model_card(model: &Model, report: Option<&Report>) -> String {
    let config = &model.config;
    let provenance = &config.provenance;
    let parameters: usize = undertone_models::burn::module::Module::num_params(&model.network);
    let ravdess = provenance.corpus == "RAVDESS";
    let licence = if ravdess {
        "license: cc-by-nc-sa-4.0\n"
    } else {
        ""
    };
    let mut card = format!(
        "---\n{licence}library_name: undertone\npipeline_tag: audio-classification\ntags:\n\
         - speech-emotion-recognition\n---\n\n# {}\n\n",
        config.name
    );
    card += &format!(
        "Tells {} apart in speech. {parameters} parameters: {}.\n\n",
        config.labels.join(", "),
        architecture(&config.network),
    );
    card += "```\nundertone predict --model . recording.wav\n```\n\n## Training\n\n";
    card += &format!(
        "Recipe `{}`, corpus {}, {}, seed {}, {}, undertone {}. Heard while training: {} \
         speaker{} ({}).\n\n",
        provenance.recipe,
        provenance.corpus,
        provenance.trained_on,
        provenance.seed,
        match provenance.epoch {
            0 => "a head fitted to a frozen encoder".to_owned(),
            epoch => format!("weights of epoch {epoch}"),
        },
        provenance.undertone,
        provenance.speakers.len(),
        plural(provenance.speakers.len()),
        provenance.speakers.join(" "),
    );
    card += "## How good it is\n\n";
    card += &match report {
        Some(report) => scores(report),
        None => "Nothing was held back to judge this model by. Cross-validation of its recipe \
                 tells what to expect of it.\n\n"
            .to_owned(),
    };
    card += "## What it is not for\n\nIt was trained on acted speech and hears how a sentence is \
             spoken, not what a person feels. Do not use it to judge, select, monitor or diagnose \
             people.\n";
    if ravdess {
        card += "\n## Licence\n\nTrained on RAVDESS (Livingstone & Russo 2018, \
                 doi:10.5281/zenodo.1188976), CC BY-NC-SA 4.0; these weights carry the same terms: \
                 no commercial use.\n";
    }
    card
}

fn architecture(network: &NetworkConfig) -> String {
    match network {
        NetworkConfig::CnnLstm(network) => format!(
            "{} convolution{}, {} LSTM layer{} of {} units{}",
            network.conv.len(),
            plural(network.conv.len()),
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
            let states = match &network.states {
                States::Last => "the last hidden state".to_owned(),
                States::Weighted => "a weighted sum of all hidden states".to_owned(),
                States::SideBySide(states) => {
                    let states: Vec<String> = states.iter().map(usize::to_string).collect();
                    format!("hidden states {}", states.join(", "))
                }
            };
            format!(
                "the encoder `{}`, of which a linear head reads {states}",
                network.pretrained
            )
        }
    }
}

fn scores(report: &Report) -> String {
    let cell = |score: &Score| {
        format!(
            "{:.1} ({:.1}–{:.1})",
            100.0 * score.value,
            100.0 * score.interval.low,
            100.0 * score.interval.high
        )
    };
    let test = &report.pooled;
    let mut text = format!(
        "Protocol {}, {} test clips, in %, with 95 % intervals:\n\n\
         | protocol | WA | UAR | macro F1 |\n| --- | --- | --- | --- |\n| {} | {} | {} | {} |\n\n",
        report.protocol,
        test.n,
        report.protocol_name(),
        cell(&test.wa),
        cell(&test.uar),
        cell(&test.macro_f1),
    );
    let leakage = report.leakage();
    if let Some(copies) = leakage
        .test_clips_with_copy_in_training
        .filter(|copies| *copies > 0)
    {
        text += &format!(
            "**Leakage: {copies} of {} test clips have a copy on the training side. These scores \
             are partly memory.**\n\n",
            leakage.test_clips
        );
    }
    if leakage.speakers_on_both_sides > 0 {
        text += &format!(
            "{} speakers stand on both sides: the scores are not for unseen speakers.\n\n",
            leakage.speakers_on_both_sides
        );
    }
    text
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}
