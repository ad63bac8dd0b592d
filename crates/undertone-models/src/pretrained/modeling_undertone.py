"""Speech emotion models of Undertone that `transformers` has no class of its own for.

    AutoModelForAudioClassification.from_pretrained(FOLDER, trust_remote_code=True)

Hidden states of the encoder's layers are pooled over a clip's own steps and read by a linear head.
Inputs are one clip each, unpadded: `input_values` [1, samples] for wav2vec 2.0 and HuBERT,
`input_features` [1, bands, frames] for Whisper. Trimming, duration and kind of input are in
`config.undertone["front_end"]`.
"""

import copy

import torch
from torch import nn
from transformers import HubertModel, PreTrainedModel, Wav2Vec2Model
from transformers.modeling_outputs import SequenceClassifierOutput
from transformers.models.whisper.modeling_whisper import WhisperEncoder


class Attention(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.hidden = nn.Linear(width, width)
        self.score = nn.Linear(width, 1, bias=False)

    def forward(self, states):
        shares = torch.softmax(self.score(torch.tanh(self.hidden(states))), dim=1)
        return (shares * states).sum(dim=1)


class Pooling(nn.Module):
    def __init__(self, kind, width):
        super().__init__()
        self.kind = kind
        if kind == "attention":
            self.attention = Attention(width)

    def forward(self, states):
        if self.kind == "attention":
            return self.attention(states)
        mean = states.mean(dim=1, keepdim=True)
        parts = [mean]
        if self.kind in ("mean-std", "moments"):
            deviation = ((states - mean).square().mean(dim=1, keepdim=True) + 1e-8).sqrt()
            parts.append(deviation)
        if self.kind == "moments":
            parts.append((((states - mean) / deviation) ** 3).mean(dim=1, keepdim=True))
        return torch.cat(parts, dim=2).squeeze(1)


class UndertoneForAudioClassification(PreTrainedModel):
    # A norm behind the last layer is not kept where only the first layers are used.
    _keys_to_ignore_on_load_missing = [r"masked_spec_embed", r"encoder\.layer_norm"]

    def __init__(self, config):
        super().__init__(config)
        self.network = config.undertone["network"]
        kind = self.network.get("pooling", "mean")
        chosen = self.network.get("states", "last")
        width = config.hidden_size
        layers_key = "encoder_layers" if config.model_type == "whisper" else "num_hidden_layers"
        available = getattr(config, layers_key)
        highest = max(chosen) if isinstance(chosen, list) else None
        chosen_layers = [self.network.get("layers"), highest, available]
        layers = next(number for number in chosen_layers if number is not None)
        self.is_whole = layers == available
        config = copy.deepcopy(config)
        setattr(config, layers_key, layers)
        if config.model_type == "whisper":
            self.encoder = WhisperEncoder(config)
        elif config.model_type == "hubert":
            self.hubert = HubertModel(config)
        else:
            self.wav2vec2 = Wav2Vec2Model(config)
        if chosen == "weighted":
            self.layer_weights = nn.Parameter(torch.zeros(layers + 1))
        self.pooling = Pooling(kind, width)
        vectors = len(chosen) if isinstance(chosen, list) else 1
        summary = vectors * width * {"mean-std": 2, "moments": 3}.get(kind, 1)
        projection = self.network.get("projection")
        if projection:
            self.projector = nn.Linear(summary, projection)
        self.classifier = nn.Linear(projection or summary, len(config.id2label))
        self.post_init()

    def _init_weights(self, module):
        pass

    def hidden_states(self, inputs):
        """The input of the first layer and every layer's output, before any norm behind them."""
        if self.config.model_type == "whisper":
            encoder = self.encoder
            layers, norm = encoder.layers, encoder.layer_norm
        else:
            encoder = self.hubert if self.config.model_type == "hubert" else self.wav2vec2
            layers = encoder.encoder.layers
            norm = encoder.encoder.layer_norm if self.config.do_stable_layer_norm else None
        states = []
        first = layers[0].register_forward_pre_hook(lambda _, given: states.append(given[0]))
        hooks = [
            layer.register_forward_hook(
                lambda _, given, made: states.append(made[0] if isinstance(made, tuple) else made)
            )
            for layer in layers
        ]
        try:
            if self.config.model_type == "whisper":
                hidden = nn.functional.gelu(encoder.conv1(inputs))
                hidden = nn.functional.gelu(encoder.conv2(hidden)).transpose(1, 2)
                hidden = hidden + encoder.embed_positions.weight[: hidden.shape[1]]
                for layer in layers:
                    hidden = layer(hidden, None, layer_head_mask=None)
                    hidden = hidden[0] if isinstance(hidden, tuple) else hidden
            else:
                encoder(inputs)
        finally:
            for hook in [first, *hooks]:
                hook.remove()
        # Where all layers are used, the norm behind the last one belongs to its state.
        if norm is not None and self.is_whole:
            states[-1] = norm(states[-1])
        return states

    def forward(self, input_values=None, input_features=None, **_):
        states = self.hidden_states(input_features if input_values is None else input_values)
        chosen = self.network.get("states", "last")
        if chosen == "weighted":
            shares = torch.softmax(self.layer_weights, dim=0)
            summary = self.pooling(sum(share * state for share, state in zip(shares, states)))
        else:
            chosen = [len(states) - 1] if chosen == "last" else chosen
            summary = torch.cat([self.pooling(states[state]) for state in chosen], dim=1)
        if hasattr(self, "projector"):
            summary = self.projector(summary)
        return SequenceClassifierOutput(logits=self.classifier(summary))
