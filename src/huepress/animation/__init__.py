"""Animations: a film in, a small film out.

Frames are read one after the other (`read`, `gif_read`), their colors counted by the time they are
seen (`colors`), and every walk through them makes a whole file (`gif_press` over `lzw`, written by
`gif_write`). `gif_goals` looks for the walk that is wanted, `road` is the way through all.
"""

from huepress.animation.film import Animation, Frame
from huepress.animation.read import is_animation, read_animation
from huepress.animation.result import AnimationResult
from huepress.animation.road import compress_animation

__all__ = [
    "Animation",
    "AnimationResult",
    "Frame",
    "compress_animation",
    "is_animation",
    "read_animation",
]
