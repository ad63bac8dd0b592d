//! The names of emotion2vec's tensors in the layout of FunASR.

use crate::weights::Checkpoint;

/// The tensors of the encoder of recordings, before the blocks that all modalities share.
const AUDIO: &str = "modality_encoders.AUDIO.";
/// Where a file may keep the tensors of the model, as FunASR looks for them.
const PREFIXES: [&str; 4] = ["", "model.", "state_dict.", "model_state_dict."];

/// Return the prefix of the names of all tensors of the model in a checkpoint.
pub(crate) fn prefix(checkpoint: &Checkpoint) -> &'static str {
    let is_there = |prefix: &&str| {
        let name = format!("{prefix}{AUDIO}project_features.2.weight");
        checkpoint.shape(&name).is_some()
    };
    PREFIXES.into_iter().find(is_there).unwrap_or_default()
}

/// Return the name of one of our parameters in a checkpoint. `prenet_depth` layers belong to the
/// encoder of recordings.
pub(super) fn name_in_checkpoint(name: &str, prenet_depth: usize) -> String {
    let split = |rest: &'static str| name.strip_prefix(rest);
    let numbered = |rest: &str| -> Option<(usize, String)> {
        let (index, rest) = rest.split_once('.')?;
        Some((index.parse().ok()?, rest.to_owned()))
    };
    if let Some((index, rest)) = split("feature_extractor.conv_layers.").and_then(numbered) {
        let rest = rest.replace("conv.", "0.").replace("layer_norm.", "2.1.");
        return format!("{AUDIO}local_encoder.conv_layers.{index}.{rest}");
    }
    if let Some((index, rest)) = split("encoder.pos_conv_embed.layers.").and_then(numbered) {
        let (index, rest) = (index + 1, rest.replace("conv.", "0."));
        return format!("{AUDIO}relative_positional_encoder.{index}.{rest}");
    }
    if let Some((index, rest)) = split("encoder.layers.").and_then(numbered) {
        let rest = rest
            .replace("attention.out_proj.", "attn.proj.")
            .replace("attention.", "attn.")
            .replace("feed_forward.intermediate_dense.", "mlp.fc1.")
            .replace("feed_forward.output_dense.", "mlp.fc2.")
            .replace("final_layer_norm.", "norm2.")
            .replace("layer_norm.", "norm1.");
        return match index.checked_sub(prenet_depth) {
            Some(index) => format!("blocks.{index}.{rest}"),
            None => format!("{AUDIO}context_encoder.blocks.{index}.{rest}"),
        };
    }
    let rest = name
        .replace("feature_projection.layer_norm.", "project_features.1.")
        .replace("feature_projection.projection.", "project_features.2.")
        .replace("encoder.layer_norm.", "context_encoder.norm.")
        .replace("encoder.before_steps.", "");
    format!("{AUDIO}{rest}")
}
