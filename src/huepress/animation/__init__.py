"""Animations: a film in, a small film out.

Frames are read one after the other (`read`, `gif_read`) and their colors counted by the time they
are seen (`colors`). Every walk through the frames makes a whole file (`gif_press` over `lzw`,
written by `gif_write`). `goals` looks for the walk that meets the goal; `road` ties all together.
"""

from huepress.animation.film import Animation, Frame
from huepress.animation.read import read_animation
from huepress.animation.result import AnimationResult
from huepress.animation.road import compress_animation
from huepress.formats.moving import is_animation

__all__ = [
    "Animation",
    "AnimationResult",
    "Frame",
    "compress_animation",
    "is_animation",
    "read_animation",
]
