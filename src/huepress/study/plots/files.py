"""Figures to files."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

from huepress.errors import OutputError
from huepress.result.write import write_atomic

if TYPE_CHECKING:
    import os

    from matplotlib.figure import Figure

FORMATS: Final = {".png": "png", ".svg": "svg", ".pdf": "pdf"}


def check_target(path: str | os.PathLike[str], *, force: bool = False) -> Path:
    """Refuse a file that cannot be written, before the work is done.

    Raises
    ------
    OutputError
        Not a name ending in .png, .svg or .pdf, or it exists and `force` is off.
    """
    target = Path(path)
    if target.suffix.lower() not in FORMATS:
        raise OutputError(str(path), "is no figure", "a name ending in " + ", ".join(FORMATS))
    if target.exists() and not force:
        raise OutputError(str(path), "exists already", "use --force to overwrite it")
    return target


def save(figure: Figure, path: str | os.PathLike[str], *, force: bool = True) -> Path:
    """Write a figure: whole or not at all.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        From one of this package's functions, or any other.
    path : path
        Ending in .png, .svg or .pdf.
    force : bool
        Replace an existing file.

    Returns
    -------
    Path
        The path written.

    Raises
    ------
    OutputError
        As for `check_target`, or it cannot be written.
    """
    target = check_target(path, force=force)
    out = BytesIO()
    figure.savefig(out, format=FORMATS[target.suffix.lower()])
    return write_atomic(target, out.getvalue(), force=force)
