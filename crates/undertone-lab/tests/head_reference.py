#!/usr/bin/env python3
"""Print the reference of `equals_scikit_learn` in src/head_fit.rs. Needs scikit-learn."""

import numpy as np
from sklearn.linear_model import LogisticRegression

generator = np.random.default_rng(3)
labels = np.arange(12) % 3
rows = generator.normal(size=(12, 4)) * [1, 2, 0.5, 3] + [0, 5, -2, 1] + labels[:, None] * 0.7
rows = rows.round(3).astype(np.float32)
standardised = (rows - rows.mean(0)) / rows.std(0)
fitted = LogisticRegression(C=0.5, tol=1e-10, max_iter=10000).fit(standardised, labels)


def rust(values):
    return ", ".join(f"{value:.6}" if isinstance(value, float) else str(value) for value in values)


def table(name, rows, width):
    lines = "\n".join(f"        [{rust([round(float(v), 6) for v in row])}]," for row in rows)
    print(f"    const {name}: [[f32; {width}]; {len(rows)}] = [\n{lines}\n    ];")


table("REFERENCE_ROWS", rows, 4)
print(f"    const REFERENCE_LABELS: [usize; 12] = [{rust(labels.tolist())}];")
table("REFERENCE_PROBABILITIES", fitted.predict_proba(standardised), 3)
