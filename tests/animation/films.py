"""Animations drawn for tests."""

from io import BytesIO

import numpy as np
from PIL import Image


def ball(n=8, height=40, width=56, *, alpha=False):
    """Frames of a ball that moves over a still gradient, or over nothing."""
    y, x = np.mgrid[:height, :width]
    frames = []
    for i in range(n):
        pixels = np.zeros((height, width, 4), np.uint8)
        if not alpha:
            pixels[..., 0] = 60 + 2 * x
            pixels[..., 1] = 90 + 2 * y
            pixels[..., 2] = 120
            pixels[..., 3] = 255
        inside = (y - height / 2) ** 2 + (x - 8 - 5 * i) ** 2 < 50
        pixels[inside] = (220, 60 + 3 * i, 40, 255)
        frames.append(pixels)
    return frames


def noise(n=4, height=32, width=48, seed=0):
    """Frames of smooth noise: every pixel changes."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width]
    frames = []
    for i in range(n):
        wave = 128 + 60 * np.sin(x / 7 + i) + 50 * np.cos(y / 5 - i)
        rgb = np.clip(wave[..., None] + rng.normal(0, 6, (height, width, 3)), 0, 255)
        frames.append(np.dstack([rgb, np.full((height, width), 255)]).astype(np.uint8))
    return frames


def file_of(frames, format="GIF", duration=80, loop=0, **more):
    """The frames as a file, by Pillow."""
    images = [Image.fromarray(pixels) for pixels in frames]
    out = BytesIO()
    images[0].save(
        out, format, save_all=True, append_images=images[1:], duration=duration, loop=loop, **more
    )
    return out.getvalue()
