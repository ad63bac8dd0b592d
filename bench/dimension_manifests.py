"""Make manifests of two corpora with numeric labels.

    python bench/dimension_manifests.py crema-d CREMA_D RATERS > CREMA_D/intensity.csv
    python bench/dimension_manifests.py baved BAVED > BAVED/arousal.csv

CREMA-D: the intensity that listeners heard in the voice, 0 to 100, from the `processedResults/
summaryTable.csv` and `VideoDemographics.csv` in RATERS. Where listeners disagreed on the emotion, it is
the mean over their emotions. BAVED: the level of expressed emotion, 0 (low) to 2 (high), as arousal.
Paths are relative to the corpus's folder, where the manifest must be.
"""

import csv
import statistics
import sys
from pathlib import Path

GENDERS = {"m": "male", "f": "female", "Male": "male", "Female": "female"}


def recordings(corpus):
    return {path.stem: path.relative_to(corpus) for path in sorted(corpus.rglob("*.wav"))}


def crema_d(corpus, raters):
    with open(raters / "VideoDemographics.csv", newline="") as file:
        genders = {row["ActorID"]: GENDERS[row["Sex"]] for row in csv.DictReader(file)}
    paths = recordings(corpus)
    with open(raters / "processedResults" / "summaryTable.csv", newline="") as file:
        for row in csv.DictReader(file):
            path, speaker = paths.get(row["FileName"]), row["FileName"][:4]
            if path is not None:
                intensity = statistics.mean(float(level) for level in row["VoiceLevel"].split(":"))
                yield path, speaker, genders[speaker], f"{intensity:.2f}"


def baved(corpus):
    for name, path in recordings(corpus).items():
        speaker, gender, _age, _word, level, _record = name.split("-")
        yield path, speaker, GENDERS[gender], level


def main():
    kind, *folders = sys.argv[1:]
    rows, value = {"crema-d": (crema_d, "intensity"), "baved": (baved, "arousal")}[kind]
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["path", "speaker", "gender", value])
    writer.writerows(rows(*map(Path, folders)))


if __name__ == "__main__":
    main()
