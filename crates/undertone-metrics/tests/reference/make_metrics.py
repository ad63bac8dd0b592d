"""Reference values for the crate's `judging` module, from scikit-learn and NumPy.

    python crates/undertone-metrics/tests/reference/make_metrics.py

writes metrics.json beside this file. Reports are asked for as the module gives them: rows for the
classes that occur in the truth or among the predictions, zero_division=0. Macro F1 averages over
the classes that occur in the truth, as UAR does.
"""

import json
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn.metrics import (
    accuracy_score,
    balanced_accuracy_score,
    classification_report,
    confusion_matrix,
    f1_score,
    log_loss,
    precision_recall_fscore_support,
)

EMOTIONS = ["neutral", "calm", "happy", "sad", "angry", "fearful", "disgust", "surprised"]
SENTIMENTS = ["negative", "neutral", "positive"]
LONG = ["a label far longer than the average line's heading", "éclair über naïve", "x"]


def calibration_error(probabilities, truth, bins=15):
    """Guo et al. 2017, eq. 3: bins ((m-1)/M, m/M] of the top probability."""
    confidence = probabilities.max(axis=1)
    correct = probabilities.argmax(axis=1) == truth
    edges = np.linspace(0, 1, bins + 1)
    error = 0.0
    for low, high in zip(edges[:-1], edges[1:]):
        inside = (confidence > low) & (confidence <= high)
        if inside.any():
            error += inside.mean() * abs(correct[inside].mean() - confidence[inside].mean())
    return error


def case(name, labels, truth, probabilities, digits=2):
    # Four decimals keep the file small. float32 is what a network gives; float64 is what both
    # sides compute with.
    decimals = np.round(np.asarray(probabilities, dtype=np.float64), 4)
    probabilities = decimals.astype(np.float32).astype(np.float64)
    truth = np.asarray(truth)
    predicted = probabilities.argmax(axis=1)
    present = sorted(set(truth.tolist()) | set(predicted.tolist()))
    every = list(range(len(labels)))
    p, r, f, s = precision_recall_fscore_support(truth, predicted, labels=every, zero_division=0)
    # As log_loss clips 32-bit input, but computed in 64 bits.
    epsilon = float(np.finfo(np.float32).eps)
    clipped = np.clip(probabilities, epsilon, 1 - epsilon)
    return {
        "name": name,
        "labels": labels,
        "truth": truth.tolist(),
        "probabilities": decimals.tolist(),
        "predicted": predicted.tolist(),
        "confusion": confusion_matrix(truth, predicted, labels=every).tolist(),
        "accuracy": accuracy_score(truth, predicted),
        "balanced_accuracy": balanced_accuracy_score(truth, predicted),
        "macro_f1": f1_score(
            truth, predicted, labels=np.unique(truth), average="macro", zero_division=0
        ),
        "precision": p.tolist(),
        "recall": r.tolist(),
        "f1": f.tolist(),
        "support": [int(n) for n in s],
        "log_loss": log_loss(truth, clipped, labels=every),
        "calibration_error": calibration_error(probabilities, truth),
        "digits": digits,
        # Where nothing is right, scikit-learn 1.9 prints the support as a float ("1.0"): a slip
        # that is not ours to copy.
        "report": classification_report(
            truth,
            predicted,
            target_names=[labels[i] for i in present],
            digits=digits,
            zero_division=0,
        )
        if (truth == predicted).any()
        else None,
    }


def softmax(logits):
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def drawn(rng, labels, n, pull, classes=None):
    """`n` clips of the classes named in `classes`; `pull` moves logits towards the truth."""
    truth = rng.choice(len(labels) if classes is None else classes, size=n)
    logits = rng.normal(size=(n, len(labels)))
    logits[np.arange(n), truth] += pull
    return truth, softmax(logits)


def certain(predicted, classes):
    """Probabilities 1 and 0 for given predictions."""
    return np.eye(classes)[predicted]


def missed(hits, clips):
    """Predictions for `clips` clips of each class: so many hits, the others taken for the next."""
    rows = [[c] * h + [(c + 1) % len(hits)] * (clips - h) for c, h in enumerate(hits)]
    return np.array(rows).ravel()


def main():
    # Classes without clips and sums a rounding away from 1 are meant.
    warnings.simplefilter("ignore", UserWarning)
    rng = np.random.default_rng(20200815)
    cases = [
        case("eight emotions", EMOTIONS, *drawn(rng, EMOTIONS, 240, 1.5)),
        case("eight emotions, four digits", EMOTIONS, *drawn(rng, EMOTIONS, 60, 1.0), digits=4),
        case("digits widen the name column", SENTIMENTS, *drawn(rng, SENTIMENTS, 20, 1.0), digits=14),
        case("three sentiments", SENTIMENTS, *drawn(rng, SENTIMENTS, 120, 1.0)),
        case("long labels", LONG, *drawn(rng, LONG, 40, 0.5)),
        case("truth has three of eight", EMOTIONS, *drawn(rng, EMOTIONS, 30, 1.0, [1, 4, 6])),
        case("never predicted", SENTIMENTS, [0, 0, 1, 2, 2], certain([0, 0, 0, 0, 0], 3)),
        case("predicted only, no support", SENTIMENTS, [0, 0, 1, 1], certain([0, 2, 1, 2], 3)),
        case("absent from both sides", SENTIMENTS, [0, 0, 2, 2], certain([0, 2, 2, 2], 3)),
        case("nothing right", SENTIMENTS, [0, 1, 2], certain([1, 2, 0], 3)),
        case("all right", EMOTIONS, list(range(8)) * 2, certain(list(range(8)) * 2, 8)),
        case("one clip", SENTIMENTS, [1], certain([1], 3)),
        case(
            "recalls of .125 and .375",
            SENTIMENTS,
            [0] * 8 + [1] * 8,
            certain([0] + [1] * 7 + [1] * 3 + [0] * 5, 3),
        ),
        # Recalls whose mean is .675 or a hair less, as the order of summation has it.
        case(
            "order of summation",
            EMOTIONS,
            np.repeat(np.arange(8), 20),
            certain(missed([15, 14, 12, 7, 19, 20, 14, 7], 20), 8),
        ),
        case(
            "equal probabilities: the first wins",
            SENTIMENTS,
            [0, 1, 2, 1],
            [[0.4, 0.4, 0.2], [0.25, 0.25, 0.5], [1 / 3] * 3, [0.2, 0.4, 0.4]],
        ),
    ]
    # Many small ones, where means often land on a rounding edge.
    for index in range(40):
        labels = EMOTIONS if index % 2 else SENTIMENTS
        n = int(rng.choice([8, 16, 20, 32]))
        cases.append(case(f"small {index}", labels, *drawn(rng, labels, n, 1.0)))
    # More classes than NumPy's summation takes one by one.
    many = [f"class {i}" for i in range(21)]
    cases.append(case("twenty-one classes", many, *drawn(rng, many, 200, 2.0)))
    path = Path(__file__).with_name("metrics.json")
    reference = {"scikit-learn": sklearn.__version__, "numpy": np.__version__, "cases": cases}
    path.write_text(json.dumps(reference, ensure_ascii=False, separators=(",", ":")) + "\n")
    print(f"{path}: {len(cases)} cases, {path.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main()
