"""What the channel values of a file mean, and how they are kept or converted.

PNG's chunks rank as in its specification (third edition, 4.3): cICP, iCCP, sRGB, gAMA with cHRM.
Profiles of sRGB are dropped. Other RGB profiles of curves and a matrix are kept with the pixel
values, or converted to sRGB on request. What PNG cannot show (CMYK, Lab, gray profiles), and
profiles without a matrix, are converted by LittleCMS.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage

from huepress.decode.pixels import Decoded, as_decoded
from huepress.formats import profiles
from huepress.formats.png import PngParts
from huepress.limits import Limits

CICP_PRIMARIES: Final = {
    1: profiles.SRGB_PRIMARIES,
    4: (0.310, 0.316, 0.67, 0.33, 0.21, 0.71, 0.14, 0.08),
    5: (0.3127, 0.3290, 0.64, 0.33, 0.29, 0.60, 0.15, 0.06),
    6: (0.3127, 0.3290, 0.63, 0.34, 0.31, 0.595, 0.155, 0.07),
    7: (0.3127, 0.3290, 0.63, 0.34, 0.31, 0.595, 0.155, 0.07),
    9: (0.3127, 0.3290, 0.708, 0.292, 0.17, 0.797, 0.131, 0.046),
    11: (0.314, 0.351, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06),
    12: (0.3127, 0.3290, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06),
}
"""x, y of white, red, green, blue by code (ITU-T H.273, table 2)."""

CICP_CURVES: Final[dict[int, tuple[float, ...]]] = {
    # The camera curves 1, 6, 14 and 15 are shown like sRGB's, as browsers do.
    **dict.fromkeys((1, 6, 13, 14, 15), profiles.SRGB_CURVE),
    4: (2.2,),
    5: (2.8,),
    8: (1.0,),
}
"""Transfer curves by code (ITU-T H.273, table 3) that a profile can hold."""

HDR: Final = {16: "PQ", 18: "HLG"}

CONVERTED: Final = "{} was converted to sRGB"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a file says about its values.

    Attributes
    ----------
    profile : bytes or None
        The ICC profile of the values; None: sRGB, or unspecified.
    chunks : tuple
        PNG chunks that say the same in fewer bytes, to write unchanged.
    notes : tuple of str
        What could not be kept.
    is_converted : bool
        The values were converted to sRGB.
    """

    profile: bytes | None = None
    chunks: tuple[tuple[bytes, bytes], ...] = ()
    notes: tuple[str, ...] = ()
    is_converted: bool = False


def of_png(parts: PngParts, limits: Limits) -> Meaning:
    """Read what a PNG's chunks say about its colors."""
    cicp = parts.find(b"cICP")
    if cicp is not None and len(cicp) == 4:
        meaning = of_codes(cicp[0], cicp[1])
        if meaning is not None:
            return replace(meaning, chunks=((b"cICP", cicp),))
    notes: tuple[str, ...] = ()
    iccp = parts.find(b"iCCP")
    if iccp is not None:
        profile = _inflate(iccp, limits)
        if profile is not None:
            return Meaning(profile)
        notes = ("the damaged ICC profile was ignored",)
    if parts.find(b"sRGB") is not None:
        return Meaning(notes=notes)
    return replace(_of_gamma(parts.find(b"gAMA"), parts.find(b"cHRM")), notes=notes)


def of_codes(primaries: int, transfer: int) -> Meaning | None:
    """Read the codes of a cICP chunk or an AVIF ``nclx`` box; None: unspecified."""
    if transfer in HDR:
        note = f"the {HDR[transfer]} curve (HDR) is kept; distances are measured on its values"
        return Meaning(notes=(note,))
    if primaries not in CICP_PRIMARIES or transfer not in CICP_CURVES:
        return None
    xyz = profiles.xyz_from_primaries(CICP_PRIMARIES[primaries])
    return Meaning(profiles.make("cICP", xyz, CICP_CURVES[transfer]))


def _of_gamma(gama: bytes | None, chrm: bytes | None) -> Meaning:
    """Read gAMA (45455 means sRGB) and cHRM."""
    chunks = []
    curve: tuple[float, ...] = profiles.SRGB_CURVE
    primaries: NDArray[np.float64] | tuple[float, ...] = profiles.SRGB_PRIMARIES
    if gama is not None and len(gama) == 4:
        (gamma,) = struct.unpack(">I", gama)
        if gamma > 0 and not 45000 <= gamma <= 46000:
            curve = (min(100000 / gamma, 100.0),)
        chunks.append((b"gAMA", gama))
    if chrm is not None and len(chrm) == 32:
        primaries = np.array(struct.unpack(">8I", chrm)) / 100000
        chunks.append((b"cHRM", chrm))
    if not chunks or (curve == profiles.SRGB_CURVE and primaries is profiles.SRGB_PRIMARIES):
        return Meaning()
    try:
        profile = profiles.make("gAMA and cHRM", profiles.xyz_from_primaries(primaries), curve)
    except (ValueError, struct.error, np.linalg.LinAlgError):
        return Meaning(notes=("the impossible cHRM chunk was ignored",))
    return Meaning(profile, tuple(chunks))


def _inflate(iccp: bytes, limits: Limits) -> bytes | None:
    """Decompress an iCCP chunk, but not beyond the limit on metadata."""
    name, _, rest = iccp.partition(b"\0")
    if len(name) > 79 or rest[:1] != b"\0":
        return None
    inflater = zlib.decompressobj()
    try:
        profile = inflater.decompress(rest[1:], limits.max_metadata)
    except zlib.error:
        return None
    return profile if inflater.eof else None


def of_file(kind: str, data: bytes, info: Mapping[Any, Any]) -> Meaning:
    """Read what a file other than PNG says about its colors."""
    profile = info.get("icc_profile")
    if isinstance(profile, bytes) and profile:
        return Meaning(profile)
    if kind == "avif":
        at = data.find(b"colrnclx", 0, 1 << 16)
        if at >= 0 and len(data) >= at + 12:
            return of_codes(*struct.unpack_from(">HH", data, at + 8)) or Meaning()
    return Meaning()


def to_rgb(image: PillowImage.Image, meaning: Meaning) -> tuple[PillowImage.Image, Meaning]:
    """Convert CMYK and Lab to sRGB.

    Returns
    -------
    image, meaning
        sRGB, with a note; other images unchanged.
    """
    if image.mode not in ("CMYK", "LAB"):
        return image, meaning
    if image.mode == "LAB":
        done = _through_cms(image, None)
        if done is None:
            raise ValueError("LittleCMS cannot convert CIE Lab")
        notes = (*meaning.notes, CONVERTED.format("CIE Lab"))
        return done, Meaning(notes=notes, is_converted=True)
    if meaning.profile is not None and profiles.color_space_of(meaning.profile) == "CMYK":
        converted = _through_cms(image, meaning.profile)
        if converted is not None:
            notes = (*meaning.notes, CONVERTED.format("CMYK"))
            return converted, Meaning(notes=notes, is_converted=True)
    note = "CMYK without a usable profile was converted by the simple formula"
    return image.convert("RGB"), Meaning(notes=(*meaning.notes, note), is_converted=True)


def settle(decoded: Decoded, meaning: Meaning, icc: str) -> tuple[Decoded, Meaning]:
    """Decide on a profile: drop it, keep it, or convert the pixels to sRGB.

    Parameters
    ----------
    icc : str
        ``keep`` or ``srgb``.

    Returns
    -------
    decoded, meaning
        Pixels, and their profile now (None: sRGB).
    """
    profile = meaning.profile
    if profile is None:
        return decoded, meaning
    space = profiles.color_space_of(profile)
    if space == "GRAY" and decoded.is_gray:
        return _from_gray(decoded, profile, meaning)
    matrix = profiles.parse(profile)
    if matrix is not None and matrix.is_srgb():
        return decoded, Meaning(notes=meaning.notes)
    if matrix is not None and icc == "keep":
        return decoded, meaning
    if space != "RGB":
        note = f"the ICC profile is for {space} values and was ignored" if space else BROKEN
        return decoded, Meaning(notes=(*meaning.notes, note))
    said = " and ".join(name.decode() for name, _ in meaning.chunks)
    note = CONVERTED.format(f"the space of {said}" if said else "the ICC profile's space")
    if matrix is not None and decoded.deep is not None:
        converted = as_decoded(_convert_deep(decoded.deep, matrix))
        return converted, Meaning(notes=(*meaning.notes, note), is_converted=True)
    if decoded.deep is not None:
        note += ", at 8 bits a channel"
    colors = PillowImage.fromarray(np.ascontiguousarray(decoded.pixels[..., :3]))
    rgb = _through_cms(colors, profile)
    if rgb is None:
        return decoded, Meaning(notes=(*meaning.notes, BROKEN))
    pixels = np.dstack([np.asarray(rgb), decoded.pixels[..., 3:]])
    return as_decoded(pixels), Meaning(notes=(*meaning.notes, note), is_converted=True)


BROKEN: Final = "the damaged ICC profile was ignored"


def _through_cms(image: PillowImage.Image, profile: bytes | None) -> PillowImage.Image | None:
    """Convert an image with an ICC profile (None: CIE Lab) to sRGB; None if that is damaged."""
    from PIL import ImageCms  # most pictures do not need it

    try:
        return ImageCms.profileToProfile(
            image,
            ImageCms.createProfile("LAB")
            if profile is None
            else ImageCms.ImageCmsProfile(BytesIO(profile)),
            ImageCms.createProfile("sRGB"),
            renderingIntent=ImageCms.Intent.PERCEPTUAL,
            outputMode="RGB",
        )
    except (ImageCms.PyCMSError, OSError):
        return None


def _from_gray(decoded: Decoded, profile: bytes, meaning: Meaning) -> tuple[Decoded, Meaning]:
    """Apply a gray profile's curve, which LittleCMS evaluates for every byte."""
    ramp = PillowImage.fromarray(np.arange(256, dtype=np.uint8)[None])
    converted = _through_cms(ramp, profile)
    if converted is None:
        return decoded, Meaning(notes=(*meaning.notes, BROKEN))
    shown = np.asarray(converted)[0, :, 1]
    if np.abs(shown.astype(int) - np.arange(256)).max() <= 2:
        return decoded, Meaning(notes=meaning.notes)
    notes = (*meaning.notes, CONVERTED.format("the gray profile's space"))
    if decoded.deep is not None:
        steps = np.arange(65536)
        table = np.rint(np.interp(steps, np.arange(256) * 257, shown * 257.0)).astype(np.uint16)
        deep = np.dstack([table[decoded.deep[..., :3]], decoded.deep[..., 3:]])
        return replace(as_decoded(deep), is_gray=True), Meaning(notes=notes, is_converted=True)
    pixels = np.dstack([shown[decoded.pixels[..., :3]], decoded.pixels[..., 3:]])
    return replace(as_decoded(pixels), is_gray=True), Meaning(notes=notes, is_converted=True)


def _convert_deep(
    deep: NDArray[np.uint16], matrix: profiles.RgbProfile, rows: int = 64
) -> NDArray[np.uint16]:
    """Convert 16-bit RGB(A) to sRGB, a strip at a time."""
    out = deep.copy()
    for start in range(0, len(deep), rows):
        strip = deep[start : start + rows, :, :3] / 65535.0
        shown = profiles.encode_srgb(matrix.to_linear(strip)).clip(0.0, 1.0)
        out[start : start + rows, :, :3] = np.rint(shown * 65535.0).astype(np.uint16)
    return out
