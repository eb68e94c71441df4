"""Panel "The file written"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from huepress.formats import names
from huepress.options.spec import OptionGroup, option

PANEL: Final = "The file written"
FORMATS: Final = ("auto", *names.FORMATS, "smallest")


@dataclass(frozen=True)
class FileOptions(OptionGroup):
    """Format and metadata of the file."""

    format: str = option(
        "auto",
        "choice",
        "-f, --format",
        "File format; auto takes the output's suffix, else PNG; smallest races PNG, WebP and JPEG"
        " XL.",
        choices=FORMATS,
        group=PANEL,
    )
    keep_hidden_rgb: bool = option(
        False,
        "switch",
        "--keep-hidden-rgb",
        "With --lossless: keep the colors of fully transparent pixels, for game textures.",
        group=PANEL,
    )
    matte: str | None = option(
        None,
        "text",
        "--matte",
        "Color that half-transparent pixels of a GIF are blended over, such as #ffffff.",
        metavar="HEX",
        group=PANEL,
    )
    strip: str = option(
        "safe",
        "choice",
        "--strip",
        "Metadata: safe keeps what changes how the picture is shown (ICC, size on paper), none"
        " also keeps EXIF, XMP and text, all drops everything.",
        choices=("all", "safe", "none"),
        group=PANEL,
    )
    icc: str = option(
        "keep",
        "choice",
        "--icc",
        "Keep a wide color profile, or convert the picture to sRGB.",
        choices=("keep", "srgb"),
        group=PANEL,
    )
    drop_signature: bool = option(
        False,
        "switch",
        "--drop-signature",
        "With --strip none: go on where a C2PA signature would be lost; --force does so too.",
        group=PANEL,
    )
