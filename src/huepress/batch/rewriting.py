"""Update references in text files to pictures that have another name in the output.

Only an exact path of a picture is changed: relative to the file, or starting with a slash and
relative to the root of the tree. Only its suffix is replaced, and only in copies: inputs are never
touched.
"""

from __future__ import annotations

import difflib
import html
import os
import posixpath
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

KINDS: Final = {
    "html": (".html", ".htm", ".xhtml", ".svg"),
    "css": (".css",),
    "js": (".js", ".mjs", ".json", ".webmanifest"),
    "md": (".md", ".markdown"),
}
"""Suffixes of the kinds of text files."""

Follow = Callable[[str], str | None]
"""Maps a reference to its replacement; None: it stays."""

_TAG: Final = re.compile(r"<[A-Za-z][^<>]*>")
_ATTRIBUTE: Final = re.compile(
    r"""(?<=[\s"'/])(?P<name>src|href|xlink:href|poster|content|data-src|srcset|data-srcset|imagesrcset)"""
    r"""(?P<is>\s*=\s*)(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[^\s"'>]+))""",
    re.IGNORECASE,
)
_CANDIDATE: Final = re.compile(r"(^|,)(\s*)([^\s,]+)")
_URL: Final = re.compile(r"""(\burl\(\s*)(?:"([^"\n]*)"|'([^'\n]*)'|([^\s"')]+))(\s*\))""")
_STRING: Final = re.compile(r"""(["'`])((?:[^"'`\\\n$]|\\/)+)\1""")
_MD_ANGLES: Final = re.compile(r"(\]\(\s*<)([^<>\n]+)(?=>)")
_MD_PLAIN: Final = re.compile(r"(\]\(\s*)([^()\s<>]+)")
_MD_NAMED: Final = re.compile(r"^( {0,3}\[[^\]\n]+\]:\s*<?)([^\s<>]+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Renames:
    """Pictures that have another name in the output.

    Attributes
    ----------
    names : mapping of str to str
        Maps paths below the root of the tree, with slashes, to the new ones.
    """

    names: Mapping[str, str]

    def follow(self, file: str, kind: str) -> Follow:
        """Return the function that updates references in a file, by its path below the root."""
        above = posixpath.dirname(file)

        def new(reference: str) -> str | None:
            path = re.split(r"[?#]", reference, maxsplit=1)[0]
            plain = unquote(html.unescape(path) if kind in ("html", "md") else path)
            if not plain or ":" in plain.partition("/")[0] or plain.startswith("//"):
                return None
            places = (
                [plain.lstrip("/")] if plain.startswith("/") else [posixpath.join(above, plain)]
            )
            if kind == "js" and not plain.startswith(("/", "./", "../")):
                places.append(plain)  # in scripts, paths are relative to their page
            found = {p: self.names[p] for p in map(posixpath.normpath, places) if p in self.names}
            if len(found) != 1:
                return None
            ((old, renamed),) = found.items()
            before, after = posixpath.splitext(old)[1], posixpath.splitext(renamed)[1]
            if not path.endswith(before):
                return None
            return path[: len(path) - len(before)] + after + reference[len(path) :]

        return new


def kind_of_text(name: str, kinds: tuple[str, ...]) -> str | None:
    """Return the kind of a text file if it is one of `kinds`."""
    suffix = os.path.splitext(name)[1].lower()  # noqa: PTH122
    return next((kind for kind in kinds if suffix in KINDS[kind]), None)


def rewritten(data: bytes, kind: str, follow: Follow) -> bytes:
    """Return a text file with its references updated; all other bytes stay.

    Parameters
    ----------
    data : bytes
        UTF-8 or any superset of ASCII; other encodings come back unchanged.
    kind : str
        A key of `KINDS`.
    follow : callable
        See `Follow`.
    """
    if b"\0" in data:
        return data
    text = data.decode("utf-8", "surrogateescape")
    if kind in ("html", "md"):
        if kind == "html" and re.search(r"<base\s[^>]*href", text, re.IGNORECASE):
            return data  # its paths are relative to something else
        text = _TAG.sub(lambda tag: _ATTRIBUTE.sub(_of_attribute(follow), tag[0]), text)
    if kind in ("html", "css"):
        text = _URL.sub(_of_url(follow), text)
    if kind == "md":
        for pattern in (_MD_ANGLES, _MD_PLAIN, _MD_NAMED):
            text = pattern.sub(lambda m: m[1] + (follow(m[2]) or m[2]), text)
    if kind in ("js", "css"):
        text = _STRING.sub(lambda m: m[1] + (_in_string(m[2], follow) or m[2]) + m[1], text)
    return text.encode("utf-8", "surrogateescape")


def diff_of(name: str, before: bytes, after: bytes) -> str:
    """Return the changes in a file as a unified diff."""
    old, new = (
        data.decode("utf-8", "replace").splitlines(keepends=True) for data in (before, after)
    )
    lines = difflib.unified_diff(old, new, f"a/{name}", f"b/{name}")
    return "".join(line if line.endswith("\n") else line + "\n" for line in lines)


def _of_attribute(follow: Follow) -> Callable[[re.Match[str]], str]:
    def change(match: re.Match[str]) -> str:
        kind = next(k for k in ("double", "single", "bare") if match[k] is not None)
        value = match[kind]
        if match["name"].lower().endswith("srcset"):
            new = _CANDIDATE.sub(lambda c: c[1] + c[2] + (follow(c[3]) or c[3]), value)
        else:
            stripped = value.strip()
            new = value.replace(stripped, follow(stripped) or stripped) if stripped else value
        quote = {"double": '"', "single": "'", "bare": ""}[kind]
        return match["name"] + match["is"] + quote + new + quote

    return change


def _of_url(follow: Follow) -> Callable[[re.Match[str]], str]:
    def change(match: re.Match[str]) -> str:
        place = next(i for i in (2, 3, 4) if match[i] is not None)
        quote = {2: '"', 3: "'", 4: ""}[place]
        return match[1] + quote + (follow(match[place]) or match[place]) + quote + match[5]

    return change


def _in_string(value: str, follow: Follow) -> str | None:
    """Update a string of a script; JSON may have a backslash before each slash."""
    if "\\/" not in value:
        return follow(value)
    new = follow(value.replace("\\/", "/"))
    return None if new is None else new.replace("/", "\\/")
