r"""Messages in the words of the command line, in bytes that every reader accepts.

The library says ``max_size`` where the user typed ``--max-size``. File names are bytes: if they are
not UTF-8, JSON escapes them, and people see them as ``caf\xe9.png``.
"""

from __future__ import annotations

import codecs
import json
import re
import sys
from dataclasses import fields
from functools import cache
from typing import Any, Final

from huepress.errors import OptionError

_SAID: Final = re.compile(r"(?P<name>\w+) is (?P<value>.*?); allowed: (?P<allowed>.*)", re.DOTALL)
_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f]")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def as_typed(error: object) -> str:
    """Return the message of an error, with options written as flags."""
    said = _SAID.fullmatch(str(error))
    flag = _flags().get(said["name"]) if said else None
    if said is None or flag is None:
        return str(error)
    allowed = said["allowed"]
    if allowed.startswith("only"):  # conflicts with another option
        allowed = re.sub(r"[a-z_]+", lambda word: _flags().get(word[0], word[0]), allowed)
        return f"{flag}: {allowed}"
    value = error.value if isinstance(error, OptionError) else None
    if value == "":
        return f"{flag} is empty; allowed: {allowed}"
    return f"{flag} is {said['value']}; allowed: {allowed}"


@cache
def _flags() -> dict[str, str]:
    """Map the name of every option to its long flag."""
    from huepress.options import BatchOptions, CompressOptions, WriteOptions, spec_of

    found = {}
    for group in (CompressOptions, WriteOptions, BatchOptions):
        for row in fields(group):
            flags = [flag.strip() for flag in spec_of(row).flag.split(",")]
            found[row.name] = max(flags, key=len)
    return found


def json_line(value: Any) -> str:
    """Return JSON as text that any Unicode encoding can write.

    Bytes of a name that are not UTF-8 (PEP 383) are escaped: readers that undo this get the exact
    name, all others get a line that they can parse.
    """
    text = json.dumps(value, ensure_ascii=False)
    return _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def in_one_line(text: str) -> str:
    """Return a text whose control characters are escaped: names may have them, and terminals obey.

    A name with a line feed would make two rows of one, one with an escape sequence could color,
    move or hide what follows.
    """
    return _CONTROL.sub(lambda found: _control(ord(found[0])), text)


def _control(code: int) -> str:
    return {9: "\\t", 10: "\\n", 13: "\\r"}.get(code, f"\\x{code:02x}")


def take_any_name() -> None:
    """Let any file name be printed: characters that the encoding lacks are escaped."""
    codecs.register_error("huepress", _escaped)
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="huepress")


def _escaped(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    found = error.object[error.start : error.end]
    return "".join(_escape(ord(letter)) for letter in found), error.end


def _escape(code: int) -> str:
    if 0xDC80 <= code <= 0xDCFF:  # a byte of a name
        return f"\\x{code - 0xDC00:02x}"
    return chr(code).encode("ascii", "backslashreplace").decode()
