"""The contenders: a name, a ladder of settings from worst to best, and how to make the file."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

from PIL import Image as PillowImage
from PIL import features

from huepress._compress import compress
from huepress.encode import oxipng
from huepress.errors import EncodeError
from huepress.options import CompressOptions
from huepress.types import Image, Pixels, Source

Kind: TypeAlias = Literal["palette", "lossy", "lossless"]

COLORS: Final = tuple(range(2, 257))
QUALITIES: Final = tuple(range(1, 101))
# The level that pngquant's users run after it.
_OXIPNG: Final[dict[str, Any]] = {
    "level": 4,
    "deflate": oxipng.Deflaters.libdeflater(12),
    "strip": oxipng.StripChunks.all(),
}
PNGQUANT_SECONDS: Final = 300


@dataclass(frozen=True)
class Contender:
    """One way to write a picture.

    Attributes
    ----------
    name : str
        As shown in tables.
    kind : str
        ``palette``, ``lossy`` or ``lossless``.
    knob : str
        The name of its setting: ``k``, ``q``, or nothing.
    ladder : tuple of int
        Settings from the worst to the best; only one for lossless files.
    write : callable
        Maps pixels and a setting to the bytes of the file.
    takes_alpha : bool
        Whether it can write transparency.
    note : str
        Shown after the setting, such as ``4:4:4``.
    others : tuple of Contender
        Other ways to write the same format; the one that meets the target best represents them.
    squeeze : callable or None
        Maps the file to the same pixels in fewer bytes, slowly: used where bytes count.
    aim : callable or None
        Maps pixels and a score or bytes to the file nearest to that target, for a contender that
        searches by itself; its ladder is not used.
    """

    name: str
    kind: Kind
    knob: str
    ladder: tuple[int, ...]
    write: Callable[[Pixels, int], bytes]
    takes_alpha: bool = True
    note: str = ""
    others: tuple[Contender, ...] = ()
    squeeze: Callable[[bytes], bytes] | None = None
    aim: Callable[[Pixels, float | None, int | None], bytes] | None = None

    def setting(self, value: int) -> str:
        """Return a setting in words, such as ``k = 64``."""
        return f"{self.knob} = {value}{self.note and ' ' + self.note}" if self.knob else "-"


def contenders(options: CompressOptions | None = None) -> list[Contender]:
    """Return all contenders that can run here, huepress first.

    Parameters
    ----------
    options : CompressOptions or None
        For huepress; its number of colors and format are set by the comparison.

    Returns
    -------
    list of Contender
        AVIF only if Pillow was built with it, pngquant only if it is installed.
    """
    options = options or CompressOptions()
    found = [
        _huepress("huepress PNG", options.changed(format="png")),
        _huepress("huepress WebP", options.changed(format="webp")),
        Contender("lossless PNG", "lossless", "", (0,), _lossless_png),
        Contender("lossless WebP", "lossless", "", (0,), _lossless_webp),
        _lossy("JPEG", {"4:2:0": _jpeg, "4:4:4": partial(_jpeg, chroma="4:4:4")}, alpha=False),
        _lossy("WebP", {"": _webp, "sharp": partial(_webp, sharp=True)}),
    ]
    if features.check("avif"):
        found.append(_lossy("AVIF", {"4:2:0": _avif, "4:4:4": partial(_avif, chroma="4:4:4")}))
    found += [
        _palette("Pillow median cut", _median_cut, alpha=False),
        _palette("Pillow octree", _octree),
    ]
    if shutil.which("pngquant"):
        found.append(_palette("pngquant", _pngquant))
    return found


def pixels_of(data: bytes) -> Pixels:
    """Return what a file shows, (height, width, 3 or 4) uint8."""
    with PillowImage.open(BytesIO(data)) as picture:
        has_alpha = "A" in picture.getbands() or "transparency" in picture.info
        return as_pixels(picture.convert("RGBA" if has_alpha else "RGB"))


def as_pixels(picture: PillowImage.Image) -> Pixels:
    """Return the pixels of an RGB or RGBA picture."""
    import numpy as np

    return np.ascontiguousarray(np.asarray(picture))


def _huepress(name: str, options: CompressOptions) -> Contender:
    """Make huepress a contender, which searches colors and mapping for a target by itself."""

    def write(pixels: Pixels, colors: int) -> bytes:
        return compress(Image(pixels, Source("<array>")), options, colors=colors).data

    def aim(pixels: Pixels, score: float | None, n_bytes: int | None) -> bytes:
        size = None if n_bytes is None else str(n_bytes)
        image = Image(pixels, Source("<array>"))
        changes = {"quality": score, "max_size": size, "best_effort": True}
        return compress(image, options, **changes).data

    return Contender(name, "palette", "k", COLORS, write, aim=aim)


def _palette(name: str, write: Callable[[Pixels, int], bytes], *, alpha: bool = True) -> Contender:
    """Make another palette tool a contender; its PNGs go through oxipng."""
    return Contender(name, "palette", "k", COLORS, write, takes_alpha=alpha, squeeze=squeezed)


def _lossy(
    name: str, ways: dict[str, Callable[[Pixels, int], bytes]], *, alpha: bool = True
) -> Contender:
    """Make a lossy format a contender, with chroma at half and at full resolution.

    Text and thin lines need the latter, photographs mostly do not.
    """
    first, *others = (
        Contender(name, "lossy", "q", QUALITIES, write, takes_alpha=alpha, note=note)
        for note, write in ways.items()
    )
    return replace(first, others=tuple(others))


def _saved(pixels: Pixels, format: str, **settings: Any) -> bytes:
    out = BytesIO()
    PillowImage.fromarray(pixels).save(out, format, **settings)
    return out.getvalue()


def squeezed(png: bytes) -> bytes:
    """Return a PNG after oxipng."""
    return oxipng.optimize_from_memory(png, **_OXIPNG)


def _lossless_png(pixels: Pixels, _: int) -> bytes:
    return squeezed(_saved(pixels, "png", compress_level=1))


def _lossless_webp(pixels: Pixels, _: int) -> bytes:
    return _saved(pixels, "webp", lossless=True, quality=100, method=4)


def _jpeg(pixels: Pixels, quality: int, chroma: str = "4:2:0") -> bytes:
    return _saved(
        pixels, "jpeg", quality=quality, subsampling=chroma, optimize=True, progressive=True
    )


def _webp(pixels: Pixels, quality: int, sharp: bool = False) -> bytes:
    return _saved(pixels, "webp", quality=quality, method=4, use_sharp_yuv=sharp)


def _avif(pixels: Pixels, quality: int, chroma: str = "4:2:0") -> bytes:
    return _saved(pixels, "avif", quality=quality, subsampling=chroma, speed=6)


def _indexed(pixels: Pixels, colors: int, method: PillowImage.Quantize) -> bytes:
    out = BytesIO()
    made = PillowImage.Image.quantize(PillowImage.fromarray(pixels), colors, method)
    made.save(out, "png")
    return out.getvalue()


def _median_cut(pixels: Pixels, colors: int) -> bytes:
    return _indexed(pixels, colors, PillowImage.Quantize.MEDIANCUT)


def _octree(pixels: Pixels, colors: int) -> bytes:
    return _indexed(pixels, colors, PillowImage.Quantize.FASTOCTREE)


def _pngquant(pixels: Pixels, colors: int) -> bytes:
    return run_on_png(["pngquant", str(colors), "--speed", "1", "-o", "{out}", "{in}"], pixels)


def run_on_png(command: Sequence[str], pixels: Pixels) -> bytes:
    """Run a program that makes a PNG from a PNG; ``{in}`` and ``{out}`` stand for the files."""
    with tempfile.TemporaryDirectory(prefix="huepress-") as folder:
        before, after = Path(folder, "in.png"), Path(folder, "out.png")
        before.write_bytes(_saved(pixels, "png", compress_level=1))
        names = {"{in}": str(before), "{out}": str(after)}
        done = subprocess.run(
            [names.get(part, part) for part in command],
            capture_output=True,
            timeout=PNGQUANT_SECONDS,
            check=False,
        )
        if done.returncode or not after.exists():
            said = done.stderr.decode(errors="replace").strip()[-200:]
            raise EncodeError(command[0], said or f"exit code {done.returncode}")
        return after.read_bytes()
