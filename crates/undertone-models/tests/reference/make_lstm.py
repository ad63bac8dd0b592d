"""Writes lstm.json: inputs, weights, outputs and gradients of PyTorch's nn.LSTM.

    pip install torch
    python crates/undertone-models/tests/reference/make_lstm.py
"""
import json
import pathlib

import torch

torch.manual_seed(0)
cases = []
for layers, bidirectional, width, units, steps in [
    (1, False, 5, 4, 1),
    (1, False, 5, 4, 9),
    (1, True, 3, 6, 7),
    (3, False, 6, 5, 8),
    (2, True, 7, 4, 12),
]:
    lstm = torch.nn.LSTM(width, units, layers, batch_first=True, bidirectional=bidirectional)
    source = torch.randn(3, steps, width, requires_grad=True)
    output, _ = lstm(source)
    # A loss with another weight for every value, so that no gradient cancels.
    weight = torch.linspace(-1, 1, output.numel()).reshape(output.shape)
    (output * weight).sum().backward()
    tensor = lambda value: {"shape": list(value.shape), "values": value.detach().flatten().tolist()}
    cases.append({
        "layers": layers,
        "bidirectional": bidirectional,
        "width": width,
        "units": units,
        "weights": {name: tensor(value) for name, value in lstm.named_parameters()},
        "input": tensor(source),
        "output": tensor(output),
        "output_weight": tensor(weight),
        "input_gradient": tensor(source.grad),
        "gradients": {name: tensor(value.grad) for name, value in lstm.named_parameters()},
    })
path = pathlib.Path(__file__).with_name("lstm.json")
path.write_text(json.dumps({"torch": torch.__version__, "cases": cases}))
