"""Read what Undertone writes with the tools of the field.

pip install textgrid praatio praat-parselmouth pysrt webvtt-py pyannote.core pyannote.database
python check.py
"""

from pathlib import Path

import parselmouth
import pysrt
import textgrid
import webvtt
from parselmouth.praat import call
from praatio import textgrid as praatio_textgrid
from pyannote.database.util import load_rttm

HERE = Path(__file__).parent
ANNA = 'Anna "A" <1>'
TIERS = {
    ANNA: [(0.25, 1.5, "happy"), (2.0, 3.0, "neutral")],
    ANNA + " (2)": [(2.75, 3661.0004, "no speech")],
    "Béla": [(1.5, 2.125, "very sad")],
}


def check_grids():
    path = str(HERE / "talk.TextGrid")
    grid = textgrid.TextGrid.fromFile(path)
    # This reader leaves the quotes in names of tiers doubled.
    found = {t.name.replace('""', '"'): [(i.minTime, i.maxTime, i.mark) for i in t if i.mark] for t in grid}
    assert found == TIERS, found
    assert grid.maxTime == 3700
    grid = praatio_textgrid.openTextgrid(path, includeEmptyIntervals=False)
    found = {name: [tuple(e) for e in grid.getTier(name).entries] for name in grid.tierNames}
    assert found == TIERS, found
    praat = parselmouth.read(path)
    assert isinstance(praat, parselmouth.TextGrid)
    for number, (name, intervals) in enumerate(TIERS.items(), 1):
        assert call(praat, "Get tier name", number) == name
        count = call(praat, "Get number of intervals", number)
        texts = [call(praat, "Get label of interval", number, i + 1) for i in range(count)]
        starts = [call(praat, "Get start time of interval", number, i + 1) for i in range(count)]
        found = [(s, t) for s, t in zip(starts, texts) if t]
        assert found == [(s, t) for s, _, t in intervals], found


def check_subtitles():
    found = [(i.start.ordinal, i.end.ordinal, i.text) for i in pysrt.open(HERE / "talk.srt")]
    expected = [
        (250, 1500, ANNA + ": happy (62 %)\none & two → three"),
        (1500, 2125, "Béla: very sad (100 %)"),
        (2000, 3000, ANNA + ": neutral (50 %)"),
        (2750, 3661000, ANNA + ": no speech"),
    ]
    assert found == expected, found
    captions = webvtt.read(HERE / "talk.vtt")
    found = [(c.start, c.end, c.voice) for c in captions]
    assert found[0][:2] == ("00:00:00.250", "00:00:01.500"), found
    assert found[3][:2] == ("00:00:02.750", "01:01:01.000"), found
    assert captions[0].text.startswith("happy (62 %)\none &amp; two"), captions[0].text


def check_rttm():
    found = load_rttm(HERE / "talk.rttm")["the_talk"]
    found = [(s.start, s.end, label) for s, _, label in found.itertracks(yield_label=True)]
    anna = 'Anna_"A"_<1>'
    expected = [(0.25, 1.5, anna + "_happy"), (1.5, 2.125, "Béla_very_sad"),
                (2.0, 3.0, anna + "_neutral")]
    assert found == expected, found


def check_audacity():
    """Audacity reads: a start, a tab, an end, a tab, the rest of the line."""
    rows = [line.split("\t") for line in (HERE / "talk.txt").read_text().splitlines()]
    assert [len(row) for row in rows] == [3] * 4, rows
    assert [float(row[0]) for row in rows] == [0.25, 1.5, 2.0, 2.75], rows


if __name__ == "__main__":
    check_grids()
    check_subtitles()
    check_rttm()
    check_audacity()
    print("All tools read what Undertone writes.")
