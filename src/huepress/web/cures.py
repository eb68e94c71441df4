"""Settings that would cure an error of the library, each for a button of the page."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from huepress.errors import (
    FramesError,
    HuepressError,
    MissingExtraError,
    OptionError,
    QualityError,
)


def told(error: HuepressError, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return an error as the page shows it.

    Parameters
    ----------
    error : HuepressError
        What went wrong.
    values : mapping
        The settings of the client.

    Returns
    -------
    dict
        ``code``, ``message`` (the library's words) and ``cures``: rows of ``label`` and
        ``changes``, the settings that would help, to be laid over those there are.
    """
    cures = [{"label": label, "changes": changes} for label, changes in _cures(error, values)]
    return {"code": error.code, "message": str(error), "cures": cures}


def _cures(error: HuepressError, values: Mapping[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    if isinstance(error, QualityError):
        return _of_bound(error, values)
    if isinstance(error, MissingExtraError) and values.get("format") is not None:
        return [("Write PNG", {"format": "auto"})]
    if isinstance(error, FramesError):
        word = "page" if error.word == "pages" else "frame"
        return [(f"Take {word} 1", {"frame": 0})]
    if "--allow-truncated" in str(error):
        return [("Read what is left", {"allow_truncated": True})]
    if isinstance(error, OptionError) and "--frame" in str(error):
        return [("Take frame 1", {"frame": 0})]
    if isinstance(error, OptionError) and error.name in (
        "keep_color",
        "palette",
        "display_palette",
    ):
        count = re.match(r"\d+", str(error.value))
        if count and int(count[0]) <= 256:
            return [(f"Raise colors to {count[0]}", {"colors": int(count[0])})]
    return []


def _of_bound(error: QualityError, values: Mapping[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    number = re.search(r"\d[\d,]*(?:\.\d+)?", error.reached)
    nearest = ("Take what comes nearest", {"best_effort": True})
    if number is None:
        return [nearest]
    value = float(number[0].replace(",", ""))
    if values.get("quality") is not None:
        # One tenth lower: the score was rounded, and a bound that is missed by a hair helps nobody.
        below = math.floor(value * 10 - 0.5) / 10
        found = [(f"Use {below:g}", {"quality": below})] if below >= 1 else []
        return [*found, nearest]
    return [(f"Allow {int(value):,} bytes", {"max_size": str(int(value))}), nearest]
