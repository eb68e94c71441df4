"""One way to map a picture, and its outcome."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from huepress._forks import cached_property
from huepress.encode import png, webp
from huepress.types import IndexedImage, PaletteFit

ROUGH_LEVEL: Final = {"taken": 7, "drawn": 11}
"""libdeflate's level for rough bytes. On photographs level 7 writes 6 to 9 % more than level 12 for
every mapping, in a sixth of the time; on charts 10 to 24 % more, depending on the palette
(docs/lab-book/lossless.md, rate)."""


@dataclass(frozen=True)
class Setting:
    """How to map, apart from the rate weight.

    Attributes
    ----------
    colors : int
        Largest palette.
    dither : float
        0 to 1.
    masked : bool
        Errors weigh as the eye sees them, little in texture; False: by the roots of those weights.
    lightness : bool
        Errors of lightness weigh more than those of chroma, as always in paintings.
    """

    colors: int
    dither: float
    masked: bool = True
    lightness: bool = False


@dataclass(frozen=True, eq=False)
class Trial:
    """One way to map the picture, and how it scored.

    Attributes
    ----------
    indexed : IndexedImage
        The mapped picture.
    fit : PaletteFit
        The fit of its palette.
    score : float
        The lower of the two judges' scores (`metrics.Verdict`).
    rate_weight : float
        0 is plain nearest color.
    is_drawn : bool
        Whether trials can be ranked only by strong deflate.
    setting : Setting or None
        How it was mapped; None: nearest color, or outside a search.
    container : {"png", "webp"}
        The format whose bytes are counted.
    """

    indexed: IndexedImage
    fit: PaletteFit
    score: float
    rate_weight: float = 0.0
    is_drawn: bool = False
    setting: Setting | None = None
    container: str = "png"

    @cached_property
    def n_bytes(self) -> int:
        """Bytes of the PNG without row filters, or of the WebP."""
        return self.estimate(level=12)

    @cached_property
    def rough_bytes(self) -> int:
        """The same with a weaker deflate if that ranks alike, for a first selection."""
        level = ROUGH_LEVEL["drawn" if self.is_drawn else "taken"]
        return self.n_bytes if level == 12 else self.estimate(level=level)

    def estimate(self, *, level: int) -> int:
        """Bytes at libdeflate's level; for a WebP, levels below 12 are rough."""
        if self.container == "webp":
            return webp.estimate_bytes(self.indexed, rough=level < 12)
        return png.estimate_bytes(self.indexed, level=level)
