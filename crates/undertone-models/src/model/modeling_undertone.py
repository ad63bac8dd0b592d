"""Speech emotion models of Undertone that `transformers` has no class of its own for.

    AutoModelForAudioClassification.from_pretrained(FOLDER, trust_remote_code=True)

Hidden states of the encoder's layers are pooled over a clip's own steps and read by a linear head, whose
classes are summed into the model's labels. Inputs are what the feature extractor beside this file makes
(`AutoFeatureExtractor`, `trust_remote_code=True`): windows of clips, [clips, windows, samples] for
wav2vec 2.0 and its kin, [clips, windows, bands, frames] for Whisper, with a mask of the samples or frames
that there are. A clip of a single window may lack that dimension. Softmax of the logits is the mean over a
clip's windows, as Undertone gives it.
"""

import copy
import math

import torch
from torch import nn
from transformers import Data2VecAudioModel, HubertModel, PreTrainedModel, Wav2Vec2Model, WavLMModel
from transformers.modeling_outputs import SequenceClassifierOutput
from transformers.models.whisper.modeling_whisper import WhisperEncoder

# The name and the class of an encoder of waveforms.
ENCODERS = {
    "wav2vec2": ("wav2vec2", Wav2Vec2Model),
    "hubert": ("hubert", HubertModel),
    "wavlm": ("wavlm", WavLMModel),
    "data2vec-audio": ("data2vec_audio", Data2VecAudioModel),
}
# The frames of 30 s, to which the feature extractor of Whisper fills up clips.
PADDED_FRAMES = 3000


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
        else:
            name, encoder = ENCODERS[config.model_type]
            setattr(self, name, encoder(config))
        if chosen == "weighted":
            self.layer_weights = nn.Parameter(torch.zeros(layers + 1))
        self.pooling = Pooling(kind, width)
        vectors = len(chosen) if isinstance(chosen, list) else 1
        summary = vectors * width * {"mean-std": 2, "moments": 3}.get(kind, 1)
        projection = self.network.get("projection")
        if projection:
            self.projector = nn.Linear(summary, projection)
        # Behind the scores of the classes there may be those of a head that adapts to a voice, which are not
        # used here, and one that tells speech from other sounds.
        self.detects_speech = config.undertone.get("detects_speech", False)
        heads = 2 if config.undertone.get("adaptation") else 1
        outputs = heads * len(config.summed_into) + int(self.detects_speech)
        self.classifier = nn.Linear(projection or summary, outputs)
        self.post_init()

    def _init_weights(self, module):
        pass

    def hidden_states(self, inputs):
        """The input of the first layer and every layer's output, before any norm behind them."""
        if self.config.model_type == "whisper":
            encoder = self.encoder
            layers, norm = encoder.layers, encoder.layer_norm
        else:
            encoder = getattr(self, ENCODERS[self.config.model_type][0])
            layers = encoder.encoder.layers
            is_pre_norm = getattr(self.config, "do_stable_layer_norm", False)
            norm = encoder.encoder.layer_norm if is_pre_norm else None
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

    def label_scores(self, inputs):
        """Logarithms of one window's probabilities, and whether it holds speech."""
        states = self.hidden_states(inputs)
        chosen = self.network.get("states", "last")
        if chosen == "weighted":
            shares = torch.softmax(self.layer_weights, dim=0)
            summary = self.pooling(sum(share * state for share, state in zip(shares, states)))
        else:
            chosen = [len(states) - 1] if chosen == "last" else chosen
            summary = torch.cat([self.pooling(states[state]) for state in chosen], dim=1)
        if hasattr(self, "projector"):
            summary = self.projector(summary)
        if self.network.get("activation") == "tanh":
            summary = torch.tanh(summary)
        outputs = self.classifier(summary)[0]
        has_speech = not self.detects_speech or outputs[-1] >= 0
        scores = torch.log_softmax(outputs[: len(self.config.summed_into)], dim=0)
        summed_into = torch.tensor(self.config.summed_into, device=scores.device)
        labels = range(len(self.config.id2label))
        return torch.stack([scores[summed_into == label].logsumexp(0) for label in labels]), has_speech

    def forward(self, input_values=None, input_features=None, attention_mask=None):
        is_whisper = self.config.model_type == "whisper"
        inputs = input_features if is_whisper else input_values
        if inputs.dim() == (3 if is_whisper else 2):
            inputs = inputs.unsqueeze(1)
            attention_mask = None if attention_mask is None else attention_mask.unsqueeze(1)
        if attention_mask is None:
            if is_whisper and inputs.shape[-1] == PADDED_FRAMES:
                raise ValueError(
                    "these frames are padded to 30 s, and nothing tells which of them are the clip: "
                    "use AutoFeatureExtractor with trust_remote_code=True, or give attention_mask"
                )
            attention_mask = inputs.new_ones(*inputs.shape[:2], inputs.shape[-1])
        logits = []
        for windows, masks in zip(inputs, attention_mask):
            lengths = [int(mask.sum()) for mask in masks]
            # Positions beyond the window that the model was trained with are not kept.
            if is_whisper and max(lengths) > 2 * self.config.max_source_positions:
                raise ValueError(
                    f"a window of {max(lengths)} frames is too long for this model: it reads "
                    f"{2 * self.config.max_source_positions} at most; use AutoFeatureExtractor with "
                    "trust_remote_code=True"
                )
            scores = [
                self.label_scores(window[..., :length].unsqueeze(0))
                for window, length in zip(windows, lengths)
                if length > 0
            ]
            # Windows without speech do not count, unless there are no others.
            heard = [of_window for of_window, has_speech in scores if has_speech]
            heard = heard or [of_window for of_window, _ in scores]
            logits.append(torch.stack(heard).logsumexp(0) - math.log(len(heard)))
        return SequenceClassifierOutput(logits=torch.stack(logits))
