"""The table of options as a form, and values from a form as options.

Values come from strangers: only options that make sense for one picture in a page are taken, texts
are colors and nothing else, and none of them can name a file of this machine.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from huepress.errors import OptionError
from huepress.formats.names import TITLES
from huepress.options import PRESETS, CompressOptions, Spec, table
from huepress.options.shape import CROP_ALLOWED, CROP_PATTERN, RESIZE_ALLOWED, RESIZE_PATTERN

# Decided by whoever runs the server, not by who uses it.
_SERVERS_OWN: Final = frozenset(
    {"threads", "max_pixels", "max_bytes", "max_frames", "max_metadata", "timeout"}
)
# Texts that are no names of files, and what they look like.
_PATTERNS: Final = {"crop": CROP_PATTERN, "resize": RESIZE_PATTERN}
_ALLOWED: Final = {"crop": CROP_ALLOWED, "resize": RESIZE_ALLOWED}
_COLOR_LISTS: Final = frozenset({"palette", "display_palette", "keep_color"})
_HEX: Final = re.compile(r"#?(?:[0-9a-fA-F]{3,4}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})")

# Of every aim, only one at a time; the first is the one without a bound.
AIMS: Final = {"colors": "Colors", "quality": "Score", "max_size": "Size"}
# What stands beside the aim; all else is for experts, folded.
MAIN: Final = ("best_effort", "effort")
# What comes first there.
_EARLY: Final = (
    "resize",
    "crop",
    "dither",
    "rate_weight",
    "keep_color",
    "palette",
    "color_space",
    "format",
)
_LABELS: Final = {
    "colors": "Colors",
    "quality": "Score to reach",
    "max_size": "Largest size",
    "effort": "Effort",
    "format": "Format",
    "dither": "Dithering",
    "rate_weight": "Rate weight",
    "color_space": "Color space",
    "keep_color": "Colors to keep",
    "palette": "Fixed palette",
    "display_palette": "As the display shows it",
    "init": "Start",
    "n_init": "Starts",
    "max_iter": "Most iterations",
    "tol": "Tolerance",
    "seed": "Seed",
    "strip": "Keep",
    "lossless": "Lossless",
    "best_effort": "As near as possible",
    "icc": "Color profile",
    "crop": "Crop",
    "resize": "Resize",
    "allow_truncated": "Take damaged files",
    "indexed": "A palette in every case",
    "keep_hidden_rgb": "Keep hidden colors",
    "drop_signature": "Let a signature go",
    "small_colors": "Small colors from",
    "max_fps": "Most frames a second",
}
_WORDS: Final[Mapping[str, str]] = {
    **TITLES,
    "srgb": "sRGB",
    "oklab": "Oklab",
    "rgb": "RGB",
    "kmeans++": "k-means++",
}
# What stays beside the pixels; the command line says what goes.
_KEPT: Final = {"all": "Nothing", "safe": "What affects display", "none": "Everything"}
# Where sliders of options without an upper end stop; the field beside them takes more.
_SLIDER_ENDS: Final = {"rate_weight": 64.0}
_SLIDER_STARTS: Final = {"dither": 1.0, "quality": 80.0}


@dataclass(frozen=True, slots=True)
class Row:
    """One option as the page shows it.

    Attributes
    ----------
    name : str
        Of the option.
    label : str
        A few words.
    spec : Spec
        Its row of the table.
    default : object
        None when huepress decides by itself.
    widget : str
        ``colors``, ``slider``, ``choice``, ``menu``, ``number``, ``size``, ``switch``, ``swatches``
        or ``text``.
    """

    name: str
    label: str
    spec: Spec
    default: Any
    widget: str

    @property
    def flag(self) -> str:
        """Its long name on the command line."""
        return self.spec.flag.split(",")[-1].strip()

    @property
    def is_aim(self) -> bool:
        """Whether it is one of the bounds of which only one holds."""
        return self.name in AIMS

    @property
    def is_bounded(self) -> bool:
        """Whether it has an upper end."""
        return self.spec.maximum < math.inf

    @property
    def is_from(self) -> bool:
        """Whether it has a lower end."""
        return self.spec.minimum > -math.inf

    def word(self, choice: str) -> str:
        """Return how a choice is called on the page."""
        if self.name == "strip":
            return _KEPT[choice]
        if self.name == "icc":
            return {"keep": "Keep", "srgb": "To sRGB"}[choice]
        if choice == "auto" and self.name == "format":
            return "Automatic (PNG)"
        return _WORDS.get(choice, choice.capitalize())

    @property
    def pattern(self) -> str | None:
        """What a text looks like, as a regular expression of Python and of browsers."""
        return _PATTERNS.get(self.name)

    def is_missing(self, choice: str) -> bool:
        """Whether a choice needs what is not installed here."""
        return self.name == "format" and choice == "jxl" and "jxl" not in formats()

    @property
    def end(self) -> float:
        """Right end of a slider."""
        return self.spec.maximum if self.spec.maximum < math.inf else _SLIDER_ENDS[self.name]

    @property
    def start(self) -> Any:
        """Where a slider stands when its option is first taken in hand."""
        return (
            _SLIDER_STARTS.get(self.name, self.spec.minimum)
            if self.default is None
            else (self.default)
        )

    @property
    def step(self) -> float:
        """Distance of the slider's stops."""
        if self.spec.kind == "integer":
            return 1
        return 0.05 if self.end <= 1 else 0.5

    def to_json(self) -> dict[str, Any]:
        """Return what the page's scripts and clients of the API need to know."""
        ends = {"minimum": self.spec.minimum, "maximum": self.spec.maximum}
        return {
            "name": self.name,
            "label": self.label,
            "kind": self.spec.kind,
            "help": self.spec.help,
            "allowed": _ALLOWED.get(self.name, self.spec.allowed),
            "pattern": self.pattern,
            "flag": self.flag,
            "group": self.spec.group,
            "widget": self.widget,
            "default": list(self.default) if isinstance(self.default, tuple) else self.default,
            "choices": list(self.spec.choices),
            **{name: None if math.isinf(value) else value for name, value in ends.items()},
        }


def rows() -> dict[str, Row]:
    """Return the options that the page and the API take, in the order of the table."""
    return {
        name: Row(name, _label(name), spec, default, _widget(name, spec))
        for name, (spec, default) in table(CompressOptions).items()
        if _is_taken(name, spec)
    }


def _is_taken(name: str, spec: Spec) -> bool:
    if name in _SERVERS_OWN:
        return False
    return spec.kind not in ("text", "list") or name in _COLOR_LISTS or name in _PATTERNS


def _label(name: str) -> str:
    return _LABELS.get(name, name.replace("_", " ").capitalize())


def _widget(name: str, spec: Spec) -> str:
    if name in _COLOR_LISTS:
        return "swatches"
    if name == "colors":
        return "colors"
    if spec.kind == "choice":
        return "choice" if len(spec.choices) <= 4 else "menu"
    if spec.kind in ("integer", "number"):
        bounded = spec.minimum > -math.inf and (spec.maximum <= 256 or name in _SLIDER_ENDS)
        return "slider" if bounded else "number"
    return spec.kind


def sections() -> dict[str, list[Row]]:
    """Return the rows under ``aims``, ``main`` and ``more``."""
    taken = rows()
    aims = [taken[name] for name in AIMS if name in taken]
    main = [taken[name] for name in MAIN if name in taken]
    shown = {row.name for row in aims + main}
    rest = [row for row in taken.values() if row.name not in shown]
    rest.sort(key=lambda row: _EARLY.index(row.name) if row.name in _EARLY else len(_EARLY))
    return {"aims": aims, "main": main, "more": rest}


def formats() -> list[str]:
    """Return the formats that the page lays side by side; ``auto`` is PNG there."""
    from huepress.encode import jxl

    return ["auto", "webp", "gif", *(["jxl"] if jxl.is_installed() else [])]


def presets() -> list[dict[str, Any]]:
    """Return the presets, their values as the page has them: colors are lists there."""
    taken = rows()
    return [
        {
            "name": preset.name,
            "help": preset.help,
            "values": {name: _for_page(taken[name], v) for name, v in preset.values.items()},
        }
        for preset in PRESETS
    ]


def _for_page(row: Row, value: Any) -> Any:
    return _colors(row, value).split(",") if row.name == "palette" else value


def options_of(values: Mapping[str, Any], max_pixels: int) -> CompressOptions:
    """Check values of a client and return them as options.

    Parameters
    ----------
    values : mapping
        Option -> value as JSON has it, or as text as a query string has it.
    max_pixels : int
        The server's limit.

    Raises
    ------
    OptionError
        Unknown, not for clients, out of range or in conflict.
    """
    taken = rows()
    options = {}
    for name, value in values.items():
        if name not in taken:
            raise OptionError(name, value, "one of " + ", ".join(taken))
        row = taken[name]
        if value is None and row.default is None:
            continue
        options[name] = _value(row, value)
    return CompressOptions(**options, max_pixels=max_pixels)


def _value(row: Row, value: Any) -> Any:
    if row.name in _COLOR_LISTS:
        return _colors(row, value)
    if isinstance(value, str):
        try:
            value = _from_text(row.spec.kind, value)
        except ValueError:
            raise OptionError(row.name, value, row.spec.allowed) from None
    return row.spec.check(row.name, value)


def _from_text(kind: str, text: str) -> Any:
    if kind == "integer":
        return int(text)
    if kind == "number":
        return float(text)
    if kind == "switch":
        words = {"true": True, "1": True, "false": False, "0": False}
        if text.lower() not in words:
            raise ValueError(text)
        return words[text.lower()]
    return text


def _colors(row: Row, value: Any) -> Any:
    """Read a list of hex colors and nothing else: elsewhere a palette may also be a file."""
    items = value.replace(",", " ").split() if isinstance(value, str) else value
    wanted = "hex colors such as #1a2b3c, with commas between"
    if not isinstance(items, list | tuple) or not items or len(items) > 256:
        raise OptionError(row.name, value, wanted)
    for item in items:
        if not isinstance(item, str) or not _HEX.fullmatch(item):
            raise OptionError(row.name, item, wanted)
    words = tuple("#" + item.lstrip("#").lower() for item in items)
    return words if row.spec.kind == "list" else ",".join(words)
