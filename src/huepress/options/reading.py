"""Panel "Reading the input"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from huepress.options.spec import OptionGroup, option

PANEL: Final = "Reading the input"


@dataclass(frozen=True)
class ReadingOptions(OptionGroup):
    """What is taken of the input, and the limits on it."""

    frame: int | None = option(
        None,
        "integer",
        "--frame",
        "Take this frame of an animation or page of a document, from 0.",
        minimum=0,
        metavar="N",
        group=PANEL,
    )
    allow_truncated: bool = option(
        False,
        "switch",
        "--allow-truncated",
        "Take what can be read of a file that was cut short.",
        group=PANEL,
    )
    max_bytes: int = option(
        1 << 30,
        "integer",
        "--max-bytes",
        "Refuse larger files before reading them.",
        minimum=1,
        metavar="N",
        group=PANEL,
    )
    max_metadata: int = option(
        64 << 20,
        "integer",
        "--max-metadata",
        "Refuse files with more bytes of profiles, EXIF, XMP and text.",
        minimum=1,
        metavar="N",
        group=PANEL,
    )
    max_frames: int = option(
        10_000,
        "integer",
        "--max-frames",
        "Refuse files with more frames or pages.",
        minimum=1,
        metavar="N",
        group=PANEL,
    )
    max_pixels: int = option(
        256_000_000,
        "integer",
        "--max-pixels",
        "Refuse larger pictures before decoding them.",
        minimum=1,
        metavar="N",
        group=PANEL,
    )
    timeout: float = option(
        3600.0,
        "number",
        "--timeout",
        "Give up on a picture after this many seconds.",
        minimum=0.01,
        metavar="SECONDS",
        group=PANEL,
    )
    threads: int = option(
        0,
        "integer",
        "--threads",
        "Threads to use; 0 is one per processor. The bytes are the same for any number.",
        minimum=0,
        maximum=1024,
        metavar="N",
        group=PANEL,
    )
