"""The same picture in other formats and by other tools, each at the same score or the same bytes.

A picture goes in, a Comparison comes out: huepress as PNG and WebP beside lossless files, JPEG,
WebP, AVIF, Pillow's quantizers and an installed pngquant, with bytes, score, PSNR and seconds of
each, one sentence of advice, and a sheet of crops to look at.
"""

from __future__ import annotations

from huepress.study.compare.advice import advise
from huepress.study.compare.contenders import Contender, contenders
from huepress.study.compare.entry import Entry
from huepress.study.compare.matching import Comparison, compare
from huepress.study.compare.sheet import sheet

__all__ = ["Comparison", "Contender", "Entry", "advise", "compare", "contenders", "sheet"]
