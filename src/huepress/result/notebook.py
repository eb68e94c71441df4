"""How notebooks show results: a picture, its palette, a line of figures."""

from __future__ import annotations

from base64 import b64encode
from io import BytesIO
from typing import Final

import numpy as np
from PIL import Image as PillowImage

from huepress.types import Colors, Indices, Pixels

SHOWN_BY_BROWSERS: Final = ("png", "webp", "gif")


def png_of(pixels: Pixels) -> bytes:
    """Return pixels, (height, width, 3 or 4) uint8, as a PNG file."""
    out = BytesIO()
    PillowImage.fromarray(pixels).save(out, "png")
    return out.getvalue()


def picture_html(data: bytes, format: str, words: str, strip: str = "") -> str:
    """Return a picture with a palette strip and a line of words below it.

    Parameters
    ----------
    data : bytes
        A file that browsers show.
    format : str
        ``png``, ``webp`` or ``gif``.
    words : str
        Plain text.
    strip : str
        HTML from `strip_html`.

    Returns
    -------
    str
        Self-contained HTML.
    """
    from html import escape  # loading its table of names would slow down the command line

    picture = b64encode(data).decode()
    return (
        f'<figure style="margin:0"><img src="data:image/{format};base64,{picture}"'
        f' style="max-width:100%">{strip}'
        f'<figcaption style="font-size:90%">{escape(words)}</figcaption></figure>'
    )


def strip_html(colors: Colors, indices: Indices) -> str:
    """Return the palette as a strip, each color as wide as its share of the pixels."""
    shares = np.bincount(indices.reshape(-1), minlength=len(colors)) / indices.size
    cells = "".join(
        f'<span title="{_css(colors[i])}, {100 * shares[i]:.1f} %" style="flex:{shares[i]:.6f};'
        f'background:{_css(colors[i])}"></span>'
        for i in np.argsort(-shares, kind="stable")
        if shares[i] > 0
    )
    return f'<div style="display:flex;height:1.2em;max-width:30em">{cells}</div>'


def _css(color: Colors) -> str:
    return "#" + "".join(f"{int(value):02x}" for value in color)
