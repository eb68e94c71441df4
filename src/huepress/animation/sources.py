"""Animations from other sources: lists of stills, y4m streams, and films through PyAV."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from huepress.animation.film import Animation, Frame
from huepress.animation.read import check_length, clean
from huepress.decode import load_with
from huepress.decode.reading import name_of
from huepress.errors import DecodeError, InputError, LimitError, MissingExtraError, OptionError
from huepress.limits import Limits
from huepress.options import CompressOptions
from huepress.types import Pixels, Source

if TYPE_CHECKING:
    from huepress.decode import ImageSource

WANTED: Final = "stills of one size are needed"


def from_stills(
    stills: Sequence[ImageSource],
    durations: Sequence[Fraction],
    options: CompressOptions,
    *,
    plays: int = 0,
) -> Animation:
    """Use stills as the frames of an animation; they are read again at every walk.

    Parameters
    ----------
    stills : sequence
        Anything `huepress.load` takes, all of one size.
    durations : sequence of Fraction
        Seconds of every frame.

    Raises
    ------
    InputError
        No stills, or one that cannot be read.
    """
    if not stills:
        raise InputError("<frames>", "no frames", "at least one is needed")
    if len(durations) != len(stills):
        raise OptionError("durations", len(durations), f"one for each of {len(stills)} frames")
    options = options.changed(icc="srgb")
    first = load_with(stills[0], options)
    size = first.pixels.shape[:2]

    def frames() -> Iterator[Frame]:
        for still, duration in zip(stills, durations, strict=True):
            image = load_with(still, options)
            if image.pixels.shape[:2] != size:
                found = f"is {image.width}x{image.height} pixels, the first {size[1]}x{size[0]}"
                raise DecodeError(name_of(still), found, WANTED)
            yield Frame(clean(image.pixels), duration)

    source = Source(f"<{len(stills)} frames>", has_alpha=True)
    return Animation(size[1], size[0], len(stills), plays, frames, source)


def natural_order(paths: Sequence[Path]) -> list[Path]:
    """Sort names so that frame10 comes after frame9."""

    def key(path: Path) -> list[tuple[int, int, str]]:
        parts = re.split(r"(\d+)", path.name)
        return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts]

    return sorted(paths, key=key)


_CHROMA: Final = {"420": (2, 2), "422": (2, 1), "444": (1, 1), "mono": (0, 0)}
"""Pixels across and down that share a chroma sample."""

_LONGEST: Final = 4096
"""Most bytes of a header line of y4m."""

Y4M: Final = b"YUV4MPEG2"


def from_y4m(name: str, stream: BinaryIO, limits: Limits, *, plays: int = 0) -> Animation:
    """Read a y4m stream of 8 bits a sample, as ``ffmpeg -f yuv4mpegpipe -`` writes it.

    The planes go into a temporary file: a stream can be read only once, a film is walked through
    several times.

    Raises
    ------
    DecodeError
        Not such a stream, another depth, or cut short within a frame.
    LimitError
        Too many pixels or frames.
    """
    header = _Y4mHeader.read(name, stream)
    limits.check_size(name, header.width, header.height)
    spool = _Spool()
    n_frames = 0
    while line := stream.readline(_LONGEST):
        if not line.startswith(b"FRAME"):
            raise DecodeError(name, "damaged y4m (no FRAME)", "an undamaged stream is needed")
        planes = stream.read(header.frame_bytes)
        if len(planes) < header.frame_bytes:
            if limits.allow_truncated and n_frames:
                break
            raise DecodeError(name, "y4m that is cut short", "an undamaged stream is needed")
        n_frames += 1
        if n_frames > limits.max_frames:
            raise LimitError(name, "or more frames", n_frames, limits.max_frames, "--max-frames")
        spool.file.write(planes)
    if not n_frames:
        raise DecodeError(name, "is a y4m without frames", "at least one is needed")

    def frames() -> Iterator[Frame]:
        for number in range(n_frames):
            spool.file.seek(number * header.frame_bytes)
            planes = spool.file.read(header.frame_bytes)
            yield Frame(clean(header.rgb_of(planes)), 1 / header.fps)

    source = Source(name)
    found = Animation(header.width, header.height, n_frames, plays, frames, source)
    check_length(found, limits)
    return found


class _Spool:
    """A temporary file that exists as long as the animation whose frames it holds."""

    def __init__(self) -> None:
        self.file = tempfile.TemporaryFile()  # noqa: SIM115

    def __del__(self) -> None:
        self.file.close()


class _Y4mHeader:
    """The first line of a y4m stream."""

    def __init__(self, name: str, words: list[str]) -> None:
        values = {word[0]: word[1:] for word in words if word and word[0] != "X"}
        try:
            self.width, self.height = int(values["W"]), int(values["H"])
            over, under = values.get("F", "25:1").split(":")
            self.fps = Fraction(int(over), int(under))
        except (KeyError, ValueError, ZeroDivisionError) as error:
            raise DecodeError(name, "y4m with a damaged header", "W, H and F are needed") from error
        kind = values.get("C", "420")
        layout = re.fullmatch(r"(420|422|444|mono)(jpeg|mpeg2|paldv)?", kind)
        if layout is None or self.fps <= 0:
            wanted = "8 bits of 4:2:0, 4:2:2, 4:4:4 or mono (ffmpeg -pix_fmt yuv444p)"
            raise DecodeError(name, f"y4m of kind {kind}", wanted)
        self.across, self.down = _CHROMA[layout[1]]
        self.is_full = "XCOLORRANGE=FULL" in words or (
            layout[2] == "jpeg" and not any(word.startswith("XCOLORRANGE") for word in words)
        )

    @classmethod
    def read(cls, name: str, stream: BinaryIO) -> _Y4mHeader:
        line = stream.readline(_LONGEST)
        if not line.startswith(Y4M):
            raise DecodeError(name, "is no y4m", "the output of ffmpeg -f yuv4mpegpipe is needed")
        return cls(name, line[len(Y4M) :].decode("ascii", "replace").split())

    @property
    def _chroma_shape(self) -> tuple[int, int]:
        if not self.across:
            return 0, 0
        return -(-self.height // self.down), -(-self.width // self.across)

    @property
    def frame_bytes(self) -> int:
        rows, columns = self._chroma_shape
        return self.width * self.height + 2 * rows * columns

    def rgb_of(self, planes: bytes) -> Pixels:
        """Convert a frame by the matrix of ITU-R BT.601, which y4m uses."""
        n = self.width * self.height
        data = np.frombuffer(planes, np.uint8)
        luma = data[:n].reshape(self.height, self.width).astype(np.float32)
        rows, columns = self._chroma_shape
        if rows:
            both = data[n:].reshape(2, rows, columns).astype(np.float32) - 128
            both = both.repeat(self.down, axis=1).repeat(self.across, axis=2)
            blue, red = both[:, : self.height, : self.width]
        else:
            blue = red = np.zeros_like(luma)
        if not self.is_full:
            luma, blue, red = (luma - 16) * (255 / 219), blue * (255 / 224), red * (255 / 224)
        green = luma - 0.344136 * blue - 0.714136 * red
        rgb: NDArray[Any] = np.stack([luma + 1.402 * red, green, luma + 1.772 * blue], axis=-1)
        return np.asarray(np.rint(rgb).clip(0, 255), np.uint8)


def from_video(path: Path, limits: Limits, *, plays: int = 0) -> Animation:
    """Read the first video stream of a file through PyAV.

    Raises
    ------
    MissingExtraError
        PyAV is not installed.
    DecodeError, LimitError
        Not a video, damaged, or too large.
    """
    try:
        import av
    except ImportError as error:
        raise MissingExtraError("reading videos", "av", "video") from error
    name = str(path)

    def decoded() -> Iterator[tuple[Any, Fraction]]:
        try:
            with av.open(name) as container:
                stream = container.streams.video[0]
                for frame in container.decode(stream):
                    yield frame, (frame.pts or 0) * (frame.time_base or Fraction(1, 25))
        except (av.FFmpegError, IndexError) as error:
            raise DecodeError(name, f"no video that can be read ({error})", "a film") from error

    times: list[Fraction] = []
    size = (0, 0)
    for frame, time in decoded():
        if not times:
            size = (frame.width, frame.height)
            limits.check_size(name, *size)
        times.append(time)
        if len(times) > limits.max_frames:
            found = len(times)
            raise LimitError(name, "or more frames", found, limits.max_frames, "--max-frames")
    if not times:
        raise DecodeError(name, "is a video without frames", "at least one is needed")
    gaps = [max(b - a, Fraction(1, 1000)) for a, b in pairwise(times)]
    gaps.append(gaps[-1] if gaps else Fraction(1, 10))

    def frames() -> Iterator[Frame]:
        for (frame, _), gap in zip(decoded(), gaps, strict=False):
            yield Frame(clean(frame.to_ndarray(format="rgba")), gap)

    film = Animation(*size, len(times), plays, frames, Source(name))
    check_length(film, limits)
    return film
