//! Checkpoints of trainings that an older build interrupted. It had other names for the fields of
//! the encoders and of the head.

use burn::tensor::Bytes;
use burn_pack::{Error, Reader, Writer};
use undertone_models::Weights;

/// Old and new names, for all fields below an encoder.
type Renames = &'static [(&'static str, &'static str)];

const WHISPER: Renames = &[
    ("first", "conv1"),
    ("second", "conv2"),
    ("positions", "embed_positions.weight"),
    ("norm", "layer_norm"),
    ("attention", "self_attn"),
    ("query", "q_proj"),
    ("key", "k_proj"),
    ("value", "v_proj"),
    ("output", "out_proj"),
    ("attention_norm", "self_attn_layer_norm"),
    ("expansion", "fc1"),
    ("contraction", "fc2"),
    ("feed_forward_norm", "final_layer_norm"),
];
const WAV2VEC2: Renames = &[
    ("convolutions", "feature_extractor.conv_layers"),
    ("convolution", "conv"),
    ("channel_norm", "layer_norm"),
    ("frame_norm", "layer_norm"),
    ("projection_norm", "feature_projection.layer_norm"),
    ("projection", "feature_projection.projection"),
    ("positions", "encoder.pos_conv_embed.conv"),
    ("norm", "encoder.layer_norm"),
    ("layers", "encoder.layers"),
    ("query", "q_proj"),
    ("key", "k_proj"),
    ("value", "v_proj"),
    ("output", "out_proj"),
    ("attention_norm", "layer_norm"),
    ("expansion", "feed_forward.intermediate_dense"),
    ("contraction", "feed_forward.output_dense"),
    ("feed_forward_norm", "final_layer_norm"),
];
const HEAD: Renames = &[("output", "classifier")];
/// The segments of a name that are variants of enums, which the names of [`Weights`] leave out.
const VARIANTS: [&str; 5] = ["CnnLstm", "Pretrained", "Head", "Whisper", "Wav2Vec2"];

/// Return the record of a network with the new names, and the weights, if any, with theirs.
pub(super) fn renamed(
    record: Bytes,
    mut weights: Option<Weights>,
) -> Result<(Bytes, Option<Weights>), Error> {
    let reader = Reader::from_bytes(record.clone())?;
    if reader
        .tensor_names()
        .iter()
        .all(|name| new_name(name) == *name)
    {
        return Ok((record, weights));
    }
    let mut tensors = reader.into_tensors()?;
    for tensor in &mut tensors {
        let name = new_name(&tensor.name);
        if let Some(weights) = &mut weights
            && let Some((shape, values)) = weights.take(&without_variants(&tensor.name))
        {
            weights.insert(&without_variants(&name), &shape, values);
        }
        tensor.name = name;
    }
    Ok((Writer::new(tensors).into_bytes()?, weights))
}

/// Return the new name of a parameter in a record. A new name stays as it is.
fn new_name(name: &str) -> String {
    for (above, renames) in [
        ("Pretrained.encoder.Whisper.", WHISPER),
        ("Pretrained.encoder.Wav2Vec2.", WAV2VEC2),
        ("Pretrained.readout.head.", HEAD),
        ("Head.", HEAD),
    ] {
        let Some(rest) = name.strip_prefix(above) else {
            continue;
        };
        if rest.starts_with("encoder.") || rest.starts_with("feature_") {
            break;
        }
        let segments = rest.split('.').map(|segment| {
            let renamed = renames.iter().find(|(old, _)| *old == segment);
            renamed.map_or(segment, |(_, new)| new)
        });
        return format!("{above}{}", segments.collect::<Vec<_>>().join("."));
    }
    name.to_owned()
}

fn without_variants(name: &str) -> String {
    let segments = name.split('.').filter(|it| !VARIANTS.contains(it));
    segments.collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_names_become_new_ones_and_new_ones_stay() {
        for (old, new) in [
            (
                "Pretrained.encoder.Whisper.layers.3.attention.query.weight",
                "Pretrained.encoder.Whisper.layers.3.self_attn.q_proj.weight",
            ),
            (
                "Pretrained.encoder.Whisper.positions",
                "Pretrained.encoder.Whisper.embed_positions.weight",
            ),
            (
                "Pretrained.encoder.Wav2Vec2.layers.0.contraction.bias",
                "Pretrained.encoder.Wav2Vec2.encoder.layers.0.feed_forward.output_dense.bias",
            ),
            (
                "Pretrained.encoder.Wav2Vec2.convolutions.2.frame_norm.weight",
                "Pretrained.encoder.Wav2Vec2.feature_extractor.conv_layers.2.layer_norm.weight",
            ),
            (
                "Pretrained.readout.head.output.bias",
                "Pretrained.readout.head.classifier.bias",
            ),
            ("Head.output.weight", "Head.classifier.weight"),
            ("CnnLstm.output.weight", "CnnLstm.output.weight"),
        ] {
            assert_eq!(new_name(old), new);
            assert_eq!(new_name(new), new);
        }
    }

    #[test]
    fn weights_are_renamed_with_the_record() -> Result<(), Error> {
        let tensor = burn_pack::Tensor::new(
            "Head.output.bias".to_owned(),
            burn::tensor::DType::F32,
            [1],
            None,
            Bytes::from_bytes_vec(vec![0; 4]),
        );
        let record = Writer::new(vec![tensor]).into_bytes()?;
        let mut weights = Weights::default();
        weights.insert("output.bias", &[1], vec![2.0]);
        let (record, weights) = renamed(record, Some(weights))?;
        let names = Reader::from_bytes(record)?;
        assert_eq!(names.tensor_names(), ["Head.classifier.bias"]);
        let weights = weights.unwrap_or_default();
        let found: Vec<_> = weights.iter().collect();
        assert_eq!(found, [("classifier.bias", &[2.0][..])]);
        Ok(())
    }
}
