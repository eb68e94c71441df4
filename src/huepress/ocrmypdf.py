"""huepress instead of pngquant in OCRmyPDF, which finds this plugin by its entry point.

With ``ocrmypdf --optimize 2`` or ``3`` the PNGs of a PDF become indexed, as pngquant would make
them. Pictures that would get only two colors are left as they are: some releases of OCRmyPDF drop
such a palette, and pages come out inverted if white is its first entry.
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
    """Write a smaller PNG; write nothing if none is smaller, or if that would lose too much.

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
    except Failure:  # like a nonzero exit code of pngquant: the picture stays
        return
    if made.colors is None or made.colors > 2:
        output_file.write_bytes(made.data)
