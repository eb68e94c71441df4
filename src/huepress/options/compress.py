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
from huepress.options.shape import ShapeOptions


# Dataclasses collect fields from the last base to the first: --help begins with the aims.
@dataclass(frozen=True)
class CompressOptions(
    ReadingOptions,
    AnimationOptions,
    FileOptions,
    ShapeOptions,
    MappingOptions,
    PaletteOptions,
    KmeansOptions,
    AimOptions,
):
    """Everything that decides the bytes of one compressed picture.

    The same options, input and version give the same bytes, for any number of threads.
    """

    def __post_init__(self) -> None:
        ShapeOptions.__post_init__(self)
        aims = [n for n in ("quality", "max_size", "rate_weight") if getattr(self, n) is not None]
        aims += ["lossless"] if self.lossless else []
        self._only_one_of(aims)
        self._only_one_of([n for n in ("lossless", "palette", "keep_color") if getattr(self, n)])
        given = ("palette", "keep_color", "keep_palette", "whole_palette")
        self._only_one_of([n for n in given[:3] if getattr(self, n)])
        self._only_one_of([n for n in (given[2], given[3]) if getattr(self, n)])
        self._only_one_of([n for n in ("lossless", "indexed") if getattr(self, n)])
        if self.indexed and self.format not in ("auto", "png", "gif", "tiff", "bmp"):
            raise OptionError(
                "format", self.format, "png, gif, tiff or bmp, which hold a palette (--indexed)"
            )
        if self.display_palette is not None and self.palette is None:
            raise OptionError("display_palette", self.display_palette, "only with palette")
        if self.keep_hidden_rgb and not self.lossless:
            raise OptionError("keep_hidden_rgb", True, "only with lossless")

        self._check_arrangement()

    @property
    def arranges_palette(self) -> bool:
        """Whether the palette of the file is to be as it is told, not as it packs best."""
        return (
            self.keep_palette
            or self.whole_palette
            or self.transparent_first
            or self.bit_depth is not None
        )

    def _check_arrangement(self) -> None:
        """Refuse formats without such a palette; a depth has room for so many colors."""
        holding: tuple[str, ...] = ("auto", "png", "gif", "tiff", "bmp")
        if self.transparent_first:
            holding = holding[:3]
        if self.bit_depth is not None:
            holding = holding[:2]
            if self.bit_depth not in (1, 2, 4, 8):
                raise OptionError("bit_depth", self.bit_depth, "1, 2, 4 or 8")
            object.__setattr__(self, "colors", min(self.colors, 1 << self.bit_depth))
        if self.arranges_palette and self.format not in holding:
            allowed = f"{' or '.join(holding[1:])}, where a palette can be had as it is asked for"
            raise OptionError("format", self.format, allowed)
        if self.arranges_palette and self.keep_hidden_rgb:
            raise OptionError("keep_hidden_rgb", True, "only for a palette in any order")

    def _only_one_of(self, given: list[str]) -> None:
        if len(given) > 1:
            found = getattr(self, given[1])
            raise OptionError(given[1], found, f"only one of {' and '.join(given)}")
