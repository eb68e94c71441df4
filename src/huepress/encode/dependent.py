"""Chunks of a PNG about its palette, samples, position or time, adapted to another PNG.

``--strip none`` keeps them: a background color finds its entry, or gets one; significant bits are
set to those of the new samples; the rest is dropped, with a note (PNG, third edition, 11.3).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from huepress.formats.exif import orientation_of
from huepress.formats.png import CHANNELS, chunks_of, pack_chunk
from huepress.types import Encoded, Source

Chunks: TypeAlias = tuple[tuple[bytes, bytes], ...]

FULL: Final = 65535
"""White in 16 bits, the depth of backgrounds here."""


@dataclass(frozen=True, slots=True)
class Dependent:
    """What a PNG says that depends on the rest of it.

    Attributes
    ----------
    background : tuple of int or None
        Red, green and blue, 0-65535 (bKGD).
    significant : tuple of int or None
        Significant bits of red, green, blue and alpha; alpha is 0 if there was none (sBIT).
    as_they_are : tuple of (bytes, bytes)
        Chunks that apply to any picture of this size (oFFs, tIME).
    samples : tuple of (bytes, bytes)
        Chunks that apply only to the same samples (sPLT).
    notes : tuple of str
        What could not be kept.
    """

    background: tuple[int, int, int] | None = None
    significant: tuple[int, int, int, int] | None = None
    as_they_are: Chunks = ()
    samples: Chunks = ()
    notes: tuple[str, ...] = ()

    @property
    def n_bytes(self) -> int:
        """About how many bytes a PNG needs for it."""
        parts = sum(12 + len(content) for _, content in self.as_they_are + self.samples)
        return parts + 18 * (self.background is not None) + 16 * (self.significant is not None)


def dependent_of(source: Source) -> Dependent | None:
    """Read these chunks of a picture that came from a PNG; None if there are none."""
    if source.format != "png" or source.data is None:
        return None
    chunks = tuple(source.metadata.get("chunks", ()))
    found = dict(reversed(chunks))  # the first of two counts
    depth, color_type = source.data[24:26]
    exif = source.metadata.get("exif")
    turned = orientation_of(exif if isinstance(exif, bytes) else None) != 1
    notes = []
    if b"hIST" in found:
        notes.append("the histogram of the palette (hIST) was dropped")
    if b"oFFs" in found and turned:
        notes.append("the offset (oFFs) of a picture that was turned was dropped")
    kept = [b"tIME"] if turned else [b"oFFs", b"tIME"]
    made = Dependent(
        _background(found.get(b"bKGD"), depth, color_type, source.data),
        _significant(found.get(b"sBIT"), color_type),
        tuple((name, found[name]) for name in kept if name in found),
        tuple(chunk for chunk in chunks if chunk[0] == b"sPLT"),
        tuple(notes),
    )
    return None if made == Dependent() else made


def _background(
    content: bytes | None, depth: int, color_type: int, data: bytes
) -> tuple[int, int, int] | None:
    if content is None:
        return None
    try:
        if color_type == 3:
            entries = next(chunk[8:-4] for name, chunk in chunks_of(data) if name == b"PLTE")
            red, green, blue = entries[3 * content[0] : 3 * content[0] + 3]
            return red * 257, green * 257, blue * 257
        n = 1 if color_type in (0, 4) else 3
        most = (1 << depth) - 1
        values = [(v & most) * FULL // most for v in struct.unpack(f">{n}H", content)]
        red, green, blue = values * (3 // n)
    except (StopIteration, struct.error, ValueError, IndexError):
        return None
    return red, green, blue


def _significant(content: bytes | None, color_type: int) -> tuple[int, int, int, int] | None:
    n = 3 if color_type == 3 else CHANNELS.get(color_type, 0)
    if content is None or len(content) != n or not all(content):
        return None
    color = content[:3] if n >= 3 else content[:1] * 3
    alpha = content[-1] if n in (2, 4) else 0
    return color[0], color[1], color[2], alpha


def with_dependent(encoded: Encoded, dependent: Dependent | None, *, exact: bool) -> Encoded:
    """Put the chunks into a finished PNG.

    Parameters
    ----------
    encoded : Encoded
        Files of other formats are returned unchanged.
    dependent : Dependent or None
        From the picture's own file.
    exact : bool
        The samples are the same as in that file.

    Returns
    -------
    Encoded
        With notes on what could not be kept.
    """
    if dependent is None or encoded.format != "png":
        return encoded
    notes = list(dependent.notes)
    first = list(dependent.as_they_are) + (list(dependent.samples) if exact else [])
    depth, color_type = encoded.data[24:26]
    if dependent.significant is not None:
        content = _as_significant(dependent.significant, depth, color_type) if exact else None
        if content is None:
            notes.append("the significant bits (sBIT) mean nothing here and were dropped")
        else:
            first.insert(0, (b"sBIT", content))
    data = encoded.data[:33] + b"".join(pack_chunk(*chunk) for chunk in first) + encoded.data[33:]
    if dependent.background is not None:
        found = _with_background(data, dependent.background, depth, color_type)
        if found is None:
            notes.append("the background color (bKGD) has no place here and was dropped")
        data = found or data
    return replace(encoded, data=data, notes=tuple(notes))


def _as_significant(bits: tuple[int, int, int, int], depth: int, color_type: int) -> bytes | None:
    most = 8 if color_type == 3 else depth
    color = [min(n, most) for n in bits[:3]]
    alpha = [min(bits[3] or most, most)] if color_type in (4, 6) else []
    if color_type in (0, 4):
        if len(set(color)) > 1:
            return None
        color = color[:1]
    return bytes(color + alpha)


def _with_background(
    data: bytes, color: tuple[int, int, int], depth: int, color_type: int
) -> bytes | None:
    """Put a background chunk before the pixels; the color gets its own entry if it has none."""
    out = [data[:8]]
    content: bytes | None = None
    if color_type != 3:
        most = (1 << depth) - 1
        values = [v * most // FULL for v in color]
        if any(v * FULL // most != whole for v, whole in zip(values, color, strict=True)):
            return None
        if color_type in (0, 4):
            if len(set(values)) > 1:
                return None
            values = values[:1]
        content = struct.pack(f">{len(values)}H", *values)
    for name, chunk in chunks_of(data):
        if name == b"PLTE":
            entry = bytes(v // 257 for v in color)
            colors = [chunk[at : at + 3] for at in range(8, len(chunk) - 4, 3)]
            if any(v % 257 for v in color) or (entry not in colors and len(colors) == 1 << depth):
                return None
            if entry not in colors:
                colors.append(entry)
                chunk = pack_chunk(b"PLTE", b"".join(colors))
            content = bytes([colors.index(entry)])
        if name == b"IDAT" and content is not None:
            out.append(pack_chunk(b"bKGD", content))
            content = None
        out.append(chunk)
    return b"".join(out)
