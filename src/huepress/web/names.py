"""Names of files as clients give them and as they are given back."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import quote

from huepress.batch.names import stem_with

# What no file system likes, and what could pass for a folder.
_UNFIT: Final = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u0080-\u009f\u200b-\u200f\u2028-\u202f]')
_LONGEST: Final = 120
_DEEPEST: Final = 16


def tidy(name: str) -> str:
    """Return the last part of a client's file name, fit to be shown and saved."""
    last = re.split(r"[/\\]", name)[-1].encode("utf-8", "replace").decode()
    last = _UNFIT.sub("_", last).strip(" .")
    if len(last) > _LONGEST:
        path = PurePosixPath(last)
        last = path.stem[: _LONGEST - len(path.suffix[:10])] + path.suffix[:10]
    return last or "picture"


def folder_of(name: str) -> str:
    """Return the folders of a client's file name, fit to stand in a ZIP; empty without any.

    Nothing in it leads out of the folder that it is unpacked in.
    """
    parts = re.split(r"[/\\]", name)[:-1]
    kept = [tidy(part) for part in parts if part.strip(" .")]
    return "/".join(kept[-_DEEPEST:])


def output_name(name: str, format: str) -> str:
    """Return the name of the result: ``photo.jpg`` as PNG is ``photo-hp.png``.

    The ``.9`` of a 9-patch stays before the suffix.
    """
    return f"{stem_with(name, '-hp')}.{format}"


def distinct(names: Iterable[str]) -> list[str]:
    """Return the names with a number where one comes again."""
    seen: set[str] = set()
    out = []
    for name in names:
        path, n, candidate = PurePosixPath(name), 1, name
        while candidate.lower() in seen:
            n += 1
            candidate = str(path.with_name(f"{path.stem}-{n}{path.suffix}"))
        seen.add(candidate.lower())
        out.append(candidate)
    return out


def disposition(name: str) -> str:
    """Return the Content-Disposition that saves a file under this name."""
    plain = name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
