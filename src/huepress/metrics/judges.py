"""One score from two judges with different blind spots: the lower of the two counts.

SSIMULACRA2 looks at structure, pixel by pixel; ColorVideoVDP at what an eye at a desk can tell
apart. A picture tuned to please only one of them looks worse than its score. JOD are mapped to the
scale of SSIMULACRA2 by ordinary codecs: a score of 70 means that neither judge finds the picture
worse than the average JPEG or WebP with a SSIMULACRA2 of 70.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from huepress.metrics.colorvision import Cvvdp
from huepress.metrics.inputs import ImageLike
from huepress.metrics.perceptual import Ssimulacra2
from huepress.types import Colors, Indices

# Points below 100 = _SLOPE x loss + _KNEE x loss / (loss + _BEND), loss = 10 - JOD. Fitted to JPEG
# and WebP of 40 photographs at ten and eight qualities, the mean of both: SSIMULACRA2 of 90 / 80 /
# 70 / 60 / 50 / 40 / 30 / 20 goes with 9.95 / 9.78 / 9.58 / 9.35 / 9.10 / 8.84 / 8.59 / 8.33
# JOD; single ones differ by .05 at 80 and by .15 at 40 (docs/lab-book/score.md). The curve is
# within a point of each.
_SLOPE: Final = 39.2
_KNEE: Final = 15.0
_BEND: Final = 0.06

IDENTICAL: Final = 80.0
SECOND_LOOK: Final = 65.0
"""From the first score up a picture looks identical beside its original; from the second up, the
loss is visible only on a second look."""


@dataclass(frozen=True)
class Verdict:
    """The judges' scores.

    Attributes
    ----------
    ssimulacra2 : float
        100 for identical pictures, without a lower end.
    jod : float
        Of ColorVideoVDP: 10 for identical pictures.
    """

    ssimulacra2: float
    jod: float

    @property
    def score(self) -> float:
        """The lower of both, on the scale of SSIMULACRA2: 100 is identical."""
        return min(self.ssimulacra2, score_of_jod(self.jod))

    @property
    def words(self) -> str:
        """The score in words."""
        return look_of(self.score)


class Judges:
    """A reference picture, kept ready for many verdicts.

    Parameters
    ----------
    reference : array_like
        (height, width, 3 or 4) uint8, sRGB or straight sRGBA. Not copied: not to be changed.
    n_threads : int
        0 for one per processor.
    warm : bool
        Keep planes of the reference for the next pictures; see `Ssimulacra2` and `Cvvdp`.
    """

    def __init__(self, reference: ImageLike, *, n_threads: int = 1, warm: bool = True) -> None:
        self.ssimulacra2 = Ssimulacra2(reference, n_threads=n_threads, warm=warm)
        self.cvvdp = Cvvdp(reference, n_threads=n_threads, warm=warm)

    def judge(self, image_test: ImageLike) -> Verdict:
        """Judge a picture of the reference's size: (height, width, 3 or 4) uint8.

        Raises
        ------
        OptionError
            Wrong type or shape, or another size than the reference's.
        """
        return Verdict(self.ssimulacra2.score(image_test), self.cvvdp.score(image_test))

    def judge_indexed(self, indices: Indices, palette: Colors) -> Verdict:
        """Judge ``palette[indices]`` without making it.

        Raises
        ------
        OptionError
            Wrong type or shape, another size, or an index beyond the palette.
        """
        return Verdict(
            self.ssimulacra2.score_indexed(indices, palette),
            self.cvvdp.score_indexed(indices, palette),
        )


def judge(image_true: ImageLike, image_test: ImageLike, *, n_threads: int = 1) -> Verdict:
    """Judge a picture against its original.

    Parameters
    ----------
    image_true, image_test : array_like
        (height, width, 3 or 4) uint8, sRGB or straight sRGBA; see `huepress.metrics`.
    n_threads : int
        0 for one per processor.

    Returns
    -------
    Verdict
        Both figures, and the score made of them.

    Raises
    ------
    OptionError
        Wrong type or shape, or the sizes differ.
    """
    return Judges(image_true, n_threads=n_threads, warm=False).judge(image_test)


def score_of_jod(jod: float) -> float:
    """Put JOD on the scale of SSIMULACRA2: strictly rising, 100 at 10."""
    loss = 10.0 - jod
    return 100.0 - _SLOPE * loss - _KNEE * loss / (loss + _BEND)


def look_of(score: float) -> str:
    """Say what a score means: looks identical, visible on a second look, or visible."""
    if score >= IDENTICAL:
        return "looks identical"
    return "visible on a second look" if score >= SECOND_LOOK else "visible"
