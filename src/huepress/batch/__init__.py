"""Many files: trees and lists of pictures, on several processors or machines, resumable.

`plan` gives every input its output, `run` does the work and yields a Row a file, a Manifest
remembers what was done.
"""

from __future__ import annotations

from huepress.batch.manifest import Manifest, place_of
from huepress.batch.palette_saving import save_palette
from huepress.batch.rows import Row
from huepress.batch.running import run
from huepress.batch.shared import fit_palette
from huepress.batch.targets import Target, plan

__all__ = ["Manifest", "Row", "Target", "fit_palette", "place_of", "plan", "run", "save_palette"]
