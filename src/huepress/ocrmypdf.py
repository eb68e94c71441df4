"""huepress in OCRmyPDF's place for pngquant: found by OCRmyPDF itself, by entry point.

With ``ocrmypdf --optimize 2`` or ``3`` the pictures of a PDF that are PNGs become indexed ones, as
pngquant would make them, without pngquant. What would have two colors is left as it is: releases of
OCRmyPDF dropped the palette then, and pages came out inverted where white stood first in it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ocrmypdf import hookimpl
from ocrmypdf._exec import pngquant
from packaging.version import Version

from huepress.pngquant.arguments import Request
from huepress.pngquant.codes import Failure
from huepress.pngquant.work import make


@hookimpl  # type: ignore[untyped-decorator]
def initialize(plugin_manager: Any) -> None:  # noqa: ARG001 - the hook's own name for it
    """Answer for pngquant: OCRmyPDF asks for it by these three functions."""
    pngquant.available = lambda: True
    pngquant.version = lambda: Version("2.18.0")  # as of huepress-pngquant
    pngquant.quantize = quantize


def quantize(input_file: Path, output_file: Path, quality_min: int, quality_max: int) -> None:
    """Write a smaller PNG; nothing where none is, or where that would lose too much.

    Parameters
    ----------
    input_file, output_file : Path
        PNGs; they may be the same.
    quality_min, quality_max : int
        pngquant's quality, 0 to 100: below the first nothing is written, the second is aimed at.
    """
    data = input_file.read_bytes()
    request = Request(worst=quality_min, finest=quality_max, only_if_smaller=True)
    try:
        made = make(data, str(input_file), request)
    except Failure:  # as pngquant's exit code other than 0: the picture stays
        return
    if made.colors is None or made.colors > 2:
        output_file.write_bytes(made.data)
