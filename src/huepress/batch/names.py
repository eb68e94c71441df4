"""Names of files, and the formats that they imply.

An output's name depends only on its input's name and the options, never on its neighbors.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from huepress.batch.store import is_remote, split
from huepress.formats.names import READ, SUFFIXES, WRITTEN, format_of_name

OWN: Final = "own"
"""Placeholder for the format that the input turns out to have."""

PENDING: Final = ".smallest"
"""Placeholder for the suffix until the smallest file is known."""

PICTURE_SUFFIXES: Final = frozenset([*SUFFIXES, *READ, ".dib"])
"""Suffixes of pictures; icons are not among them, because sets of sizes keep their format."""


def is_picture_name(name: str) -> bool:
    """Whether a file is a picture, judging by its name."""
    return Path(name).suffix.lower() in PICTURE_SUFFIXES


def suffix_of(format: str) -> str:
    """Return the suffix that files of a format are written with."""
    return _first_suffix(format, PENDING)


def _first_suffix(format: str, other: str) -> str:
    return WRITTEN[format][1][0] if format in WRITTEN else other


def stem_with(name: str, mark: str) -> str:
    """Return a name without its suffix and with a mark, put before the ``.9`` of a 9-patch."""
    stem = Path(name).stem
    return stem[:-2] + mark + stem[-2:] if stem.endswith(".9") else stem + mark


def named_for(name: str, format: str) -> str:
    """Return the name of an output: the input's own if that already fits the format."""
    return name if format_of_name(name) == format else Path(name).stem + suffix_of(format)


def decided(output: str, format: str, own: str) -> str:
    """Return an output's name once the smallest file is known; `own` is the input's name."""
    if not output.endswith(PENDING):
        return output
    if format_of_name(own) == format:
        return output.removesuffix(PENDING) + Path(own).suffix
    return output.removesuffix(PENDING) + _first_suffix(format, Path(own).suffix)


def beside(above: str, name: str) -> str:
    """Return the address of a name in the directory that `split` returned."""
    return above + name if is_remote(above) or not above else os.path.join(above, name)  # noqa: PTH118


def own_name(source: str, output: str, format: str) -> str:
    """Return where an original goes if it is kept although another format was asked for."""
    above, name = split(output)
    suffix = suffix_of(format)
    own = Path(split(source)[1])
    if own.suffix.lower() == suffix or not name.endswith(suffix):
        return output
    stem = name.removesuffix(suffix)
    return beside(above, stem if stem.endswith(own.suffix) else stem + own.suffix)
