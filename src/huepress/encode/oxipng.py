"""The only interface to oxipng: its names, and its work done in a separate process.

oxipng keeps a pool of threads for the life of a process, holds the interpreter lock while it works,
and aborts when memory is short. In a separate process none of that reaches the caller: a fork
cannot hang in the pool, other threads go on, ``threads=1`` is one thread, Ctrl-C and a time limit
stop it at once, and an abort becomes an exception. That costs 30 to 50 ms of CPU for the first
picture, and 7 ms per megabyte of pixels (docs/lab-book/processes.md).

The names are those of the package pyoxipng; what they make is plain data until the work is done.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Final, Self, TypeAlias

from huepress.encode import oxipng_process
from huepress.encode.oxipng_process import PngError

__all__ = [
    "ColorType",
    "Deflaters",
    "Interlacing",
    "PngError",
    "RawImage",
    "RowFilter",
    "StripChunks",
    "n_threads",
    "optimize_from_memory",
    "threads",
]

oxipng_process.require_package()

_threads: ContextVar[int] = ContextVar("oxipng_threads", default=0)


@contextmanager
def threads(n_threads: int) -> Iterator[None]:
    """Let oxipng use so many threads inside the block; 0 is one per processor."""
    token = _threads.set(n_threads)
    try:
        yield
    finally:
        _threads.reset(token)


def n_threads() -> int:
    """Return how many threads oxipng may use here; 0 is one per processor."""
    return _threads.get()


class RowFilter(enum.Enum):
    """How rows are predicted before they are deflated."""

    NoOp = enum.auto()
    Sub = enum.auto()
    Up = enum.auto()
    Average = enum.auto()
    Paeth = enum.auto()
    MinSum = enum.auto()
    Entropy = enum.auto()
    Bigrams = enum.auto()
    BigEnt = enum.auto()
    Brute = enum.auto()


class Interlacing(enum.Enum):
    """The order of the rows."""

    Off = enum.auto()
    Adam7 = enum.auto()


@dataclass(frozen=True, slots=True)
class _Made:
    """What a method of the class of the same name in oxipng makes."""

    method: str
    values: tuple[Any, ...] = ()


class Deflaters(_Made):
    """Compressors of the stream."""

    @classmethod
    def libdeflater(cls, level: int) -> Self:
        """Take libdeflate, level 0 to 12."""
        return cls("libdeflater", (level,))

    @classmethod
    def zopfli(cls, iterations: int) -> Self:
        """Take zopfli: slow, and the smallest."""
        return cls("zopfli", (iterations,))


class StripChunks(_Made):
    """Which chunks beside the pixels are dropped."""

    @classmethod
    def all(cls) -> Self:
        """Drop all that change nothing in how the picture is shown."""
        return cls("all")

    @classmethod
    def none(cls) -> Self:
        """Drop nothing."""
        return cls("none")

    @classmethod
    def safe(cls) -> Self:
        """Drop what is safe to drop."""
        return cls("safe")

    @classmethod
    def keep(cls, names: Iterable[bytes]) -> Self:
        """Keep the named chunks alone."""
        return cls("keep", (list(names),))

    @classmethod
    def strip(cls, names: Iterable[bytes]) -> Self:
        """Drop the named chunks alone."""
        return cls("strip", (list(names),))


class ColorType(_Made):
    """What a pixel of a raw picture is."""

    @classmethod
    def grayscale(cls, transparent: int | None = None) -> Self:
        """Gray, one shade of which may be transparent."""
        return cls("grayscale", (transparent,))

    @classmethod
    def grayscale_alpha(cls) -> Self:
        """Gray with alpha."""
        return cls("grayscale_alpha")

    @classmethod
    def rgb(cls, transparent: Sequence[int] | None = None) -> Self:
        """Red, green, blue, one color of which may be transparent."""
        return cls("rgb", (transparent and list(transparent),))

    @classmethod
    def rgba(cls) -> Self:
        """Red, green, blue, alpha."""
        return cls("rgba")

    @classmethod
    def indexed(cls, palette: Sequence[Sequence[int]]) -> Self:
        """Entries of a palette of RGBA colors."""
        return cls("indexed", ([list(color) for color in palette],))


Buffer: TypeAlias = "bytes | bytearray | memoryview"


@dataclass(slots=True)
class RawImage:
    """Pixels, row by row, from which a PNG can be made more than once.

    Parameters
    ----------
    data : bytes or memoryview
        The samples, of 16 bits the higher byte first; contiguous.
    width, height : int
        Pixels.
    color_type : ColorType
        What a pixel is.
    bit_depth : {1, 2, 4, 8, 16}
        Bits a sample.
    """

    data: Buffer
    width: int
    height: int
    color_type: ColorType = field(default_factory=ColorType.rgba)
    bit_depth: int = 8
    _more: list[tuple[str, tuple[bytes, ...]]] = field(default_factory=list)

    def add_png_chunk(self, name: bytes, content: bytes) -> None:
        """Put a chunk beside the pixels."""
        self._more.append(("add_png_chunk", (name, content)))

    def add_icc_profile(self, profile: bytes) -> None:
        """Put a color profile beside the pixels."""
        self._more.append(("add_icc_profile", (profile,)))

    def create_optimized_png(self, **options: Any) -> bytes:
        """Return the smallest PNG that the options find.

        Raises
        ------
        PngError
            oxipng refuses.
        MemoryError
            There is too little for it.
        """
        size = (self.width, self.height)
        kind = {"color_type": _plain(self.color_type), "bit_depth": self.bit_depth}
        return _work(("raw", size, kind, self._more), self.data, options)


def optimize_from_memory(data: Buffer, **options: Any) -> bytes:
    """Return a PNG of the same picture, as small as the options make it.

    Raises
    ------
    PngError
        No PNG, or a damaged one.
    MemoryError
        There is too little for it.
    """
    return _work(("again",), data, options)


def _work(what: tuple[Any, ...], data: Buffer, options: dict[str, Any]) -> bytes:
    plain = {name: _plain(value) for name, value in options.items()}
    return oxipng_process.run((*what, plain), data, _threads.get())


_NAMED: Final = "named"
_MADE: Final = "made"


def _plain(value: Any) -> Any:
    """Write a value in the builtin types that cross to the other process."""
    if isinstance(value, enum.Enum):
        return (_NAMED, type(value).__name__, value.name)
    if isinstance(value, _Made):
        return (_MADE, type(value).__name__, value.method, value.values)
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return value
