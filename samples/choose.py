#!/usr/bin/env python3
"""Choose the human recordings of this folder by what CREMA-D's raters heard. No model takes part.

    python3 samples/choose.py CORPUS RATERS            print the ranking and the choice
    python3 samples/choose.py CORPUS RATERS --out DIR  also write the recordings and conversation.flac

CORPUS is a folder with CREMA-D's WAV files. RATERS is a folder with VideoDemographics.csv and
processedResults/tabulatedVotes.csv of https://github.com/CheyneyComputerScience/CREMA-D.
--out needs ffmpeg.

The rule:
1. A clip is a candidate if it lasts 1.2 to 4 s and if more of its raters heard the intended emotion
   than any other one. Only the votes of raters who heard the voice without the face count.
2. The candidates of an emotion are ranked by the share of raters who heard that emotion, then by the
   number of raters, then by the mean intensity that they gave, then by name.
3. The emotions choose in alphabetical order. Each takes its first candidate whose actor and sentence
   are not taken yet and whose sex is not taken three times.

The models that ship do not hear the six actors. If a clip must be replaced, name it with --without, and
name the six actors with --actors: then the next clip of the ranking comes from an actor that no model
has heard.

conversation.flac consists of clips of two of the actors, whose order is written below. Each is the
first of the ranking of its actor and emotion that is not chosen already, with half a second of digital
silence after it.
"""

import argparse
import csv
import io
import pathlib
import subprocess
import wave

# Code in a file name, letter in the votes, column of the mean intensity.
EMOTIONS = {
    "angry": ("ANG", "A", "meanAngerResp"),
    "disgust": ("DIS", "D", "meanDisgustResp"),
    "fearful": ("FEA", "F", "meanFearResp"),
    "happy": ("HAP", "H", "meanHappyResp"),
    "neutral": ("NEU", "N", "meanNeutralResp"),
    "sad": ("SAD", "S", "meanSadResp"),
}
LETTERS = [letter for _, letter, _ in EMOTIONS.values()]
SECONDS = (1.2, 4.0)
OF_EACH_SEX = 3
# The rows with these numbers are votes on the voice alone. Rows 2xxxxx are votes on the face, 3xxxxx on both.
VOICE_ONLY = range(100_000, 200_000)
# Who speaks in turn: the actor of the chosen clip with the first emotion, in the second emotion.
CONVERSATION = [
    ("happy", "neutral"), ("sad", "happy"), ("happy", "disgust"),
    ("sad", "angry"), ("happy", "fearful"), ("sad", "sad"),
]
PAUSE_SECONDS = 0.5


def read_rows(path):
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def read_wav(path):
    """Return the sample rate and the 16-bit samples of a mono WAV file."""
    with wave.open(str(path)) as file:
        if (file.getnchannels(), file.getsampwidth()) != (1, 2):
            raise SystemExit(f"{path}: not 16-bit mono")
        return file.getframerate(), file.readframes(file.getnframes())


def rank(corpus, raters, without=()):
    """Return the candidates of each emotion, best first, without the clips of these names."""
    actors = {row["ActorID"]: row for row in read_rows(raters / "VideoDemographics.csv")}
    files = {path.stem: path for path in sorted(corpus.rglob("*.wav"))}
    candidates = {emotion: [] for emotion in EMOTIONS}
    for row in read_rows(raters / "processedResults" / "tabulatedVotes.csv"):
        name = row["fileName"]
        if int(row[""]) not in VOICE_ONLY or name not in files or name in without:
            continue
        actor, sentence, code, _ = name.split("_")
        emotion = next(emotion for emotion, codes in EMOTIONS.items() if codes[0] == code)
        _, letter, intensity = EMOTIONS[emotion]
        votes = {each: int(row[each]) for each in LETTERS}
        if any(votes[other] >= votes[letter] for other in LETTERS if other != letter):
            continue
        rate, samples = read_wav(files[name])
        seconds = len(samples) / 2 / rate
        if not SECONDS[0] <= seconds <= SECONDS[1]:
            continue
        candidates[emotion].append({
            "name": name, "path": files[name], "actor": actor, "sentence": sentence,
            "age": actors[actor]["Age"], "sex": actors[actor]["Sex"],
            "agreeing": votes[letter], "raters": sum(votes.values()),
            "intensity": float(row[intensity]), "seconds": seconds,
        })
    for ranking in candidates.values():
        ranking.sort(key=lambda clip: (
            -clip["agreeing"] / clip["raters"], -clip["raters"], -clip["intensity"], clip["name"],
        ))
    return candidates


def choose(candidates, actors=None):
    """Return the chosen clip of each emotion, of these actors if any are given."""
    chosen = {}
    for emotion, ranking in candidates.items():
        taken = chosen.values()
        chosen[emotion] = next(
            clip for clip in ranking
            if (actors is None or clip["actor"] in actors)
            and clip["actor"] not in [each["actor"] for each in taken]
            and clip["sentence"] not in [each["sentence"] for each in taken]
            and [each["sex"] for each in taken].count(clip["sex"]) < OF_EACH_SEX
        )
    return chosen


def converse(candidates, chosen):
    """Return the clips of the conversation."""
    turns = []
    for speaker, emotion in CONVERSATION:
        taken = [*chosen.values(), *turns]
        actor = chosen[speaker]["actor"]
        turns.append(next(clip for clip in candidates[emotion] if clip["actor"] == actor and clip not in taken))
    return turns


def write_flac(path, rate, samples):
    """Write 16-bit mono samples as FLAC, and check that they are read back unchanged."""
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples)
    ffmpeg = ["ffmpeg", "-hide_banner", "-loglevel", "error", "-y"]
    # Bit-exact output: no dates, no program versions and no padding in the file.
    options = ["-c:a", "flac", "-compression_level", "12", "-lpc_type", "cholesky", "-lpc_passes", "8",
               "-exact_rice_parameters", "1", "-metadata_header_padding", "0",
               "-fflags", "+bitexact", "-flags:a", "+bitexact", "-map_metadata", "-1"]
    subprocess.run([*ffmpeg, "-i", "-", *options, path], input=content.getvalue(), check=True)
    back = subprocess.run([*ffmpeg, "-i", path, "-f", "s16le", "-"], capture_output=True, check=True).stdout
    if back != samples:
        raise SystemExit(f"{path}: the samples changed")


def described(clip):
    return (f"{clip['name']:<17} {clip['agreeing']:>2} of {clip['raters']:>2} raters, "
            f"intensity {clip['intensity']:4.1f}, {clip['seconds']:.2f} s, {clip['sex'].lower()}, {clip['age']}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", type=pathlib.Path, metavar="CORPUS")
    parser.add_argument("raters", type=pathlib.Path, metavar="RATERS")
    parser.add_argument("--without", nargs="+", default=[], metavar="CLIP", help="leave these clips out")
    parser.add_argument("--actors", nargs="+", metavar="ACTOR", help="choose clips of these actors only")
    parser.add_argument("--first", type=int, default=5, help="how much of each ranking to print [default: 5]")
    parser.add_argument("--out", type=pathlib.Path, metavar="DIR", help="write the recordings to this folder")
    arguments = parser.parse_args()
    candidates = rank(arguments.corpus, arguments.raters, arguments.without)
    chosen = choose(candidates, arguments.actors)
    turns = converse(candidates, chosen)
    for emotion, ranking in candidates.items():
        print(f"{emotion}, {len(ranking)} candidates")
        shown = ranking[:arguments.first]
        for clip in shown if chosen[emotion] in shown else [*shown, chosen[emotion]]:
            print("*" if clip is chosen[emotion] else " ", described(clip))
    print("conversation")
    for clip in turns:
        print(" ", described(clip))
    if arguments.out:
        for emotion, clip in chosen.items():
            write_flac(arguments.out / f"{emotion}.flac", *read_wav(clip["path"]))
        recordings = [read_wav(clip["path"]) for clip in turns]
        rate = recordings[0][0]
        pause = bytes(2 * round(PAUSE_SECONDS * rate))
        write_flac(arguments.out / "conversation.flac", rate, b"".join(samples + pause for _, samples in recordings))


if __name__ == "__main__":
    main()
