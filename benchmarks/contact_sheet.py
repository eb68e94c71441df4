"""Pictures at equal scores beside pngquant's, at twice their size: what the figures do not show.

    python benchmarks/contact_sheet.py OUT PICTURE... [--scores 85 70 50]

Writes one PNG for every picture: for each score a row with the original, huepress's file and that
of the installed pngquant with the fewest colors that reach the score, cut where they differ most.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from PIL import Image

import huepress
from huepress.study.compare import compare, contenders
from huepress.study.compare.sheet import sheet

SHOWN = ("huepress PNG", "pngquant")


def rows_of(picture: Path, scores: list[float]) -> list[np.ndarray]:
    """Return one sheet for every score that somebody reaches."""
    made = []
    for score in scores:
        only = [each for each in contenders() if each.name in SHOWN]
        found = compare(picture, score=score, only=only)
        made.append(sheet(found))
        for entry in found.entries:
            print(f"{picture.name} {score:g}: {entry.name} {entry.n_bytes:,} B {entry.score:.1f}")
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("pictures", nargs="+", type=Path)
    parser.add_argument("--scores", nargs="+", type=float, default=[85.0, 70.0, 50.0])
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    for picture in args.pictures:
        try:
            rows = rows_of(picture, args.scores)
        except huepress.HuepressError as error:
            print(error)
            continue
        width = max(row.shape[1] for row in rows)
        padded = [
            np.pad(row, ((0, 0), (0, width - row.shape[1]), (0, 0)), constant_values=250)
            for row in rows
        ]
        Image.fromarray(np.vstack(padded)).save(args.out / f"{picture.stem}.png")


if __name__ == "__main__":
    main()
