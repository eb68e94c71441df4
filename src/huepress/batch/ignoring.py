"""Which entries of a tree are left out by default.

The rules, in order:

1. ``.git`` always.
2. Unless ``--no-ignore``: what the nearest ``.huepressignore`` or ``.gitignore`` names, in git's
   patterns; ``!`` includes again. Only files inside the tree count, not those above it.
3. Unless ``--no-ignore``: ``node_modules``.
4. Unless ``--no-ignore``, or a pattern of ``--include`` has a part that starts with a dot: names
   that start with a dot, except those that web servers need: ``.well-known``, ``.htaccess``,
   ``.nojekyll``.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from huepress.batch.gitignore import Pattern, leaves_out, patterns_of

NEVER: Final = (".git",)
HEAVY: Final = ("node_modules",)
SERVED: Final = (".well-known", ".htaccess", ".nojekyll")
"""Names with a leading dot that belong to a site."""

FILES: Final = (".gitignore", ".huepressignore")
"""Files that hold patterns; in one directory, the later of the two wins."""


@dataclass(slots=True)
class Rule:
    """Which entries of one tree are left out.

    Attributes
    ----------
    root : str or None
        The tree; None when its pattern files cannot be read (a store).
    enabled : bool
        False: only `NEVER` is left out.
    hidden : bool
        Also take names that start with a dot.
    """

    root: str | None
    enabled: bool = True
    hidden: bool = False
    _known: dict[str, list[tuple[str, tuple[Pattern, ...]]]] = field(default_factory=dict)

    def why(self, relative: str, *, is_directory: bool) -> str | None:
        """Return why an entry is left out, in a word or two; None when it is not."""
        above, _, name = relative.rpartition("/")
        if name in NEVER:
            return name
        if not self.enabled:
            return None
        named = self._named(above, relative, is_directory)
        if named is not None:
            return named or None
        if name in HEAVY and is_directory:
            return name
        if name.startswith(".") and not self.hidden and name not in SERVED:
            return "hidden"
        return None

    def _named(self, above: str, relative: str, is_directory: bool) -> str | None:
        """Return the file whose pattern excludes an entry; "" if one includes it; None if none."""
        directory = above
        while True:
            for name, patterns in reversed(self._patterns_in(directory)):
                below = relative[len(directory) + 1 :] if directory else relative
                found = leaves_out(patterns, below, is_directory=is_directory)
                if found is not None:
                    return name if found else ""
            if not directory:
                return None
            directory = directory.rpartition("/")[0]

    def _patterns_in(self, directory: str) -> list[tuple[str, tuple[Pattern, ...]]]:
        if directory not in self._known:
            self._known[directory] = [] if self.root is None else _read(self.root, directory)
        return self._known[directory]


def _read(root: str, directory: str) -> list[tuple[str, tuple[Pattern, ...]]]:
    found = []
    for name in FILES:
        path = Path(root, directory, name)
        if path.is_file():
            found.append((name, patterns_of(os.fsdecode(path.read_bytes()))))
    return found
