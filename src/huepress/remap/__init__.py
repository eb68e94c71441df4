"""Image and palette to indices: nearest color, or by distortion and rate."""

from __future__ import annotations

from huepress.remap.nearest import NearestMap, remap

__all__ = ["NearestMap", "remap"]
