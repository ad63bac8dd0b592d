"""Check FOLDER/model.onnx, and print its outputs for FOLDER/0.f32, 1.f32, … as JSON, one a line."""

import itertools
import json
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

folder = Path(sys.argv[1])
path = str(folder / "model.onnx")
onnx.checker.check_model(path, full_check=True)
session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
names = [output.name for output in session.get_outputs()]
for number in itertools.count():
    file = folder / f"{number}.f32"
    if not file.exists():
        break
    outputs = session.run(names, {"samples": np.fromfile(file, "<f4")})
    print(json.dumps({name: output.tolist() for name, output in zip(names, outputs)}))
