"""``huepress doctor``: what is installed, what is missing, and the command that brings it."""

from __future__ import annotations

import json
import platform
import re
import sys
from importlib import metadata
from typing import Any, Final

import click

EXTRAS: Final = {
    "web": "huepress serve, the page and the HTTP API",
    "plots": "plots of sweep and study",
    "sklearn": "the scikit-learn estimator",
    "distributed": "Dask clusters and object stores",
    "jxl": "JPEG XL",
    "video": "frames of films",
    "watch": "huepress compress --watch",
    "jpeg": "JPEGs packed anew (--optimize-jpeg)",
    "maps": "map tiles in PMTiles files",
}
"""What the extras are for; those that the installed release does not have are not shown."""

CODECS: Final = {"png": "zlib", "jpeg": "jpg", "webp": "webp", "avif": "avif", "tiff": "libtiff"}
"""Formats, and what Pillow calls the library behind them."""

RIVALS: Final = ("oxipng-pybind", "pyoxipng-ng")
"""Packages that put another module named oxipng over the one of pyoxipng."""


@click.command("doctor", epilog="Exit code 1 when something that every command needs is broken.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def command(as_json: bool) -> None:
    """Say what this installation can do, and what brings the rest.

    The first thing to send with a report of a fault.
    """
    found = examine()
    click.echo(json.dumps(found, indent=2) if as_json else "\n".join(lines_of(found)))
    sys.exit(1 if found["broken"] else 0)


def examine() -> dict[str, Any]:
    """Look at the installation; nothing is imported that could fail but what is looked at."""
    broken = []
    core: dict[str, Any] = {}
    try:
        from huepress import build_info

        core = dict(build_info())
    except ImportError as error:
        broken.append(f"the native core cannot be loaded ({error}): install huepress again")
    codecs: dict[str, str | None] = {}
    try:
        from PIL import features

        for format, library in CODECS.items():
            codecs[format] = _version_of(features, library) if features.check(library) else None
        codecs["color profiles"] = _version_of(features, "littlecms2")
    except ImportError as error:
        broken.append(f"Pillow cannot be loaded ({error}): pip install --force-reinstall pillow")
    broken += _wrong_oxipng()
    return {
        "version": metadata.version("huepress"),
        "python": f"{platform.python_version()} ({sys.executable})",
        "system": f"{platform.system()} {platform.machine()}",
        "core": core,
        "needs": {name: _installed(name) for name in _requirements(None)},
        "codecs": codecs,
        "extras": {
            extra: {name: _installed(name) for name in _requirements(extra)}
            for extra in EXTRAS
            if _requirements(extra)
        },
        "broken": broken,
    }


def lines_of(found: dict[str, Any]) -> list[str]:
    """Tell people what was found."""
    core = found["core"]
    lines = [f"huepress {found['version']}, Python {found['python']}, {found['system']}"]
    if core:
        sets = ", ".join(core["instruction_sets"])
        lines.append(
            f"core     {core['instruction_set']} (of {sets}), compiled by {core['compiler']}"
        )
    lines.append("needs    " + ", ".join(_words(name, v) for name, v in found["needs"].items()))
    lines.append("codecs   " + ", ".join(_words(name, v) for name, v in found["codecs"].items()))
    for extra, packages in found["extras"].items():
        missing = [name for name, version in packages.items() if version is None]
        what = EXTRAS[extra]
        if missing:
            lines.append(f"missing  {what}: pip install 'huepress[{extra}]'")
        else:
            lines.append(
                f"has      {what} ({', '.join(_words(n, v) for n, v in packages.items())})"
            )
    return lines + [f"broken   {fault}" for fault in found["broken"]]


def _requirements(extra: str | None) -> list[str]:
    """List what an extra brings (None: what huepress always needs), by its own metadata."""
    names = []
    for line in metadata.requires("huepress") or []:
        name = re.match(r"[\w.-]+", line)
        of_extra = re.search(r"extra == ['\"]([\w-]+)['\"]", line)
        if name and (of_extra[1] if of_extra else None) == extra and name[0] != "huepress":
            names.append(name[0])
    return names


def _installed(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _version_of(features: Any, library: str) -> str | None:
    try:
        version = features.version(library)
    except ValueError:  # no library of that name in this Pillow
        return None
    return str(version) if version else None


def _wrong_oxipng() -> list[str]:
    """Look for another package's oxipng, or none."""
    rivals = [name for name in RIVALS if _installed(name)]
    try:
        import oxipng

        is_ours = hasattr(oxipng, "RawImage") and hasattr(oxipng, "Deflaters")
    except ImportError as error:
        return [f"pyoxipng cannot be loaded ({error}): pip install --force-reinstall pyoxipng"]
    if is_ours and not rivals:
        return []
    other = " and ".join(rivals) or "another package"
    undo = f"pip uninstall -y {' '.join(rivals)}; " if rivals else ""
    return [
        f"{other} put its oxipng over that of pyoxipng:"
        f" {undo}pip install --force-reinstall pyoxipng"
    ]


def _words(name: str, version: str | None) -> str:
    return f"{name} {version}" if version else f"no {name}"
