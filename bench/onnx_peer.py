"""A PyTorch module in ONNX Runtime, for other scripts in this folder."""

import contextlib
import io
import warnings

from contest import timed

import torch


def onnx_runtime(path, model, inputs, threads):
    """Export a module to `path`, and return a function that times one pass of it."""
    import onnxruntime

    quiet = contextlib.redirect_stdout(io.StringIO())
    with warnings.catch_warnings(), quiet, torch.inference_mode():
        warnings.simplefilter("ignore")
        torch.onnx.export(model.eval(), (inputs,), str(path), input_names=["values"], dynamo=False)
    choice = onnxruntime.SessionOptions()
    choice.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(str(path), choice, providers=["CPUExecutionProvider"])
    values = {"values": inputs.numpy()}
    return timed(lambda: session.run(None, values))
