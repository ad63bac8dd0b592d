#!/usr/bin/env python3
"""Print the reference of `equals_scikit_learn` in src/head/lda.rs. Needs scikit-learn."""

import numpy as np
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

generator = np.random.default_rng(3)
labels = np.arange(12) % 3
rows = generator.normal(size=(12, 4)) * [1, 2, 0.5, 3] + [0, 5, -2, 1] + labels[:, None] * 0.7
rows = rows.round(3)
standardized = (rows - rows.mean(0)) / rows.std(0)
analysis = LinearDiscriminantAnalysis(solver="lsqr", shrinkage=0.3).fit(standardized, labels)


def table(name, rows):
    lines = "\n".join(f"        [{', '.join(f'{float(v):.6}' for v in row)}]," for row in rows)
    print(f"    const {name}: [[f32; {len(rows[0])}]; {len(rows)}] = [\n{lines}\n    ];")


table("REFERENCE_ROWS", rows)
table("REFERENCE_PROBABILITIES", analysis.predict_proba(standardized))
