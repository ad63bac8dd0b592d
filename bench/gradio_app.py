"""A typical app with Gradio, librosa and PyTorch, which bench/serve.py compares with Undertone.

    python bench/gradio_app.py PORT cnn|whisper [CONCURRENCY]

The app does the same work as `undertone serve`. `whisper` is the built-in model in transformers
(bench/whisper_peer.py). `cnn` loads, trims, cuts into windows of two seconds that overlap by half,
computes log-mel and MFCCs, and runs the network of recipe 3-optimized. Its weights are random, which
does not change the speed.
"""

import sys

import gradio
import librosa
import numpy
import torch

RATE, WINDOW = 16_000, 32_000
LABELS = ["negative", "neutral", "positive"]


def features(samples):
    samples = librosa.util.fix_length(samples, size=WINDOW)
    mel = librosa.feature.melspectrogram(y=samples, sr=RATE, n_fft=1024, hop_length=256)
    decibel = librosa.power_to_db(mel)
    stacked = numpy.concatenate([decibel, librosa.feature.mfcc(S=decibel, n_mfcc=40)])
    return (stacked - stacked.mean(1, keepdims=True)) / (stacked.std(1, keepdims=True) + 1e-5)


def cnn():
    import networks

    torch.manual_seed(1)
    network = networks.pytorch().eval()
    # The first call compiles parts of librosa.
    librosa.effects.trim(numpy.random.default_rng(1).normal(size=RATE).astype("float32"))

    def classify(path):
        samples, _ = librosa.load(path, sr=RATE)
        samples, _ = librosa.effects.trim(samples, top_db=30, frame_length=640, hop_length=160)
        last = max(0, len(samples) - WINDOW)
        starts = [*range(0, last, WINDOW // 2), last]
        batch = numpy.stack([features(samples[start : start + WINDOW]) for start in starts])
        with torch.inference_mode():
            scores = network(torch.from_numpy(batch.astype("float32")))[:, : len(LABELS)]
        return dict(zip(LABELS, torch.softmax(scores, 1).mean(0).tolist()))

    return classify


def whisper():
    import whisper_peer

    extractor, model = whisper_peer.load()
    labels = [model.config.id2label[number] for number in range(len(model.config.id2label))]

    def classify(path):
        return dict(zip(labels, whisper_peer.classify(extractor, model, path)))

    return classify


if __name__ == "__main__":
    port, concurrency = int(sys.argv[1]), int(sys.argv[3]) if len(sys.argv) > 3 else 1
    classify = {"cnn": cnn, "whisper": whisper}[sys.argv[2]]()
    app = gradio.Interface(classify, gradio.Audio(type="filepath"), gradio.Label(), api_name="predict",
                           flagging_mode="never", concurrency_limit=concurrency)
    app.launch(server_port=port, quiet=True)
