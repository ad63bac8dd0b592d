"""Makes the small random checkpoint of emotion2vec in the layout of FunASR, and its reference values.

    pip download --no-deps funasr==1.2.6; unzip funasr-*.whl -d FUNASR
    python make_emotion2vec.py FUNASR          # needs torch, omegaconf and PyYAML

The published code computes the reference: `funasr/models/emotion2vec`. What it imports from the rest
of FunASR is not needed here and is replaced by stand-ins.

`reference.safetensors` has `clip` [samples] at 16 kHz, `states` [steps, width], the last states without
the tokens, and `answer` [labels], the probabilities of the labels that are used.
"""

import sys
import types
from pathlib import Path

import torch
import yaml
from safetensors.torch import save_file

FOLDER = Path(__file__).parent / "emotion2vec"
TOKENS = ["生气/angry", "开心/happy", "unuse_0", "中立/neutral", "<unk>"]
AUDIO = dict(
    type="AUDIO",
    prenet_depth=1,
    prenet_layerdrop=0.05,
    prenet_dropout=0.1,
    start_drop_path_rate=0.0,
    end_drop_path_rate=0.0,
    num_extra_tokens=3,
    init_extra_token_zero=True,
    mask_noise_std=0.01,
    mask_prob=0.5,
    local_grad_mult=1.0,
    use_alibi_encoder=True,
    alibi_scale=1.0,
    learned_alibi=False,
    alibi_max_pos=None,
    learned_alibi_scale=True,
    learned_alibi_scale_per_head=True,
    learned_alibi_scale_per_layer=False,
    num_alibi_heads=6,
    model_depth=2,
    decoder=None,
    extractor_mode="layer_norm",
    feature_encoder_spec="[(16, 10, 5)] + [(12, 3, 2)] * 2",
    conv_pos_width=10,
    conv_pos_groups=4,
    conv_pos_depth=2,
    conv_pos_pre_ln=False,
)
MODEL = dict(
    depth=2,
    start_drop_path_rate=0.0,
    end_drop_path_rate=0.0,
    num_heads=6,
    norm_eps=1e-5,
    norm_affine=True,
    encoder_dropout=0.1,
    post_mlp_drop=0.1,
    attention_dropout=0.1,
    activation_dropout=0.0,
    dropout_input=0.0,
    layerdrop=0.05,
    embed_dim=24,
    mlp_ratio=2.0,
    layer_norm_first=False,
    average_top_k_layers=2,
    end_of_block_targets=False,
    clone_batch=8,
    normalize=True,
    project_dim=None,
    modalities=dict(audio=AUDIO),
)


def published_class(path):
    """The class of FunASR, imported without the rest of the package."""
    path = Path(path, "funasr")
    for name in ("funasr", "funasr.models", "funasr.models.emotion2vec", "funasr.utils"):
        module = types.ModuleType(name)
        module.__path__ = [str(path.joinpath(*name.split(".")[1:]))]
        sys.modules[name] = module
    register = types.ModuleType("funasr.register")
    register.tables = types.SimpleNamespace(register=lambda *_: lambda given: given)
    loading = types.ModuleType("funasr.utils.load_utils")
    loading.load_audio_text_image_video = None
    sys.modules["funasr.register"], sys.modules["funasr.utils.load_utils"] = register, loading
    from funasr.models.emotion2vec.model import Emotion2vec

    return Emotion2vec


def main():
    torch.manual_seed(13)
    model = published_class(sys.argv[1])(model_conf=MODEL, vocab_size=len(TOKENS)).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.endswith("alibi_scale"):
                parameter.uniform_(-0.3, 1.5)  # below 0 it counts as 0
            elif parameter.dim() == 1 and name.endswith("weight"):
                parameter.normal_(1.0, 0.3)
            elif parameter.dim() == 1:
                parameter.normal_(0.0, 0.3)
            elif not name.endswith("extra_tokens"):
                parameter.normal_(0.0, (2.0 / parameter[0].numel()) ** 0.5)
        time = torch.arange(10_000) / 16_000
        clip = sum(0.2 * torch.sin(2 * torch.pi * hertz * time) for hertz in (140, 420, 2_300))
        clip += 0.02 * torch.randn(len(time)) + 0.1
        source = torch.nn.functional.layer_norm(clip, clip.shape).view(1, -1)
        states = model.extract_features(source)["x"]
        scores = model.proj(states.mean(dim=1))[0]
        for index, token in enumerate(TOKENS):
            if token.startswith("unuse"):
                scores[index] = -torch.inf
        answer = scores.softmax(-1)
    used = [index for index, token in enumerate(TOKENS) if not token.startswith("unuse")]
    FOLDER.mkdir(exist_ok=True)
    torch.save({"model": model.state_dict()}, FOLDER / "model.pt")
    config = dict(model="Emotion2vec", model_conf=MODEL, tokenizer="CharTokenizer")
    text = yaml.safe_dump(config, sort_keys=False)
    (FOLDER / "config.yaml").write_text(text.replace("1.0e-05", "1e-05"))  # as it is published
    (FOLDER / "tokens.txt").write_text("\n".join(TOKENS) + "\n")
    (FOLDER / "configuration.json").write_text(
        '{"framework": "pytorch", "file_path_metas": {"init_param": "model.pt", "config": "config.yaml"}}\n'
    )
    found = {"clip": clip, "states": states[0].contiguous(), "answer": answer[used]}
    save_file(found, FOLDER / "reference.safetensors")
    print(f"{len(model.state_dict())} tensors, states up to {states.abs().max():.1f}, {answer[used]}")


if __name__ == "__main__":
    main()
