"""Color profiles that tests make by hand: wide ones, gray ones, and ones of tables."""

import struct

import numpy as np

from huepress.decode.color import CICP_PRIMARIES
from huepress.formats import profiles

P3 = profiles.make("P3", profiles.xyz_from_primaries(CICP_PRIMARIES[12]), profiles.SRGB_CURVE)
LINEAR = profiles.make("linear", profiles.xyz_from_primaries(CICP_PRIMARIES[9]), (1.0,))
ADOBE = profiles.make(
    "Adobe",
    profiles.xyz_from_primaries((0.3127, 0.329, 0.64, 0.33, 0.21, 0.71, 0.15, 0.06)),
    (2.19921875,),
)
PROPHOTO = profiles.make(
    "ProPhoto",
    profiles.xyz_from_primaries((0.3457, 0.3585, 0.7347, 0.2653, 0.1596, 0.8404, 0.0366, 0.0001)),
    (1.8,),
)
TABLED = profiles.make(
    "curves of 256 values",
    profiles.xyz_from_primaries(profiles.SRGB_PRIMARIES),
    np.linspace(0, 1, 256) ** 1.5,
)
WIDE = {"P3": P3, "BT.2020": LINEAR, "Adobe": ADOBE, "ProPhoto": PROPHOTO, "curves": TABLED}

D50 = (0.9642, 1.0, 0.8249)


def fixed(*values):
    """Numbers as s15Fixed16."""
    return struct.pack(f">{len(values)}i", *(round(value * 65536) for value in values))


def assembled(space, pcs, tags, version=b"\x02\x40\0\0"):
    """A display profile of tags, laid out one behind the other."""
    head = b"\0" * 4 + b"lcms" + version + b"mntr" + space + pcs + bytes(12) + b"acsp" + bytes(28)
    head += fixed(*D50) + bytes(48)
    at, table, content = 128 + 4 + 12 * len(tags), b"", b""
    for name, data in tags.items():
        padded = data + bytes(-len(data) % 4)
        table += name + struct.pack(">II", at + len(content), len(data))
        content += padded
    body = head + struct.pack(">I", len(tags)) + table + content
    return struct.pack(">I", len(body)) + body[4:]


def _described(text):
    words = text.encode() + b"\0"
    return b"desc" + struct.pack(">4xI", len(words)) + words + bytes(78)


def gray(gamma=1.8):
    """A gray profile with a gamma of its own."""
    curve = b"curv" + struct.pack(">4xIH", 1, round(gamma * 256))
    white = b"XYZ " + bytes(4) + fixed(*D50)
    tags = {b"desc": _described("gray"), b"wtpt": white, b"kTRC": curve}
    return assembled(b"GRAY", b"XYZ ", tags)


def table(grid=9):
    """A profile of tables (A2B0): red and blue are exchanged, values are squared."""
    steps = np.linspace(0, 1, grid)
    red, green, blue = np.meshgrid(steps, steps, steps, indexing="ij")
    linear = np.stack([blue, green, red], axis=-1) ** 2
    primaries = [[0.4361, 0.2225, 0.0139], [0.3851, 0.7169, 0.0971], [0.1431, 0.0606, 0.7141]]
    xyz = linear @ np.array(primaries)
    f = np.where(xyz / D50 > 0.008856, np.cbrt(xyz / D50), 7.787 * xyz / D50 + 16 / 116)
    lab = np.stack(
        [
            (116 * f[..., 1] - 16) * 65280 / 100,
            (500 * (f[..., 0] - f[..., 1]) + 128) * 256,
            (200 * (f[..., 1] - f[..., 2]) + 128) * 256,
        ],
        axis=-1,
    )
    nodes = np.clip(np.rint(lab), 0, 65535).astype(">u2").tobytes()
    straight = np.array([0, 65535] * 3, ">u2").tobytes()
    lut = b"mft2" + bytes(4) + bytes([3, 3, grid, 0]) + fixed(1, 0, 0, 0, 1, 0, 0, 0, 1)
    lut += struct.pack(">HH", 2, 2) + straight + nodes + straight
    white = b"XYZ " + bytes(4) + fixed(*D50)
    tags = {b"desc": _described("table"), b"wtpt": white, b"A2B0": lut}
    return assembled(b"RGB ", b"Lab ", tags)
