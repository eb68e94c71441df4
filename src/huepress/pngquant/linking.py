"""Put a program named pngquant into a directory, for tools that look for one by that name."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from pathlib import Path
from typing import Final

from huepress.pngquant.codes import Code, Failure

PROGRAM: Final = "huepress-pngquant"


def link(directory: str, *, force: bool = False) -> Path:
    """Make ``directory/pngquant``, which runs this huepress.

    A link to the command that was installed with the package, or, where links or the command are
    missing, a short script or a copy. One of ours that is there already is renewed; another
    program is only replaced with `force`.

    Raises
    ------
    Failure
        `Code.EXISTS` or `Code.UNWRITABLE`.
    """
    command = _installed()
    place = Path(directory) / ("pngquant.exe" if os.name == "nt" else "pngquant")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        if (place.exists() or place.is_symlink()) and not (force or _is_ours(place)):
            raise Failure(
                Code.EXISTS, f"{place} exists and is another program; --force replaces it"
            )
        place.unlink(missing_ok=True)
        if command is None:
            python = shlex.quote(sys.executable)
            place.write_text(f'#!/bin/sh\nexec {python} -m huepress.pngquant "$@"\n')
            place.chmod(0o755)
        elif os.name == "nt":  # pragma: no cover - Windows
            shutil.copy2(command, place)
        else:
            place.symlink_to(command)
    except OSError as error:
        raise Failure(Code.UNWRITABLE, f"cannot make {place}: {error.strerror}") from error
    return place


def _installed() -> Path | None:
    """Find the command beside this Python; never one found elsewhere on the PATH."""
    name = f"{PROGRAM}.exe" if os.name == "nt" else PROGRAM
    command = Path(sys.executable).parent / name
    return command if command.exists() else None


def _is_ours(place: Path) -> bool:
    if place.is_symlink():
        return place.readlink().stem == PROGRAM
    with place.open("rb") as file:
        return b"huepress.pngquant" in file.read(1 << 20)
