"""More than 8 bits a channel where Pillow gives only 8: read here, or reported."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from huepress.decode.pixels import Decoded

_HEADER: Final = re.compile(rb"P6(?:\s|#[^\n]*\n)+" + rb"(\d+)(?:\s|#[^\n]*\n)+" * 2 + rb"(\d+)\s")
"""Magic number, width, height and largest value of a PPM (https://netpbm.sourceforge.net/doc)."""

_SSIZ: Final = 40
"""Bytes from the SIZ marker of a JPEG 2000 codestream to the depth of its first component
(ITU-T T.800, A.5.1)."""


def deep_ppm(data: bytes) -> NDArray[np.uint16] | None:
    """Read a binary PPM of two bytes a sample: (height, width, 3), white at 65535.

    Returns
    -------
    ndarray or None
        None for any other file, and where pixels are missing.
    """
    found = _HEADER.match(data[:4096])
    if found is None:
        return None
    width, height, most = (int(number) for number in found.groups())
    n_samples = width * height * 3
    if not 255 < most < 65536 or len(data) < found.end() + 2 * n_samples:
        return None
    values = np.frombuffer(data, ">u2", n_samples, found.end()).astype(np.uint16)
    if most < 65535:
        scaled = np.minimum(values, most).astype(np.float64) * (65535 / most)
        values = np.rint(scaled).astype(np.uint16)
    return values.reshape(height, width, 3)


def bits_lost(kind: str, data: bytes, mode: str) -> int:
    """Return the bits a channel of a file of which Pillow read only 8; else 0."""
    if mode[:2] not in ("RG", "L", "LA"):
        return 0
    if kind == "avif":
        at = data.find(b"av1C", 0, 1 << 16)  # its third byte: tier, high depth, twelve bits
        flags = data[at + 6] if 0 <= at < len(data) - 6 else 0
        return 0 if not flags & 0x40 else 12 if flags & 0x20 else 10
    if kind == "jpeg2000":
        at = data.find(b"\xff\x4f\xff\x51", 0, 1 << 16) + 2
        n_bits = (data[at + _SSIZ] & 0x7F) + 1 if 2 <= at < len(data) - _SSIZ else 0
        return n_bits if n_bits > 8 else 0
    if kind == "ppm":
        found = re.match(rb"P3(?:\s|#[^\n]*\n)+" + rb"(\d+)(?:\s|#[^\n]*\n)+" * 3, data[:4096])
        most = 0 if found is None else int(found[3])
        return most.bit_length() if most > 255 else 0
    return 0


def told(decoded: Decoded, n_bits: int) -> Decoded:
    """Return a note that a picture had more than the 8 bits that were read (0: it had not)."""
    if n_bits == 0:
        return decoded
    note = f"{n_bits} bits a channel were read as 8"
    return replace(decoded, notes=(*decoded.notes, note), is_rounded=True)
