"""Parse the command line as pngquant does.

Options may come before and after file names; long ones may be abbreviated if that is unique, short
ones take their value attached or separate. What pngquant 2.17 refuses although callers send it
(``--floyd 0.5`` in two words) is accepted as meant.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from huepress.pngquant.codes import Code, Failure

Takes = Literal["nothing", "a value", "maybe a value"]

LONG: Final[dict[str, Takes]] = {
    "ext": "a value",
    "floyd": "maybe a value",
    "force": "nothing",
    "help": "nothing",
    "iebug": "nothing",
    "map": "a value",
    "no-force": "nothing",
    "nofs": "nothing",
    "ordered": "nothing",
    "output": "a value",
    "posterize": "a value",
    "quality": "a value",
    "quiet": "nothing",
    "skip-if-larger": "nothing",
    "speed": "a value",
    "strip": "nothing",
    "transbug": "nothing",
    "verbose": "nothing",
    "version": "nothing",
}
OURS: Final[dict[str, Takes]] = {"exit-zero": "nothing", "link": "a value"}
"""Options that pngquant does not have. They never make one of its own ambiguous."""

SHORT: Final = {
    "Q": "quality",
    "V": "version",
    "f": "force",
    "h": "help",
    "o": "output",
    "q": "quiet",
    "s": "speed",
    "v": "verbose",
}

OLD: Final = {f"-{name}": name for name in ("nofs", "ordered", "strip", "force", "iebug", "floyd")}
"""Long options with one dash, as pngquant 1 had them."""


@dataclass(frozen=True)
class Request:
    """What a command line asks for; see `read`."""

    files: tuple[str, ...] = ()
    n_colors: int = 256
    asks_for_colors: bool = False
    worst: float = 0
    finest: float = 100
    bounds_quality: bool = False
    speed: int = 4
    dither: float | None = None
    posterize: int = 0
    palette: str | None = None
    extension: str | None = None
    output: str | None = None
    force: bool = False
    only_if_smaller: bool = False
    strip: bool = False
    verbose: bool = False
    exit_zero: bool = False
    link: str | None = None
    shows: Literal["help", "version"] | None = None
    warnings: tuple[str, ...] = field(default=())

    @property
    def suffix(self) -> str:
        """What an output's name ends in."""
        if self.extension is not None:
            return self.extension
        return "-or8.png" if self.dither == 0 else "-fs8.png"


def read(words: Sequence[str]) -> Request:
    """Read a command line.

    Raises
    ------
    Failure
        With `Code.BAD_ARGUMENT`: an option or a value that pngquant refuses, too.
    """
    given, files = _split(words)
    asked: dict[str, object] = {}
    warnings = []
    for name, value in given:
        if name in ("iebug", "transbug"):
            warnings.append(f"--{name} does nothing any more: its browser is gone")
        asked |= _meaning(name, value)
    if files and files[0].isdigit():
        asked |= {"n_colors": _whole(files.pop(0), 2, 256, "colors"), "asks_for_colors": True}
    elif len(files) == 2 and files[0] == "-" and files[1].isdigit():
        asked |= {"n_colors": _whole(files.pop(1), 2, 256, "colors"), "asks_for_colors": True}
    if asked.get("output") is not None:
        if "extension" in asked:
            raise _refused("--ext and --output cannot be used together")
        if len(files) > 1:
            raise _refused("only one input file is allowed when --output is used")
    return Request(files=tuple(files), warnings=tuple(warnings), **asked)  # type: ignore[arg-type]


def _split(words: Sequence[str]) -> tuple[list[tuple[str, str | None]], list[str]]:
    """Separate options (with their values) from file names, wherever they are."""
    given: list[tuple[str, str | None]] = []
    files: list[str] = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word == "--":
            files += rest
            break
        if word in OLD:
            given.append((OLD[word], None))
        elif word.startswith("--"):
            given.append(_long(word, rest))
        elif word.startswith("-") and word != "-":
            given += _short(word[1:], rest)
        else:
            files.append(word)
    return given, files


def _long(word: str, rest: list[str]) -> tuple[str, str | None]:
    written, equals, value = word[2:].partition("=")
    name = _full_name(written)
    takes = (LONG | OURS)[name]
    if takes == "nothing" and equals:
        raise _refused(f"option '--{name}' doesn't allow an argument")
    if takes == "a value" and not equals:
        if not rest:
            raise _refused(f"option '--{name}' requires an argument")
        value = rest.pop(0)
    if takes == "maybe a value" and not equals:
        is_level = rest and re.fullmatch(r"[01]|[01]?\.\d+", rest[0]) and not Path(rest[0]).exists()
        return name, rest.pop(0) if is_level else None
    return name, value if takes != "nothing" else None


def _full_name(written: str) -> str:
    for names in (LONG, OURS):
        if written in names:
            return written
    for names in (LONG, OURS):
        found = [name for name in names if name.startswith(written)]
        if len(found) > 1:
            words = " ".join(f"'--{name}'" for name in found)
            raise _refused(f"option '--{written}' is ambiguous; possibilities: {words}")
        if found:
            return found[0]
    raise _refused(f"unrecognized option '--{written}'")


def _short(letters: str, rest: list[str]) -> list[tuple[str, str | None]]:
    given: list[tuple[str, str | None]] = []
    while letters:
        letter, letters = letters[0], letters[1:]
        if letter not in SHORT:
            raise _refused(f"invalid option -- '{letter}'")
        name = SHORT[letter]
        if LONG[name] != "a value":
            given.append((name, None))
            continue
        if not letters and not rest:
            raise _refused(f"option requires an argument -- '{letter}'")
        given.append((name, letters or rest.pop(0)))
        break
    return given


def _meaning(name: str, value: str | None) -> dict[str, object]:
    """Return what an option changes in a request."""
    switches: dict[str, dict[str, object]] = {
        "force": {"force": True},
        "no-force": {"force": False},
        "nofs": {"dither": 0.0},
        "ordered": {"dither": 0.0},
        "skip-if-larger": {"only_if_smaller": True},
        "strip": {"strip": True},
        "verbose": {"verbose": True},
        "quiet": {"verbose": False},
        "help": {"shows": "help"},
        "version": {"shows": "version"},
        "exit-zero": {"exit_zero": True},
        "iebug": {},
        "transbug": {},
    }
    if name in switches:
        return switches[name]
    if name == "floyd":
        return {"dither": None if value is None else _level(value)}
    assert value is not None
    if name == "quality":
        worst, finest = _quality(value)
        return {"worst": worst, "finest": finest, "bounds_quality": True}
    if name == "speed":
        return {"speed": _whole(value, 1, 11, "speed")}
    if name == "posterize":
        return {"posterize": _whole(value, 0, 4, "posterization bits")}
    return {{"ext": "extension", "map": "palette"}.get(name, name): value}


def _whole(text: str, least: int, most: int, what: str) -> int:
    digits = re.match(r"\s*[+-]?\d+", text)  # anything after the digits is ignored, as in C
    number = int(digits[0]) if digits else least - 1
    if not least <= number <= most:
        raise _refused(f"{what} must be a whole number from {least} to {most}, not {text!r}")
    return number


def _level(text: str) -> float:
    number = re.match(r"\s*[+-]?(\d+\.?\d*|\.\d+)", text)
    level = float(number[0]) if number else -1.0
    if not 0 <= level <= 1:
        raise _refused(f"--floyd takes a level from 0 to 1, not {text!r}")
    return level


def _quality(text: str) -> tuple[float, float]:
    """Parse ``65-80``, ``65-``, ``-80``, ``80``: the worst quality to save, and the target."""
    match = re.fullmatch(r"\s*(\d*)\s*(-?)\s*(\d*)\s*", text)
    low, dash, high = match.groups() if match else ("", "", "")
    if not low and not high:
        raise _refused(f"quality must be min-max, each from 0 to 100, not {text!r}")
    if not dash:
        finest = int(low)
        worst = finest * 0.9
    else:
        worst, finest = int(low or 0), int(high or 100)
    if not 0 <= worst <= finest <= 100:
        raise _refused(f"quality must be min-max, each from 0 to 100, not {text!r}")
    return worst, finest


def _refused(message: str) -> Failure:
    return Failure(Code.BAD_ARGUMENT, message)
