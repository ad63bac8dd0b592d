//! The configuration of emotion2vec, in the layout of FunASR.

use serde::Deserialize;

use super::check::require_in;
use super::error::EncoderConfigError;
use super::wav2vec2::{ConvolutionNorm, Wav2Vec2Config};

const FILE: &str = "config.yaml";

/// The sizes of emotion2vec: those that it has in common with wav2vec 2.0, and its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Emotion2VecConfig {
    /// What it has in common with wav2vec 2.0. `num_conv_pos_embeddings` is the number of
    /// convolutions of the position embedding.
    pub sizes: Wav2Vec2Config,
    /// Kernel size of each convolution of the position embedding, in steps.
    pub conv_pos_kernel_size: usize,
    /// How many of the layers belong to the encoder of the modality, before the others.
    pub prenet_depth: usize,
    /// Number of learned tokens before the steps.
    pub num_extra_tokens: usize,
    /// Whether the bias by distance has a scale for each head, or one for all.
    pub learned_alibi_scale_per_head: bool,
    /// Whether a recording is normalized to mean 0 and variance 1, with 1e-5 added to the variance.
    pub normalize: bool,
}

#[derive(Deserialize)]
struct File {
    model: String,
    model_conf: Model,
}

#[derive(Deserialize)]
struct Model {
    depth: usize,
    embed_dim: usize,
    num_heads: usize,
    mlp_ratio: f64,
    norm_eps: f64,
    norm_affine: bool,
    layer_norm_first: bool,
    normalize: bool,
    project_dim: Option<usize>,
    modalities: Modalities,
}

#[derive(Deserialize)]
struct Modalities {
    audio: Audio,
}

#[derive(Deserialize)]
struct Audio {
    prenet_depth: usize,
    num_extra_tokens: usize,
    use_alibi_encoder: bool,
    learned_alibi: bool,
    learned_alibi_scale_per_head: bool,
    learned_alibi_scale_per_layer: bool,
    num_alibi_heads: usize,
    extractor_mode: String,
    feature_encoder_spec: String,
    conv_pos_width: usize,
    conv_pos_groups: usize,
    conv_pos_depth: usize,
    conv_pos_pre_ln: bool,
}

impl Emotion2VecConfig {
    /// Read a `config.yaml`.
    ///
    /// # Errors
    /// If it is not the configuration of emotion2vec, and for the first option that is invalid or
    /// not supported.
    pub fn from_yaml(yaml: &[u8]) -> Result<Self, EncoderConfigError> {
        let parsed = yaml_serde::from_slice(yaml);
        let File { model, model_conf } = parsed.map_err(|source| EncoderConfigError::Yaml {
            file: FILE,
            source: Box::new(source),
        })?;
        require_in(
            FILE,
            model == "Emotion2vec",
            "model",
            &model,
            "\"Emotion2vec\"",
        )?;
        let audio = &model_conf.modalities.audio;
        for (option, found, expected) in [
            ("norm_affine", model_conf.norm_affine, true),
            ("layer_norm_first", model_conf.layer_norm_first, false),
            ("use_alibi_encoder", audio.use_alibi_encoder, true),
            ("learned_alibi", audio.learned_alibi, false),
            (
                "learned_alibi_scale_per_layer",
                audio.learned_alibi_scale_per_layer,
                false,
            ),
            ("conv_pos_pre_ln", audio.conv_pos_pre_ln, false),
        ] {
            require_in(
                FILE,
                found == expected,
                option,
                &found,
                expected.to_string(),
            )?;
        }
        let projected = model_conf.project_dim;
        require_in(FILE, projected.is_none(), "project_dim", &projected, "null")?;
        let mode = &audio.extractor_mode;
        require_in(
            FILE,
            mode == "layer_norm",
            "extractor_mode",
            mode,
            "\"layer_norm\"",
        )?;
        let heads = model_conf.num_heads;
        let alibi = audio.num_alibi_heads;
        let expected = format!("`num_heads`, {heads}");
        require_in(FILE, alibi == heads, "num_alibi_heads", &alibi, expected)?;
        let limit = super::check::MOST_LAYERS;
        for (option, found) in [
            ("conv_pos_depth", audio.conv_pos_depth),
            ("depth", model_conf.depth),
        ] {
            let expected = format!("1 to {limit}");
            require_in(FILE, (1..=limit).contains(&found), option, &found, expected)?;
        }
        for (option, found) in [
            ("prenet_depth", audio.prenet_depth),
            ("num_extra_tokens", audio.num_extra_tokens),
        ] {
            require_in(
                FILE,
                found <= limit,
                option,
                &found,
                format!("at most {limit}"),
            )?;
        }
        let spec = &audio.feature_encoder_spec;
        let expected = "a sum of lists of (channels, kernel, stride)";
        let convolutions = convolutions(spec);
        require_in(
            FILE,
            convolutions.is_some(),
            "feature_encoder_spec",
            spec,
            expected,
        )?;
        let convolutions = convolutions.unwrap_or_default();
        let column = |index: usize| convolutions.iter().map(|sizes| sizes[index]).collect();
        let sizes = Wav2Vec2Config {
            hidden_size: model_conf.embed_dim,
            num_hidden_layers: audio.prenet_depth + model_conf.depth,
            num_attention_heads: heads,
            intermediate_size: (model_conf.embed_dim as f64 * model_conf.mlp_ratio) as usize,
            layer_norm_eps: model_conf.norm_eps,
            feat_extract_norm: ConvolutionNorm::Layer,
            conv_dim: column(0),
            conv_kernel: column(1),
            conv_stride: column(2),
            conv_bias: false,
            num_conv_pos_embeddings: audio.conv_pos_depth,
            num_conv_pos_embedding_groups: audio.conv_pos_groups,
            do_stable_layer_norm: false,
            ..Wav2Vec2Config::default()
        };
        sizes.check()?;
        let kernel = (audio.conv_pos_width / audio.conv_pos_depth).max(3);
        let largest = super::check::LARGEST_KERNEL;
        let expected = format!("at most {largest} for each of `conv_pos_depth` convolutions");
        require_in(
            FILE,
            kernel <= largest,
            "conv_pos_width",
            &audio.conv_pos_width,
            expected,
        )?;
        Ok(Self {
            sizes,
            conv_pos_kernel_size: kernel,
            prenet_depth: audio.prenet_depth,
            num_extra_tokens: audio.num_extra_tokens,
            learned_alibi_scale_per_head: audio.learned_alibi_scale_per_head,
            normalize: model_conf.normalize,
        })
    }
}

/// Read a sum of lists such as `[(512, 10, 5)] + [(512, 3, 2)] * 4`; `None` for anything else.
fn convolutions(spec: &str) -> Option<Vec<[usize; 3]>> {
    const MOST: usize = 64;
    let mut all = Vec::new();
    for term in spec.split('+') {
        let (list, times) = match term.rsplit_once('*') {
            Some((list, times)) => (list, times.trim().parse().ok()?),
            None => (term, 1),
        };
        let list = list.trim().strip_prefix('[')?.strip_suffix(']')?;
        let mut own = Vec::new();
        for part in list.split(')') {
            let part = part.trim().trim_start_matches(',').trim();
            if part.is_empty() {
                continue;
            }
            let numbers = part.strip_prefix('(')?.split(',');
            let numbers: Option<Vec<usize>> = numbers.map(|it| it.trim().parse().ok()).collect();
            own.push(<[usize; 3]>::try_from(numbers?).ok()?);
        }
        if own.is_empty() || times > MOST || all.len() + own.len() * times > MOST {
            return None;
        }
        all.extend(own.repeat(times));
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn convolutions_are_a_sum_of_lists() {
        let spec = "[(512, 10, 5)] + [(512, 3, 2)] * 4 + [(512,2,2)] + [(512,2,2)]";
        let found = convolutions(spec).unwrap_or_default();
        assert_eq!(found.len(), 7);
        assert_eq!(
            (found[0], found[4], found[6]),
            ([512, 10, 5], [512, 3, 2], [512, 2, 2])
        );
        let two = convolutions("[(8, 3, 2), (4, 2, 1)] * 2").unwrap_or_default();
        assert_eq!(two, [[8, 3, 2], [4, 2, 1], [8, 3, 2], [4, 2, 1]]);
        for wrong in [
            "",
            "[]",
            "[(1, 2)]",
            "(1, 2, 3)",
            "[(1, 2, 3)] * x",
            "[(1, 2, 3)] * 1000",
        ] {
            assert_eq!(convolutions(wrong), None, "{wrong}");
        }
    }
}
