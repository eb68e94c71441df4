"""What is measured of the drawn pictures, and how far it may move.

`figures.json` holds the bytes and the score of every picture at every setting. `test_golden.py`
fails where a file is more than 0.5 % larger or scores more than 0.2 less, and where all the files
of a setting together are more than 0.2 % larger or score 0.05 less on average. Smaller and better
passes.

Where a change is meant, renew the figures, look at what is printed, and commit them with it:

    .venv/bin/python tests/golden/measuring.py

It prints every figure that moved and the sums of each setting, then writes the file anew.
"""

import json
from pathlib import Path

import drawn

import huepress

FILE = Path(__file__).with_name("figures.json")

BYTES, SCORE = 1.005, 0.2
"""How many times as large a file may be, and how much less it may score."""

SUM_BYTES, MEAN_SCORE = 1.002, 0.05
"""The same of all pictures at one setting: what moves them all a little is seen, too."""

PHOTOS = ("valley", "face", "fruit", "old_photo")

ALL = tuple(drawn.ALL)
SETTINGS = {
    "256": (ALL[::3], {}),
    "16": (ALL[1::3], {"colors": 16}),
    "256 fast": (ALL[1::2], {"effort": "fast"}),
    "16 fast": (ALL[::3], {"colors": 16, "effort": "fast"}),
    "4 fast": (ALL[::3], {"colors": 4, "effort": "fast"}),
    "score 70": (ALL[1::3], {"quality": 70, "effort": "fast", "best_effort": True}),
    "lossless": (ALL[2::3], {"lossless": True, "effort": "fast"}),
    "webp 64": (ALL[::2], {"colors": 64, "format": "webp", "effort": "fast"}),
    "gif 32": (ALL[1::2], {"colors": 32, "format": "gif", "effort": "fast"}),
    "plain 32": (PHOTOS, {"colors": 32, "rate_weight": 0.0, "dither": 0.0, "effort": "fast"}),
    "best 32": (PHOTOS[:1], {"colors": 32, "effort": "best"}),
    "900 bytes": (("window",), {"max_size": "900", "effort": "fast"}),
}
"""Which pictures are compressed how."""


def measure(picture, options):
    """Bytes and score of one picture."""
    result = huepress.compress(drawn.ALL[picture](), threads=1, **options)
    return [len(result.data), round(result.score, 2)]


def measured(setting):
    """Bytes and score of every picture of a setting."""
    pictures, options = SETTINGS[setting]
    return {picture: measure(picture, options) for picture in pictures}


def written():
    """The figures that were committed."""
    return json.loads(FILE.read_text())


def worse(before, now):
    """What is wrong with the figures of a setting, in words; empty when nothing is."""
    found = [
        f"{picture}: {size} bytes at {score}, {now[picture][0]} bytes at {now[picture][1]} now"
        for picture, (size, score) in before.items()
        if now[picture][0] > round(size * BYTES) or now[picture][1] < round(score - SCORE, 2)
    ]
    (size, score), (size_now, score_now) = _sums(before), _sums(now)
    if size_now > round(size * SUM_BYTES) or score_now < score - MEAN_SCORE:
        found.append(f"all: {size} bytes at {score:.2f}, {size_now} bytes at {score_now:.2f} now")
    return found


def _sums(figures):
    sizes, scores = zip(*figures.values(), strict=True)
    return sum(sizes), sum(scores) / len(scores)


def _told(setting, before, now):
    for picture, figure in now.items():
        if before.get(picture) != figure:
            print(f"{setting:>10}  {picture:10} {before.get(picture)} -> {figure}")
    if before.keys() == now.keys():
        (size, score), (size_now, score_now) = _sums(before), _sums(now)
        print(
            f"{setting:>10}  all: {size_now / size - 1:+.2%} bytes, {score_now - score:+.2f} points"
        )


def _renew():
    before = written() if FILE.exists() else {}
    now = {}
    for setting in SETTINGS:
        now[setting] = measured(setting)
        _told(setting, before.get(setting, {}), now[setting])
    lines = [
        f' "{setting}": {{\n'
        + ",\n".join(f'  "{picture}": {figure}' for picture, figure in figures.items())
        + "\n }"
        for setting, figures in now.items()
    ]
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    _renew()
