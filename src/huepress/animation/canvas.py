"""What the canvas shows while a GIF plays, and what must be drawn next."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from huepress.animation import lzw
from huepress.animation.boxes import Box, around, union
from huepress.animation.colors import CLEAR, Numbers, numbers_of
from huepress.animation.gif_read import BACKGROUND, KEEP, PREVIOUS
from huepress.animation.tables import Table

_Disposal: TypeAlias = tuple[int, Box | None, Numbers | None, Numbers | None]
"""Method, rectangle, and what `shown` and `made_for` were there before."""


class Canvas:
    """What the canvas shows, and for which colors of the source it was drawn.

    Attributes
    ----------
    shown : ndarray
        (height, width) uint32: the color on the canvas.
    made_for : ndarray
        (height, width) uint32: the color of the source it was drawn for.
    """

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.shown = np.zeros(shape, np.uint32)
        self.made_for = np.zeros(shape, np.uint32)
        self._looked: Numbers | None = None
        self._dispose: _Disposal = (KEEP, None, None, None)

    @property
    def has_erased(self) -> bool:
        """Whether the last image was taken off the canvas."""
        return self._looked is not None

    def plan(
        self, wanted: Numbers, before: Numbers | None, following: Numbers | None
    ) -> tuple[Box | None, int]:
        """Choose the rectangle to draw, and how to dispose of it afterwards."""
        redraw = (wanted != self.made_for) | ((self.shown == CLEAR) != (wanted == CLEAR))
        whole = (slice(0, wanted.shape[0]), slice(0, wanted.shape[1]))
        box = around(redraw, whole)
        if following is None:
            return box, KEEP
        clears = (following == CLEAR) & (wanted != CLEAR)
        needed = around(clears, whole)
        options = [] if needed is not None else [(0, KEEP, box)]
        if box is not None and not ((following == CLEAR) & (self.shown != CLEAR)).any():
            inside = np.zeros(wanted.shape, bool)
            inside[box] = redraw[box]
            back = int((inside & (following == self.made_for)).sum())
            anew = int((inside & (following == wanted)).sum())
            if needed is not None or back > anew:
                options.append((anew - back, PREVIOUS, box))
        if needed is not None:
            wide = union(box, needed)
            inside = np.zeros(wanted.shape, bool)
            inside[wide] = True
            anew = int((inside & (following == wanted) & (wanted != CLEAR)).sum())
            options.append((anew, BACKGROUND, wide))
        _, dispose, box = min(options, key=lambda option: option[0])
        return box, dispose

    def needed(self, wanted: Numbers, box: Box) -> NDArray[np.uint32]:
        """Return the colors of a rectangle that the canvas lacks, one per pixel."""
        colors = wanted[box]
        missing = (colors != self.made_for[box]) | (self.shown[box] == CLEAR)
        return np.asarray(colors[missing & (colors != CLEAR)])

    def rules(
        self, wanted: Numbers, before: Numbers | None, box: Box, table: Table
    ) -> NDArray[np.int16]:
        """Say what every pixel of a rectangle may become (lzw.py)."""
        want, has, made_for = wanted[box], self.shown[box], self.made_for[box]
        rules = np.where(has == CLEAR, np.int16(lzw.FREE), np.int16(lzw.FREE_OR_KEPT))
        same = (want == made_for) & (has != CLEAR)
        if same.any():
            entries = table.find(has[same])
            rules[same] = np.where(entries < 0, lzw.KEPT, entries + lzw.OR_KEPT)
        if before is not None and self._looked is not None:
            # Unchanged, but erased with the image before: it must look as it did.
            erased = (want == before[box]) & (has != self._looked[box]) & (want != CLEAR)
            rules[erased] = table.find(self._looked[box][erased])
        rules[want == CLEAR] = lzw.KEPT
        return rules

    def draw(
        self, wanted: Numbers, box: Box, indices: NDArray[np.uint8], table: Table, dispose: int
    ) -> None:
        """Draw an image on the canvas."""
        saved: tuple[Numbers | None, Numbers | None] = (None, None)
        if dispose == PREVIOUS:
            saved = (self.shown[box].copy(), self.made_for[box].copy())
        self._dispose = (dispose, box, *saved)
        opaque = np.full((256, 4), 255, np.uint8)
        opaque[: len(table.colors), :3] = table.colors
        drawn = numbers_of(opaque[None])[0][indices]
        np.copyto(self.shown[box], drawn, where=indices < len(table.colors))
        self.leave(wanted)

    def leave(self, wanted: Numbers) -> None:
        """Record that what the canvas shows was drawn for these colors."""
        self.made_for[...] = wanted

    def dispose(self) -> None:
        """Dispose of the last image as planned."""
        dispose, box, shown, made_for = self._dispose
        self._looked = None
        if dispose != KEEP and box is not None:
            self._looked = self.shown.copy()
            self.shown[box] = CLEAR if shown is None else shown
            self.made_for[box] = CLEAR if made_for is None else made_for
        self._dispose = (KEEP, None, None, None)
