"""Where the memory of a run lies."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Final

from huepress.batch.store import is_remote, local_path, store_of
from huepress.options import BatchOptions, WriteOptions

FILE_NAME: Final = ".huepress.sqlite"


def place_of(sources: tuple[str, ...], write: WriteOptions, batch: BatchOptions) -> Path | None:
    """Return where the manifest of a run lies; None when it has none.

    Parameters
    ----------
    sources : tuple of str
        The inputs as given.
    write, batch : options
        Of the run.

    Returns
    -------
    Path or None
        As asked for; else, for trees, in the output directory, or in the tree when outputs lie
        among the inputs. For stores it is a file of its own in the user's state directory.
    """
    if batch.no_manifest:
        return None
    if batch.manifest is not None:
        return Path(batch.manifest)
    if not batch.recursive:
        return None
    home = write.out_dir if write.out_dir is not None else sources[0]
    if write.out_dir is None and (len(sources) > 1 or not store_of(home).is_directory(home)):
        return None
    if not is_remote(home):
        return Path(local_path(home)) / FILE_NAME
    state = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    digest = hashlib.blake2b(home.rstrip("/").encode(), digest_size=8).hexdigest()
    return state / "huepress" / f"{digest}.sqlite"
