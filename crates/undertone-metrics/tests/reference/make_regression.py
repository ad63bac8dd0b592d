"""Reference values for the scores of dimensions, from audmetric, SciPy and NumPy.

    pip install audmetric scipy
    python crates/undertone-metrics/tests/reference/make_regression.py

writes regression.json beside this file. CCC is audmetric's `concordance_cc` (Lin 1989, variances
divided by the number of values); r is SciPy's. Both give NaN where they are not defined, which is
null in the file.
"""

import json
import warnings
from pathlib import Path

import audmetric
import numpy as np
import scipy
from scipy.stats import pearsonr


def defined(value):
    return float(value) if np.isfinite(value) else None


def case(name, truth, predicted):
    truth, predicted = np.asarray(truth, dtype=float), np.asarray(predicted, dtype=float)
    pearson = pearsonr(truth, predicted).statistic if len(truth) > 1 else np.nan
    return {
        "name": name,
        "truth": truth.tolist(),
        "predicted": predicted.tolist(),
        "ccc": defined(audmetric.concordance_cc(truth, predicted)),
        "pearson": defined(pearson),
        "rmse": float(np.sqrt(np.mean((predicted - truth) ** 2))),
        "mae": float(np.mean(np.abs(predicted - truth))),
        "truth_mean": float(truth.mean()),
        "truth_std": float(truth.std()),
    }


def main():
    warnings.simplefilter("ignore")
    rng = np.random.default_rng(1989)
    cases = [
        case("audmetric's example", [0, 1, 2], [0, 1, 1]),
        case("equal", [1, 2, 3, 4], [1, 2, 3, 4]),
        case("reversed", [1, 2, 3, 4], [4, 3, 2, 1]),
        case("two values", [1, 2], [1.5, 1.75]),
        case("one value", [1], [2]),
        case("constant truth", [3, 3, 3], [1, 2, 3]),
        case("constant prediction", [1, 2, 3], [2, 2, 2]),
        case("both constant", [2, 2], [2, 2]),
    ]
    for index in range(30):
        n = int(rng.choice([5, 20, 80]))
        truth = rng.normal(rng.choice([0, 3, 50]), rng.choice([0.1, 1, 15]), size=n)
        noise = rng.normal(0, truth.std() * rng.choice([0.2, 1, 3]), size=n)
        predicted = rng.choice([-0.5, 0.5, 1]) * truth + noise + rng.choice([0, 1])
        cases.append(case(f"drawn {index}", np.round(truth, 4), np.round(predicted, 4)))
    levels = rng.integers(0, 3, size=60)
    cases.append(case("three levels", levels, np.round(1 + 0.4 * (levels - 1), 3)))
    path = Path(__file__).with_name("regression.json")
    versions = {"audmetric": audmetric.__version__, "scipy": scipy.__version__}
    path.write_text(json.dumps({**versions, "cases": cases}, separators=(",", ":")) + "\n")
    print(f"{path}: {len(cases)} cases, {path.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main()
