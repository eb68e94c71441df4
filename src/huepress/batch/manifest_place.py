"""Where the manifest of a run is kept: outside of what gets deployed."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import sqlite3
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from huepress.batch.store import is_remote, local_path, store_of
from huepress.options import BatchOptions, WriteOptions

OLD_NAME: Final = ".huepress.sqlite"
"""Its name in earlier versions, which kept it in the output directory or in the tree."""


@dataclass(frozen=True, slots=True)
class ManifestPlace:
    """Where a manifest is kept.

    Attributes
    ----------
    path : Path
        The file.
    home : Path
        The directory whose files it records: addresses are stored relative to it.
    old : Path or None
        Where an earlier version may have left one.
    """

    path: Path
    home: Path
    old: Path | None = None

    @property
    def found(self) -> Path:
        """The file to read: the old one as long as there is no new one."""
        if self.old is not None and self.old.is_file() and not self.path.exists():
            return self.old
        return self.path

    def settle(self) -> bool:
        """Move an old manifest to its new place; return whether there was one."""
        old = self.old
        if old is None or self.found != old:
            return False
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.closing(sqlite3.connect(old)) as db, contextlib.suppress(sqlite3.Error):
            # Fold the side files into the file itself; its last reader removes them.
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            db.execute("PRAGMA journal_mode = DELETE")
        shutil.move(old, self.path)
        return True


def place_of(
    sources: tuple[str, ...], write: WriteOptions, batch: BatchOptions
) -> ManifestPlace | None:
    """Return where the manifest of a run is kept; None when it has none.

    Parameters
    ----------
    sources : tuple of str
        The inputs as given.
    write, batch : options
        Of the run.

    Returns
    -------
    ManifestPlace or None
        As asked for; otherwise, for trees, a file in the user's state directory, named after the
        inputs and the output directory.
    """
    if batch.no_manifest:
        return None
    if batch.manifest is not None:
        path = Path(batch.manifest)
        return ManifestPlace(path, path.parent)
    if not batch.recursive:
        return None
    home = write.out_dir if write.out_dir is not None else sources[0]
    if write.out_dir is None and (len(sources) > 1 or not store_of(home).is_directory(home)):
        return None
    roots = [_real(address) for address in (*sources, home)]
    digest = hashlib.blake2b(json.dumps(roots).encode("utf-8", "surrogateescape"), digest_size=8)
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", Path(roots[0]).name)[:40].strip("-.") or "root"
    path = state_directory() / f"{name}-{digest.hexdigest()}.sqlite"
    if is_remote(home):
        return ManifestPlace(path, path.parent)
    local = Path(local_path(home))
    return ManifestPlace(path, local, local / OLD_NAME)


def state_directory() -> Path:
    """Return the user's state directory."""
    given = os.environ.get("XDG_STATE_HOME")
    if given:
        return Path(given) / "huepress"
    if sys.platform == "win32":  # pragma: no cover
        return Path(os.environ.get("LOCALAPPDATA") or Path.home()) / "huepress"
    if sys.platform == "darwin":  # pragma: no cover
        return Path.home() / "Library" / "Application Support" / "huepress"
    return Path.home() / ".local" / "state" / "huepress"


def _real(address: str) -> str:
    return address.rstrip("/") if is_remote(address) else os.path.realpath(local_path(address))
