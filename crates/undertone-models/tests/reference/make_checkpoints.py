"""Writes `checkpoints/`, small checkpoints as PyTorch and transformers write them.

    python crates/undertone-models/tests/reference/make_checkpoints.py

Needs torch and safetensors. Every folder holds the tensors of `tensors.json`, in its
type of float; the values are such that all types hold them exactly.
"""

import json
from collections import OrderedDict
from pathlib import Path

import torch
from safetensors.torch import save_file

HERE = Path(__file__).parent / "checkpoints"


def values(*shape, first=0):
    count = torch.Size(shape).numel()
    return (torch.arange(first, first + count, dtype=torch.float32) / 8 - 3).reshape(shape)


shared = values(4, 3, first=7)
tensors = OrderedDict(
    [
        ("encoder.weight", values(3, 5)),
        ("encoder.bias", values(5, first=40)),
        ("scale", torch.tensor(0.125)),
        ("empty", torch.zeros(0, 4)),
        # A view that is not contiguous, and two parts of one storage.
        ("transposed", values(2, 3, 4).permute(2, 0, 1)),
        ("shared.all", shared),
        ("shared.rows", shared[1:3]),
    ]
)


def write(folder, name, save, dtype):
    (HERE / folder).mkdir(parents=True, exist_ok=True)
    views = {key: tensor.to(dtype) for key, tensor in tensors.items()}
    if dtype == torch.float32:  # `to` made no copy: the views are still views.
        assert views["shared.rows"].storage_offset() == 3
        assert not views["transposed"].is_contiguous()
    save(views, HERE / folder / name)


def save_safetensors(views, path):
    save_file({key: view.contiguous().clone() for key, view in views.items()}, path, {"format": "pt"})


def save_sharded(views, folder, stem, extension, save):
    names = list(views)
    weight_map = {}
    for number, part in enumerate([names[:3], names[3:]], start=1):
        shard = f"{stem}-{number:05}-of-00002.{extension}"
        save({name: views[name] for name in part}, folder / shard)
        weight_map |= {name: shard for name in part}
    index = {"metadata": {"total_size": 0}, "weight_map": weight_map}
    (folder / f"{stem}.{extension}.index.json").write_text(json.dumps(index, indent=1) + "\n")


types = {"f32": torch.float32, "f16": torch.float16, "bf16": torch.bfloat16, "f64": torch.float64}
for name, dtype in types.items():
    write(f"safetensors-{name}", "model.safetensors", save_safetensors, dtype)
    write(f"pytorch-{name}", "pytorch_model.bin", torch.save, dtype)

for kind, stem, extension, save in [
    ("safetensors", "model", "safetensors", save_safetensors),
    ("pytorch", "pytorch_model", "bin", torch.save),
]:
    folder = HERE / f"{kind}-sharded"
    folder.mkdir(parents=True, exist_ok=True)
    save_sharded(dict(tensors), folder, stem, extension, save)

# As scripts of other times wrote them: parameters, other protocols and formats.
parameters = OrderedDict((key, torch.nn.Parameter(tensor)) for key, tensor in tensors.items())
for folder, content, options in [
    ("pytorch-parameters", parameters, {}),
    ("pytorch-protocol-4", dict(tensors), {"pickle_protocol": 4}),
    ("pytorch-legacy", dict(tensors), {"_use_new_zipfile_serialization": False}),
]:
    (HERE / folder).mkdir(parents=True, exist_ok=True)
    torch.save(content, HERE / folder / "pytorch_model.bin", **options)

# A state dict of a module carries attributes (`_metadata`), and integers.
(HERE / "pytorch-module").mkdir(parents=True, exist_ok=True)
module = torch.nn.BatchNorm1d(3)
torch.save(module.state_dict(), HERE / "pytorch-module" / "pytorch_model.bin")


class Exploit:
    def __reduce__(self):
        return (print, ("executed",))


(HERE / "pytorch-expanded").mkdir(parents=True, exist_ok=True)
expanded = {"weight": torch.ones(1).expand(1_000_000_000)}
torch.save(expanded, HERE / "pytorch-expanded" / "pytorch_model.bin")

(HERE / "pytorch-exploit").mkdir(parents=True, exist_ok=True)
torch.save({"weight": values(2), "other": Exploit()}, HERE / "pytorch-exploit" / "pytorch_model.bin")

listing = {name: {"shape": list(t.shape), "values": t.flatten().tolist()} for name, t in tensors.items()}
(HERE / "tensors.json").write_text(json.dumps(listing) + "\n")
