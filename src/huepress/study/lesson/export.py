"""A lesson as one file: the page of the study with its runs inside, which needs no server."""

from __future__ import annotations

import json
import re
import zlib
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import replace
from importlib.resources import files
from pathlib import Path, PurePosixPath
from posixpath import normpath
from typing import Any, Final

from huepress.options import CompressOptions
from huepress.study.lesson.cloud import cloud_of
from huepress.study.lesson.parts import file, sizes, starts, times
from huepress.study.lesson.run import Settings, watch
from huepress.types import Image

SHOWN: Final = 40_000
"""Most pixels shown in a file: fewer than on the page, so that it stays below a few megabytes."""

ALSO: Final = (4, 16, 64)
"""Numbers of clusters in every lesson beside the one asked for."""

INITS: Final = ("random", "kmeans++", "wu")

_STYLE: Final = re.compile(r'<link rel="stylesheet" href="/static/([^"]+)">')
_SCRIPT: Final = re.compile(r'<script type="module" src="/static/([^"]+)"></script>')
_IMPORT: Final = re.compile(r'^import \{([^}]*)\} from "([^"]*)";\n', re.MULTILINE)
_EXPORT: Final = re.compile(r"^export (?:async )?(?:const|function|class) ([\w$]+)", re.MULTILINE)


def export(
    image: Image,
    options: CompressOptions,
    settings: Settings,
    page: str,
    also: Iterable[int] = ALSO,
) -> str:
    """Return one HTML file that shows a lesson without a server.

    Parameters
    ----------
    image : Image
        The picture.
    options : CompressOptions
        For the file and the curves.
    settings : Settings
        The run to show first; the lesson has the others with its seed, by k and start.
    page : str
        The page of the study, as the server sends it.
    also : iterable of int
        More numbers of clusters.

    Returns
    -------
    str
        HTML that loads nothing else.
    """
    cloud = cloud_of(image, SHOWN)
    lesson: dict[str, Any] = {
        "name": Path(image.source.name).name,
        "settings": {
            "k": settings.k,
            "init": settings.init,
            "seed": settings.seed,
            "space": settings.color_space,
        },
        "cloud": cloud.to_events(),
        "runs": {},
        "files": {},
        "sizes": [],
        "times": [],
        "starts": [],
    }
    for k in sorted({settings.k, *also}):
        for init in dict.fromkeys((settings.init, *INITS)):
            run: list[dict[str, Any]] = []
            centers = settings.centers if init == "own" else ()
            if init == "own" and k != settings.k:
                continue
            watch(cloud, replace(settings, k=k, init=init, centers=centers), run.append)
            lesson["runs"][f"{k} {init}"] = run
        told: list[dict[str, Any]] = []
        file(image, options, replace(settings, k=k, init="random", centers=()), told.append)
        lesson["files"][str(k)] = told
    sizes(image, options, settings, lesson["sizes"].append)
    times(image, options, settings, lesson["times"].append)
    starts(image, options, settings, lesson["starts"].append)
    return _whole(page, lesson)


def _whole(page: str, lesson: dict[str, Any]) -> str:
    """Put styles, scripts and the lesson into the page."""
    styles = "\n".join(_static(name) for name in _STYLE.findall(page))
    scopes: dict[str, str] = {}
    for name in _SCRIPT.findall(page):
        _add_scope(PurePosixPath(name), scopes)
    scripts = "\n".join(["const modules = {};", *scopes.values()])
    packed = b64encode(zlib.compress(json.dumps(lesson).encode(), 9)).decode()
    page = re.sub(r"\s*<link rel=\"(?:stylesheet|icon)\"[^>]*>", "", page)
    page = re.sub(r"\s*<script[^>]* src=[^>]*></script>", "", page)
    head = (
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src blob: data:\">\n"
        f"<style>\n{styles}\n</style>\n</head>"
    )
    tail = (
        f'<script type="text/plain" id="lesson">{packed}</script>\n'
        f'<script type="module">\n{scripts}\n</script>\n</body>'
    )
    return page.replace("</head>", head, 1).replace("</body>", tail, 1)


def _static(name: str) -> str:
    return (files("huepress") / "web" / "static" / name).read_text("utf-8")


def _add_scope(path: PurePosixPath, scopes: dict[str, str]) -> None:
    """Add what a module imports, and then the module: a function that gives back its exports.

    A module inside a page has no address that others could import it from.
    """
    key = path.stem
    if key in scopes:
        return

    def taken(match: re.Match[str]) -> str:
        source = PurePosixPath(normpath(path.parent / match[2]))
        _add_scope(source, scopes)
        return f"const {{{match[1]}}} = modules.{source.stem};\n"

    script = _static(str(path))
    body = re.sub(r"^export ", "", _IMPORT.sub(taken, script), flags=re.MULTILINE)
    gives = ", ".join(_EXPORT.findall(script))
    scopes[key] = f"modules.{key} = (() => {{\n{body}\nreturn {{ {gives} }};\n}})();"
