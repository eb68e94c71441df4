"""Patterns that select files of a tree by their path below its root.

``*.png`` (no slash) is matched against the name at any depth, ``icons/**/*.png`` against the whole
path; ``*`` and ``?`` stop at slashes, ``**`` does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class Chooser:
    """Which files of a tree are wanted.

    Attributes
    ----------
    include : tuple of str
        At least one of these must match; if empty, everything is wanted.
    exclude : tuple of str
        None of these may match; a pattern that matches a directory excludes everything below it.
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    def wants_file(self, relative: str) -> bool:
        """Whether a file is wanted, by its path below the root (with slashes)."""
        if _matches_any(self.exclude, relative):
            return False
        return not self.include or _matches_any(self.include, relative)

    def wants_directory(self, relative: str) -> bool:
        """Whether to enter a directory at all."""
        return not _matches_any(self.exclude, relative)

    @property
    def names_hidden(self) -> bool:
        """Whether a pattern of `include` has a part that starts with a dot, as hidden names do."""
        return any(part.startswith(".") for pattern in self.include for part in pattern.split("/"))


def _matches_any(patterns: Iterable[str], relative: str) -> bool:
    name = relative.rpartition("/")[2]
    return any(
        _compiled(pattern).fullmatch(relative if "/" in pattern.rstrip("/") else name)
        for pattern in patterns
    )


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    pattern = pattern.removeprefix("./").lstrip("/").rstrip("/")
    out, i = "", 0
    while i < len(pattern):
        if pattern.startswith("**/", i):
            out, i = out + r"(?:[^/]+/)*", i + 3
        elif pattern.startswith("**", i):
            out, i = out + r".*", i + 2
        elif pattern[i] == "*":
            out, i = out + r"[^/]*", i + 1
        elif pattern[i] == "?":
            out, i = out + r"[^/]", i + 1
        elif pattern[i] == "[" and (end := pattern.find("]", i + 2)) > 0:
            inside = pattern[i + 1 : end].replace("\\", r"\\").replace("[", r"\[")
            inside = "^" + inside[1:] if inside[0] == "!" else inside
            out, i = f"{out}[{inside}]", end + 1
        else:
            out, i = out + re.escape(pattern[i]), i + 1
    return re.compile(out, re.DOTALL)
