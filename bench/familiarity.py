#!/usr/bin/env python3
"""Measure whether the distance of a clip from the training data tells that the model is wrong.

    bench/familiarity.py RUN [--model MODEL]

RUN is a finished run of `undertone crossval 8-undertone` with the protocol `corpora` on this
machine. MODEL has the same frozen encoder, and by default is the model that ships. For each corpus
left out, the script computes distances of its clips from the clips of all other corpora, and the
area under the ROC curve (AUROC) of telling wrong answers by them: 0.5 is chance, 1 is perfect. It
embeds whole recordings. Needs numpy and the `undertone` package. 19,600 clips take 13 minutes on two
cores.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np

SHRINKAGE = 0.65
COMPONENTS = 300
NEIGHBORS = 10
BATCH = 64


def auroc(score, wrong):
    """Return the probability that a wrong answer has a higher score than a right one."""
    wrongs = int(wrong.sum())
    rights = len(score) - wrongs
    if wrongs == 0 or rights == 0:
        return np.nan
    _, place, counts = np.unique(score, return_inverse=True, return_counts=True)
    # Equal scores share the mean of their ranks.
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]
    return (ranks[wrong].sum() - wrongs * (wrongs + 1) / 2) / (wrongs * rights)


def judged(run):
    """Return the clips that each fold left out: name of the corpus, path, truth, probabilities."""
    facts = json.loads((run / "run.json").read_text())
    if "corpus" not in facts or len(facts["folds"]) < 2:
        raise SystemExit(f"{run}: this is no run of `crossval` over several corpora")
    root = Path(facts["corpus"])
    for fold in sorted((run / "folds").iterdir()):
        clips = json.loads((fold / "outcomes.json").read_text())["test"]
        for clip in clips:
            yield clip["corpus"], root / clip["utterance"], clip["truth"], clip["probabilities"]


def embedded(model, paths):
    """Return the embedding of each recording, `None` where it has none."""
    import undertone

    classifier = undertone.Classifier(str(model)) if model else undertone.Classifier()
    embeddings = []
    for first in range(0, len(paths), BATCH):
        part = classifier.embed_batch([str(path) for path in paths[first : first + BATCH]])
        for path, embedding in zip(paths[first:], part):
            is_there = isinstance(embedding, np.ndarray)
            if not is_there:
                print(f"\nleft out: {path}: {embedding}", file=sys.stderr)
            embeddings.append(embedding if is_there else None)
        print(f"\r{len(embeddings)} of {len(paths)} clips", end="", flush=True, file=sys.stderr)
    print(file=sys.stderr)
    return embeddings


def centers_and_covariance(embeddings, corpora, truth):
    """Return the mean of each emotion, and the covariance around them. Corpora count the same."""
    means = {}
    covariance = np.zeros((embeddings.shape[1],) * 2)
    names = sorted(set(corpora))
    for name in names:
        emotions = sorted(set(truth[corpora == name]))
        for emotion in emotions:
            own = embeddings[(corpora == name) & (truth == emotion)]
            means[name, emotion] = own.mean(0)
            around = own - own.mean(0)
            covariance += around.T @ around / len(own) / len(emotions) / len(names)
    emotions = sorted(set(truth))
    centers = [np.mean([means[key] for key in means if key[1] == it], 0) for it in emotions]
    return np.array(centers), covariance


def squared_distances(points, centers, covariance):
    """Return Mahalanobis distances, squared, with a covariance that is shrunk to the identity."""
    shrunk = (1 - SHRINKAGE) * covariance + SHRINKAGE * np.eye(len(covariance))
    whitening = np.linalg.cholesky(np.linalg.inv(shrunk))
    points, centers = points @ whitening, centers @ whitening
    squares = (points**2).sum(1)[:, None] + (centers**2).sum(1)
    return squares - 2 * points @ centers.T


def distances(left_out, others, corpora, truth):
    """Return the distances of the clips that were left out, by name."""
    mean, deviation = others.mean(0), others.std(0) + 1e-8
    left_out, others = (left_out - mean) / deviation, (others - mean) / deviation
    centers, within = centers_and_covariance(others, corpora, truth)
    total = np.cov(others.T)
    nearest = squared_distances(left_out, centers, within).min(1)
    everything = squared_distances(left_out, np.zeros((1, len(total))), total)[:, 0]

    values, vectors = np.linalg.eigh(total)
    components = vectors[:, -COMPONENTS:]
    directions = [it @ components for it in (left_out, others)]
    directions = [it / np.linalg.norm(it, axis=1, keepdims=True) for it in directions]
    similar = directions[0].astype(np.float32) @ directions[1].astype(np.float32).T
    neighbors = np.partition(similar, -NEIGHBORS, axis=1)[:, -NEIGHBORS:].mean(1)
    return {
        "to the nearest emotion (Mahalanobis)": nearest,
        "to all training data (Mahalanobis)": everything,
        "the first less the second (relative)": nearest - everything,
        f"to the {NEIGHBORS} nearest clips (cosine)": -neighbors,
    }


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("run", type=Path)
    parser.add_argument("--model", type=Path, help="a folder; by default the model that ships")
    arguments = parser.parse_args()

    corpora, paths, truth, probabilities = zip(*judged(arguments.run))
    embeddings = embedded(arguments.model, paths)
    known = [embedding is not None for embedding in embeddings]
    embeddings = np.array([it for it in embeddings if it is not None], dtype=np.float64)
    corpora, truth, probabilities = (np.array(it)[known] for it in (corpora, truth, probabilities))
    wrong = probabilities.argmax(1) != truth
    names = sorted(set(corpora))
    table = {}
    for name in names:
        own = corpora == name
        found = distances(embeddings[own], embeddings[~own], corpora[~own], truth[~own])
        found = {"the probability of the answer": -probabilities[own].max(1), **found}
        for kind, score in found.items():
            table.setdefault(kind, []).append(auroc(score, wrong[own]))
    print("| AUROC of wrong answers by | mean |", " | ".join(names), "|")
    print("| --- |" + " --- |" * (len(names) + 1))
    for kind, row in table.items():
        print(f"| {kind} | **{np.nanmean(row):.2f}** |", " | ".join(f"{it:.2f}" for it in row), "|")


if __name__ == "__main__":
    main()
