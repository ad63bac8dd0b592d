"""Check FOLDER/model.onnx and run it: features.f32 of shape CLIPS BANDS FRAMES in, probabilities.f32 out.

    run.py FOLDER CLIPS BANDS FRAMES LENGTH...

LENGTHs are the clips' own frames, for a network with an attention mask.
"""

import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

folder = Path(sys.argv[1])
clips, bands, frames, *lengths = map(int, sys.argv[2:])
path = str(folder / "model.onnx")
onnx.checker.check_model(path, full_check=True)
session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
given = {"features": np.fromfile(folder / "features.f32", "<f4").reshape(clips, bands, frames)}
if len(session.get_inputs()) > 1:
    given["attention_mask"] = (np.arange(frames) < np.array(lengths)[:, None]).astype(np.int64)
(probabilities,) = session.run(["probabilities"], given)
probabilities.astype("<f4").tofile(folder / "probabilities.f32")
