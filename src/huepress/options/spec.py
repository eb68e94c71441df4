"""What a row of the table of options is: a field with its kind, range and help line."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields, replace
from typing import Any, Final, Literal, Self

from huepress.errors import OptionError

Kind = Literal["integer", "number", "choice", "text", "size", "switch", "list"]


@dataclass(frozen=True, slots=True)
class Spec:
    """What one option allows, and how it is described to people.

    Attributes
    ----------
    kind : str
        ``integer``, ``number``, ``choice``, ``text``, ``size``, ``switch`` or ``list`` (of texts).
    help : str
        One line, for ``--help``, the web form and the API's documentation.
    flag : str
        Its names on the command line, such as ``-k, --colors``.
    minimum, maximum : float
        Inclusive range of numbers.
    choices : tuple of str
        Allowed words.
    metavar : str
        What stands for the value in ``--help``.
    group : str
        Heading under which it is shown.
    """

    kind: Kind
    help: str
    flag: str
    minimum: float = -math.inf
    maximum: float = math.inf
    choices: tuple[str, ...] = ()
    metavar: str = ""
    group: str = "Options"

    @property
    def allowed(self) -> str:
        """What may be given, in words."""
        if self.kind == "choice":
            return ", ".join(self.choices)
        if self.kind in ("integer", "number"):
            noun = "a whole number" if self.kind == "integer" else "a number"
            if self.maximum < math.inf:
                return f"{noun} from {self.minimum:,.15g} to {self.maximum:,.15g}"
            return f"{noun} of at least {self.minimum:,.15g}" if self.minimum > -math.inf else noun
        if self.kind == "size":
            return "a size such as 100KB, 64KiB, 5000 (bytes) or 30% (of the input)"
        return {"switch": "yes or no", "list": "a list of texts"}.get(self.kind, "a text")

    def check(self, name: str, value: Any) -> Any:
        """Return the value in its own type, or raise OptionError."""
        try:
            return _CHECKS[self.kind](self, value)
        except (TypeError, ValueError, OverflowError):
            raise OptionError(name, value, self.allowed) from None


def _check_number(spec: Spec, value: Any) -> int | float:
    if isinstance(value, (bool, str)):
        raise TypeError
    number: int | float = float(value)
    if spec.kind == "integer":
        if number != int(number):
            raise ValueError
        number = int(value)
    if not spec.minimum <= number <= spec.maximum:
        raise ValueError
    return number


def _check_choice(spec: Spec, value: Any) -> Any:
    if value not in spec.choices:
        raise ValueError
    return value


def _check_text(_: Spec, value: Any) -> Any:
    if isinstance(value, os.PathLike):
        value = os.fspath(value)
    if not isinstance(value, str) or not value:
        raise TypeError
    return value


def _check_size(_: Spec, value: Any) -> Any:
    parse_size(value)
    return value


def _check_switch(_: Spec, value: Any) -> Any:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _check_list(spec: Spec, value: Any) -> Any:
    if isinstance(value, str):
        raise TypeError
    return tuple(_check_text(spec, item) for item in value)


_CHECKS: Final = {
    "integer": _check_number,
    "number": _check_number,
    "choice": _check_choice,
    "text": _check_text,
    "size": _check_size,
    "switch": _check_switch,
    "list": _check_list,
}

_UNITS: Final = {
    "": 1,
    "b": 1,
    "k": 1000,
    "kb": 1000,
    "kib": 1024,
    "m": 1_000_000,
    "mb": 1_000_000,
    "mib": 1 << 20,
}


def parse_size(text: str | int, whole: int | None = None) -> int:
    """Read a size in bytes.

    Parameters
    ----------
    text : str or int
        ``100KB`` (1000 bytes each), ``64KiB`` (1024), ``1.5MB``, ``5000``, or ``30%``.
    whole : int or None
        What a percentage is of; None only checks the form and gives 0 for percentages.

    Returns
    -------
    int
        Bytes, at least 1 (0 for an unresolved percentage).

    Raises
    ------
    ValueError
        Not a size.
    """
    words = "" if isinstance(text, bool) else str(text)
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([a-zA-Z]*|%)\s*", words)
    if not match:
        raise ValueError(text)
    amount, unit = float(match[1]), match[2].lower()
    if unit == "%":
        if amount <= 0:
            raise ValueError(text)
        return 0 if whole is None else max(1, int(whole * amount / 100))
    n_bytes = int(amount * _UNITS[unit]) if unit in _UNITS else 0
    if n_bytes < 1:
        raise ValueError(text)
    return n_bytes


def option(default: Any, kind: Kind, flag: str, help: str, **more: Any) -> Any:
    """Declare one row of the table: a dataclass field with its Spec."""
    return field(default=default, metadata={"spec": Spec(kind, help, flag, **more)})


@dataclass(frozen=True, slots=True)
class OptionGroup:
    """Base of the frozen groups of options: checks every value when it is made."""

    def __post_init__(self) -> None:
        for row in fields(self):
            value = getattr(self, row.name)
            if value is None and row.default is None:
                continue
            object.__setattr__(self, row.name, spec_of(row).check(row.name, value))

    def changed(self, **changes: Any) -> Self:
        """Return a copy with some options changed, checked again."""
        unknown = set(changes) - {row.name for row in fields(self)}
        if unknown:
            name = sorted(unknown)[0]
            raise OptionError(
                name, changes[name], "one of " + ", ".join(r.name for r in fields(self))
            )
        return replace(self, **changes)


def spec_of(row: Field[Any]) -> Spec:
    """Return the Spec of a dataclass field declared with `option`."""
    spec = row.metadata["spec"]
    assert isinstance(spec, Spec)
    return spec


def table(group: type[OptionGroup]) -> Mapping[str, tuple[Spec, Any]]:
    """Return the rows of a group: name -> (Spec, default)."""
    return {row.name: (spec_of(row), row.default) for row in fields(group)}
