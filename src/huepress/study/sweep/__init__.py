"""What the number of colors does: one picture at many k, each a finished file with its figures.

A picture goes in; out comes a Sweep: bytes, bits per pixel, PSNR, score, inertia, iterations
and seconds at each k, and a suggested k with the reason. The picture is read, counted and made
ready for scoring once.
"""

from __future__ import annotations

from huepress.study.sweep.knee import Suggestion, suggest
from huepress.study.sweep.point import Point
from huepress.study.sweep.points import DEFAULT_COLORS, Sweep, sweep
from huepress.study.sweep.scaling import SCALING_COLORS, SHARES, Law, Timing, fit_law, scaling

__all__ = [
    "DEFAULT_COLORS",
    "SCALING_COLORS",
    "SHARES",
    "Law",
    "Point",
    "Suggestion",
    "Sweep",
    "Timing",
    "fit_law",
    "scaling",
    "suggest",
    "sweep",
]
