"""Check FOLDER/model.onnx and run it: features.f32 of shape CLIPS BANDS FRAMES in, probabilities.f32 out."""

import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

folder = Path(sys.argv[1])
shape = tuple(int(size) for size in sys.argv[2:])
path = str(folder / "model.onnx")
onnx.checker.check_model(path, full_check=True)
features = np.fromfile(folder / "features.f32", "<f4").reshape(shape)
session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
(probabilities,) = session.run(["probabilities"], {"features": features})
probabilities.astype("<f4").tofile(folder / "probabilities.f32")
