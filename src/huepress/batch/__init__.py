"""Many files: trees and lists of pictures, on several processors or machines, resumable.

`plan` gives every input its output, `run` does the work and yields a Row a file, a Manifest
remembers what was done. Each loads on first use: a single file needs neither a database nor worker
processes.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from huepress.batch.manifest import Manifest
    from huepress.batch.manifest_place import ManifestPlace, place_of
    from huepress.batch.palette_saving import save_palette
    from huepress.batch.planning import plan
    from huepress.batch.pruning import prune
    from huepress.batch.rows import Row
    from huepress.batch.running import run
    from huepress.batch.shared import fit_palette
    from huepress.batch.targets import Target

__all__ = [
    "Manifest",
    "ManifestPlace",
    "Row",
    "Target",
    "fit_palette",
    "place_of",
    "plan",
    "prune",
    "run",
    "save_palette",
]

_HOMES: Final = {
    "Manifest": "manifest",
    "ManifestPlace": "manifest_place",
    "Row": "rows",
    "Target": "targets",
    "fit_palette": "shared",
    "place_of": "manifest_place",
    "plan": "planning",
    "prune": "pruning",
    "run": "running",
    "save_palette": "palette_saving",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
