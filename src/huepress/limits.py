"""What a picture may cost, checked before memory is taken."""

from __future__ import annotations

from dataclasses import dataclass

from huepress.errors import DecodeError, LimitError


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on what a file may ask for.

    Attributes
    ----------
    max_pixels : int
        Width times height of one frame.
    max_bytes : int
        Size of the compressed file.
    max_metadata : int
        Bytes of everything in the file that is not the picture: profiles, EXIF, XMP, text.
    max_frames : int
        Frames or pages that are looked at to find the one asked for.
    allow_truncated : bool
        Take what is there of a file that ends too early.
    """

    max_pixels: int = 256_000_000
    max_bytes: int = 1 << 30
    max_metadata: int = 64 << 20
    max_frames: int = 10_000
    allow_truncated: bool = False

    def check_size(self, name: str, width: int, height: int) -> None:
        """Refuse a picture without pixels, or with too many.

        Raises
        ------
        DecodeError
            Width or height below 1.
        LimitError
            More than ``max_pixels``.
        """
        if width < 1 or height < 1:
            raise DecodeError(name, f"is {width}x{height} pixels", "at least 1x1 is needed")
        if width * height > self.max_pixels:
            raise LimitError(name, "pixels", width * height, self.max_pixels, "--max-pixels")

    def check_metadata(self, name: str, n_bytes: int) -> None:
        """Refuse a file whose metadata is too large (LimitError)."""
        if n_bytes > self.max_metadata:
            raise LimitError(
                name, "bytes of metadata", n_bytes, self.max_metadata, "--max-metadata"
            )
