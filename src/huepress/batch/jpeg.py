"""Repack JPEGs: the same coefficients, better Huffman tables and scans."""

from __future__ import annotations

from io import BytesIO

from huepress.errors import EncodeError, MissingExtraError


def optimized(data: bytes) -> bytes:
    """Return a JPEG in fewer bytes, or the same bytes when there are none to save.

    Parameters
    ----------
    data : bytes
        A JPEG; its metadata is kept.

    Returns
    -------
    bytes
        Decodes to the same pixels; this is checked.

    Raises
    ------
    MissingExtraError
        mozjpeg-lossless-optimization is not installed.
    EncodeError
        That package refuses the file.
    """
    try:
        import mozjpeg_lossless_optimization as mozjpeg
    except ImportError as error:
        package = "mozjpeg-lossless-optimization"
        raise MissingExtraError("--optimize-jpeg", package, "jpeg") from error
    try:
        made = bytes(mozjpeg.optimize(data, copy=mozjpeg.COPY_MARKERS.ALL))
    except ValueError as error:
        raise EncodeError("jpeg", str(error)) from error
    return made if len(made) < len(data) and _shown(made) == _shown(data) else data


def _shown(data: bytes) -> tuple[str, tuple[int, int], bytes]:
    from PIL import Image as PillowImage

    try:
        with PillowImage.open(BytesIO(data), formats=("JPEG",)) as image:
            return image.mode, image.size, image.tobytes()
    except (OSError, SyntaxError, ValueError, PillowImage.DecompressionBombError) as error:
        raise EncodeError("jpeg", str(error)) from error
