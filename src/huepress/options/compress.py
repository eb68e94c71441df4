"""Everything that decides the bytes of one compressed picture: its panels in one group."""

from __future__ import annotations

from dataclasses import dataclass

from huepress.errors import OptionError
from huepress.options.aim import AimOptions
from huepress.options.animation import AnimationOptions
from huepress.options.file import FileOptions
from huepress.options.kmeans import KmeansOptions
from huepress.options.mapping import MappingOptions
from huepress.options.palette import PaletteOptions
from huepress.options.reading import ReadingOptions
from huepress.options.spec import OptionGroup


# Dataclasses collect fields from the last base to the first: --help begins with the aims.
@dataclass(frozen=True)
class CompressOptions(
    ReadingOptions,
    AnimationOptions,
    FileOptions,
    MappingOptions,
    PaletteOptions,
    KmeansOptions,
    AimOptions,
):
    """Everything that decides the bytes of one compressed picture.

    The same options, input and version give the same bytes, for any number of threads.
    """

    def __post_init__(self) -> None:
        OptionGroup.__post_init__(self)
        aims = [n for n in ("quality", "max_size", "rate_weight") if getattr(self, n) is not None]
        aims += ["lossless"] if self.lossless else []
        self._only_one_of(aims)
        self._only_one_of([n for n in ("lossless", "palette", "keep_color") if getattr(self, n)])
        self._only_one_of([n for n in ("lossless", "indexed") if getattr(self, n)])
        if self.indexed and self.format not in ("auto", "png", "gif", "tiff", "bmp"):
            raise OptionError(
                "format", self.format, "png, gif, tiff or bmp, which hold a palette (--indexed)"
            )
        if self.display_palette is not None and self.palette is None:
            raise OptionError("display_palette", self.display_palette, "only with palette")
        if self.keep_hidden_rgb and not self.lossless:
            raise OptionError("keep_hidden_rgb", True, "only with lossless")

    def _only_one_of(self, given: list[str]) -> None:
        if len(given) > 1:
            found = getattr(self, given[1])
            raise OptionError(given[1], found, f"only one of {' and '.join(given)}")
