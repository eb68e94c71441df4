"""Pictures that tests draw: flat, ramps, noise, edges of alpha, awkward sizes."""

from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image


def ramp(height=31, width=17, channels=3):
    """A smooth picture with a different slope in every channel."""
    y, x = np.mgrid[0:height, 0:width]
    planes = [(x * 255 // max(width - 1, 1)), (y * 255 // max(height - 1, 1)), (x + y) * 3 % 256]
    if channels == 4:
        planes.append(255 - (x * y) % 256)
    return np.dstack(planes).astype(np.uint8)


def noise(height=31, width=17, channels=3, levels=256, seed=0):
    """Random pixels; few levels give many equal colors."""
    rng = np.random.default_rng(seed)
    step = 256 // levels
    return (rng.integers(0, levels, (height, width, channels)) * step).astype(np.uint8)


def flat(height=5, width=7, color=(10, 20, 30)):
    """One color."""
    return np.broadcast_to(np.array(color, np.uint8), (height, width, len(color))).copy()


def soft_disc(size=49, color=(200, 30, 60)):
    """A colored disc with a soft edge on full transparency."""
    y, x = np.mgrid[0:size, 0:size] - (size - 1) / 2
    alpha = np.clip((size * 0.4 - np.hypot(x, y)) / 6, 0, 1)
    pixels = np.empty((size, size, 4), np.uint8)
    pixels[..., :3] = color
    pixels[..., 0] = np.clip(pixels[..., 0] + x, 0, 255)
    pixels[..., 3] = np.rint(255 * alpha)
    return pixels


def scene(height=96, width=128, seed=0):
    """A small picture with sky, texture and hard edges: something of everything."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    pixels = np.dstack([60 + y, 110 + y * 0.8, 220 - y * 0.6]).astype(np.float64)
    ground = y > height * 0.6 + 6 * np.sin(x / 9)
    pixels[ground] = np.array([70, 95, 40]) + rng.normal(0, 18, (int(ground.sum()), 1))
    pixels[(x - 90) ** 2 + (y - 25) ** 2 < 150] = (255, 240, 200)
    pixels[20:50, 20:24] = (200, 30, 30)
    return np.clip(pixels, 0, 255).astype(np.uint8)


def photo(height=130, width=190, seed=0):
    """What a photograph has: soft shapes at every scale, colors that go together, grain."""
    rng = np.random.default_rng(seed)
    fields = np.zeros((height, width, 3))
    for cells in (2, 4, 8, 16, 32, 64):
        coarse = rng.normal(0, 1, (cells + 1, cells * width // height + 2, 3))
        for channel in range(3):
            plane = Image.fromarray(coarse[..., channel].astype(np.float32))
            smooth = np.asarray(plane.resize((width, height), Image.Resampling.BICUBIC))
            fields[..., channel] += smooth / cells**0.8
    mixed = fields @ np.array([[60, 52, 44], [14, -6, -10], [5, 4, -16]])
    mixed += rng.normal(0, 2, (height, width, 1))
    return np.clip(np.rint(118 + 1.6 * mixed), 0, 255).astype(np.uint8)


REAL = Path(__file__).parents[2] / "shared" / "images"
"""Real pictures, where they lie beside the repository: then they are tried, too."""


def photos(*names):
    """A drawn photograph, and the named real ones (below photos/) where they are."""
    real = [REAL / "photos" / name for name in names]
    shrunk = (Image.open(path).convert("RGB").reduce(3) for path in real if path.exists())
    return [photo(), *map(np.asarray, shrunk)]


def as_file(pixels, format="png", **options):
    """The bytes of a picture file."""
    out = BytesIO()
    Image.fromarray(pixels).save(out, format, **options)
    return out.getvalue()


def decoded(data):
    """What Pillow shows: (height, width, 3 or 4) uint8."""
    image = Image.open(BytesIO(data))
    alpha = "A" in image.getbands() or "transparency" in image.info
    return np.asarray(image.convert("RGBA" if alpha else "RGB"))
