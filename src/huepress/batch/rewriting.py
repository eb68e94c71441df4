"""Update references in text files to pictures that have another name in the output.

Only an exact path of a picture is changed: relative to the file (or to its ``<base>``), or starting
with a slash and relative to the root of the tree. Only its suffix is replaced, with the type that
stands beside it, and only in copies: inputs are never touched.
"""

from __future__ import annotations

import codecs
import difflib
import html
import os
import posixpath
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from huepress.formats.names import media_type

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
    r"""(?<=[\s"'/])(?P<name>src|href|xlink:href|poster|content|data|background"""
    r"""|srcset|imagesrcset|data-[\w-]+)"""
    r"""(?P<is>\s*=\s*)(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[^\s"'>]+))""",
    re.IGNORECASE,
)
# HTML, parsing a srcset: an address ends at a space, and may have commas inside.
_CANDIDATE: Final = re.compile(r"([\s,]*)(\S*[^\s,])(,+(?=\s|$)|\s[^,]*|$)")
_SCRIPT: Final = re.compile(r"(<script\b[^>]*>)(.*?)(?=</script)", re.IGNORECASE | re.DOTALL)
_IN_BRACKETS: Final = r"""[^()"']|"[^"]*"|'[^']*'"""
_IMAGE_SET: Final = re.compile(
    rf"\bimage-set\((?:{_IN_BRACKETS}|\((?:{_IN_BRACKETS})*\))*\)", re.IGNORECASE
)
_CHARSET: Final = re.compile(rb"""(?:charset|encoding)\s*=?\s*["']?([\w.:-]+)""", re.IGNORECASE)
_BASE: Final = re.compile(
    r"""<base\s(?:[^>]*\s)?href\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE
)
_TYPE: Final = re.compile(r"""(?<=[\s"'(])((?:type\s*=\s*)?["']?)image/[\w.+-]+""", re.IGNORECASE)
_URL: Final = re.compile(
    r"""(\burl\(\s*)(?:"([^"\n]*)"|'([^'\n]*)'|((?:\\[0-9A-Fa-f]{1,6}\s?|\\.|[^\s"')\\])+))"""
    r"""(\s*\)(?:\s*type\([^()]*\))?)"""
)
_QUERY: Final = re.compile(r"\?|(?<!&)#")  # &#39; is an apostrophe
_CSS_ESCAPE: Final = re.compile(r"\\(?:([0-9A-Fa-f]{1,6})\s?|(.))")
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

    def follow(self, file: str, kind: str, base: str = "") -> Follow:
        """Return the function that updates references in a file.

        Parameters
        ----------
        file : str
            Its path below the root.
        kind : str
            A key of `KINDS`.
        base : str
            What its ``<base>`` says that paths are relative to, instead of the file.
        """
        page = posixpath.join(
            "/", posixpath.dirname(file), unquote(re.split(_QUERY, base)[0]) or "."
        )
        above = posixpath.normpath(posixpath.dirname(page) if base else page)[1:]

        def new(reference: str) -> str | None:
            path = re.split(_QUERY, reference, maxsplit=1)[0]
            plain = unquote(_unescaped(path, kind))
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


def rewritten(data: bytes, kind: str, file: str, renames: Renames) -> bytes:
    """Return a text file with its references updated; all other bytes stay.

    Parameters
    ----------
    data : bytes
        In UTF-8, UTF-16 with its mark, the encoding that it declares, or any superset of ASCII.
    kind : str
        A key of `KINDS`.
    file : str
        Its path below the root of the tree.
    renames : Renames
        The renamed pictures.
    """
    encoding = _encoding_of(data)
    if encoding == "utf-8" and b"\0" in data:
        return data
    text = data.decode(encoding, "surrogateescape")
    base = _base_of(text) if kind == "html" else ""
    if base is None:
        return data  # its paths are relative to another site
    follow = renames.follow(file, kind, base)
    if kind in ("html", "md"):
        text = _TAG.sub(_of_tag(follow), text)
    if kind in ("html", "css"):
        text = _URL.sub(_of_url(follow), text)

    def strings(part: str) -> str:
        return _STRING.sub(lambda m: m[1] + (_in_string(m[2], follow) or m[2]) + m[1], part)

    if kind == "html":
        text = _IMAGE_SET.sub(lambda m: strings(m[0]), text)
        text = _SCRIPT.sub(lambda m: m[1] + strings(m[2]), text)
    if kind == "md":
        for pattern in (_MD_ANGLES, _MD_PLAIN, _MD_NAMED):
            text = pattern.sub(lambda m: m[1] + (follow(m[2]) or m[2]), text)
    if kind in ("js", "css"):
        text = strings(text)
    return text.encode(encoding, "surrogateescape")


def diff_of(name: str, before: bytes, after: bytes) -> str:
    """Return the changes in a file as a unified diff."""
    old, new = (
        data.decode("utf-8", "replace").splitlines(keepends=True) for data in (before, after)
    )
    lines = difflib.unified_diff(old, new, f"a/{name}", f"b/{name}")
    return "".join(line if line.endswith("\n") else line + "\n" for line in lines)


def _encoding_of(data: bytes) -> str:
    """Return the encoding that gives a file's own bytes back, as browsers choose it."""
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if data.startswith(mark) and _gives_back(data, encoding):
            return encoding
    declared = _CHARSET.search(data[:1024])  # HTML: a declaration must be in the first 1024 bytes
    if declared is None or _gives_back(data, "utf-8"):
        return "utf-8"
    name = declared[1].decode("ascii", "replace").lower()
    # WHATWG Encoding: browsers take these names for Windows' set.
    name = "cp1252" if name in ("iso-8859-1", "latin1", "us-ascii", "ascii") else name
    return name if _gives_back(data, name) else "utf-8"


def _gives_back(data: bytes, encoding: str) -> bool:
    try:
        return data.decode(encoding).encode(encoding) == data
    except (LookupError, ValueError):
        return False


def _base_of(text: str) -> str | None:
    """Return what paths of a page are relative to; None: to another site."""
    match = _BASE.search(text)
    if match is None:
        return ""
    base = html.unescape(match[match.lastindex or 1]).strip()
    return None if ":" in base.partition("/")[0] or base.startswith("//") else base


def _unescaped(path: str, kind: str) -> str:
    """Return a path as the format means it."""
    if kind in ("html", "md"):
        return html.unescape(path)
    if kind == "css":
        return _CSS_ESCAPE.sub(lambda m: chr(int(m[1], 16)) if m[1] else m[2], path)
    return path


def _typed(text: str, path: str) -> str:
    """Let a type that stands beside a new path say what the picture is now."""
    kind = media_type(re.split(_QUERY, path, maxsplit=1)[0])
    return text if kind is None else _TYPE.sub(rf"\g<1>{kind}", text, count=1)


def _of_tag(follow: Follow) -> Callable[[re.Match[str]], str]:
    def change(match: re.Match[str]) -> str:
        found: list[str] = []

        def noting(reference: str) -> str | None:
            new = follow(reference)
            found.extend([] if new is None else [new])
            return new

        tag = _ATTRIBUTE.sub(_of_attribute(noting), match[0])
        return _typed(tag, found[0]) if found else tag

    return change


def _of_attribute(follow: Follow) -> Callable[[re.Match[str]], str]:
    def change(match: re.Match[str]) -> str:
        kind = next(k for k in ("double", "single", "bare") if match[k] is not None)
        value = match[kind]
        if match["name"].lower().endswith("srcset"):
            new = _CANDIDATE.sub(lambda c: c[1] + (follow(c[2]) or c[2]) + c[3], value)
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
        new = follow(match[place])
        if new is None:
            return match[0]
        return match[1] + quote + new + quote + _typed(match[5], new)

    return change


def _in_string(value: str, follow: Follow) -> str | None:
    """Update a string of a script; JSON may have a backslash before each slash."""
    if "\\/" not in value:
        return follow(value)
    new = follow(value.replace("\\/", "/"))
    return None if new is None else new.replace("/", "\\/")
