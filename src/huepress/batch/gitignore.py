"""Patterns of ``.gitignore``, as git reads them (gitignore(5)); the tests ask git itself.

Only the entry itself is matched against a pattern, not the folders above it: a walk does not enter
a folder that is ignored.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

_CLASSES: Final = {
    "alnum": "a-zA-Z0-9",
    "alpha": "a-zA-Z",
    "blank": " \\t",
    "digit": "0-9",
    "lower": "a-z",
    "punct": "!-/:-@\\[-`{-~",
    "space": "\\s",
    "upper": "A-Z",
    "xdigit": "0-9a-fA-F",
}
"""POSIX character classes within brackets; ASCII, as in git."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """One line of the file.

    Attributes
    ----------
    regex : re.Pattern
        Matched against the whole path below the file's directory.
    leaves_out : bool
        False: it starts with ``!`` and includes again.
    only_directories : bool
        It ends with a slash.
    """

    regex: re.Pattern[str]
    leaves_out: bool
    only_directories: bool


def patterns_of(text: str) -> tuple[Pattern, ...]:
    """Parse the text of such a file; lines that can never match are dropped."""
    return tuple(found for line in text.split("\n") if (found := _pattern(line)) is not None)


def leaves_out(patterns: Iterable[Pattern], path: str, *, is_directory: bool) -> bool | None:
    """Say whether the last matching pattern excludes a path; None when none matches."""
    last = None
    for pattern in patterns:
        if (is_directory or not pattern.only_directories) and pattern.regex.fullmatch(path):
            last = pattern.leaves_out
    return last


def _pattern(line: str) -> Pattern | None:
    line = _trimmed(line.removesuffix("\r"))
    if not line or line.startswith("#"):
        return None
    again = line.startswith("!")
    line = line.removeprefix("!") if again else line
    only_directories = line.endswith("/")
    line = line.removesuffix("/")
    body = line.removeprefix("/")
    if not body:
        return None
    anywhere = "" if "/" in line else r"(?:.*/)?"
    translated = _translated(body)
    if translated is None:
        return None
    regex = re.compile(anywhere + translated, re.DOTALL)
    return Pattern(regex, not again, only_directories)


def _trimmed(line: str) -> str:
    """Strip trailing spaces, except one after a backslash."""
    bare = line.rstrip(" ")
    escapes = (len(bare) - len(bare.rstrip("\\"))) % 2 == 1
    return bare + " " if escapes and bare != line else bare


def _translated(glob: str) -> str | None:
    """Turn a glob into a regular expression; None for one that git never matches."""
    out, at = "", 0
    while at < len(glob):
        begins = at == 0 or glob[at - 1] == "/"
        if begins and glob.startswith("**/", at):
            out, at = out + r"(?:.*/)?", at + 3
        elif begins and glob[at:] == "**" and at > 0:
            out, at = out + ".+", len(glob)
        elif glob[at] == "*":
            out, at = out + "[^/]*", at + len(glob[at:]) - len(glob[at:].lstrip("*"))
        elif glob[at] == "?":
            out, at = out + "[^/]", at + 1
        elif glob[at] == "[":
            found = _bracket(glob, at + 1)
            if found is None:
                return None
            out, at = out + found[0], found[1]
        elif glob[at] == "\\":
            if at + 1 == len(glob):
                return None
            out, at = out + re.escape(glob[at + 1]), at + 2
        else:
            out, at = out + re.escape(glob[at]), at + 1
    return out


def _bracket(glob: str, at: int) -> tuple[str, int] | None:
    """Translate the character set at a position; return it and its end, or None if it has none."""
    negated = glob[at : at + 1] in ("!", "^")
    at += negated
    inside, first = "", True
    while at < len(glob) and (first or glob[at] != "]"):
        first = False
        named = re.match(r"\[:(\w+):\]", glob[at:])
        if named:
            if named[1] not in _CLASSES:
                return None
            inside, at = inside + _CLASSES[named[1]], at + named.end()
            continue
        if glob[at] == "\\":
            at += 1
        low, at = glob[at : at + 1], at + 1
        if glob[at : at + 1] == "-" and glob[at + 1 : at + 2] not in ("]", ""):
            at += 2 if glob[at + 1] == "\\" else 1
            high, at = glob[at : at + 1], at + 1
            inside += f"{re.escape(low)}-{re.escape(high)}" if low <= high else ""
        else:
            inside += re.escape(low)
    if at >= len(glob):
        return None
    # No set matches a slash, and an empty set (a range that goes backward) matches nothing.
    chosen = f"[{'^' if negated else ''}{inside}]" if inside else ("." if negated else "(?!)")
    return f"(?!/){chosen}", at + 1
