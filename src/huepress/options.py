"""The one table of options: name, default, range, help line.

The command line, the library, the web form and batches all read it here; none owns a default.
Nothing heavy is imported, so that ``--help`` is quick.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields, replace
from typing import Any, Final, Literal, Self

from huepress.errors import OptionError

Kind = Literal["integer", "number", "choice", "text", "size", "switch", "list"]


@dataclass(frozen=True, slots=True)
class Spec:
    """What one option allows and how it is told to people.

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
                return f"{noun} from {self.minimum:g} to {self.maximum:g}"
            return f"{noun} of at least {self.minimum:g}" if self.minimum > -math.inf else noun
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
    """Base of the frozen groups of options: checks every value at birth."""

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


EFFORTS: Final = ("fast", "balanced", "best")
FORMATS: Final = ("auto", "png", "webp", "gif", "jxl", "tiff", "bmp", "smallest")
INITS: Final = ("auto", "kmeans++", "wu", "random")

_TARGET = "What to aim for"
_KMEANS = "How k-means runs"
_MAPPING = "How pixels are mapped"
_FILE = "The file written"
_INPUT = "Reading the input"
_WHERE = "Where the output goes"
_MANY = "Many files"


@dataclass(frozen=True, slots=True)
class CompressOptions(OptionGroup):
    """Everything that decides the bytes of one compressed picture.

    The same options, input and version give the same bytes, for any number of threads.
    """

    colors: int = option(
        256,
        "integer",
        "-k, --colors",
        "Largest palette; fewer colors are used when fewer suffice.",
        minimum=1,
        maximum=256,
        metavar="N",
        group=_TARGET,
    )
    quality: float | None = option(
        None,
        "number",
        "-q, --quality",
        "Smallest file whose SSIMULACRA2 score is at least S.",
        minimum=1,
        maximum=100,
        metavar="S",
        group=_TARGET,
    )
    max_size: str | None = option(
        None,
        "size",
        "-s, --max-size",
        "Best score that fits: 100KB, 64KiB, bytes, or 30% of the input.",
        metavar="SIZE",
        group=_TARGET,
    )
    best_effort: bool = option(
        False,
        "switch",
        "--best-effort",
        "When a bound cannot be met, write what comes nearest to it.",
        group=_TARGET,
    )
    effort: str = option(
        "balanced",
        "choice",
        "--effort",
        "How hard to search for a smaller file.",
        choices=EFFORTS,
        group=_TARGET,
    )
    init: str = option(
        "auto",
        "choice",
        "--init",
        "Starting centers; a named start runs textbook k-means (Lloyd) from exactly there.",
        choices=INITS,
        group=_KMEANS,
    )
    n_init: int = option(
        1,
        "integer",
        "--n-init",
        "Number of starts; the best result is kept.",
        minimum=1,
        maximum=1000,
        metavar="N",
        group=_KMEANS,
    )
    max_iter: int = option(
        300,
        "integer",
        "--max-iter",
        "Most iterations of one start.",
        minimum=1,
        maximum=100_000,
        metavar="N",
        group=_KMEANS,
    )
    tol: float = option(
        1e-4,
        "number",
        "--tol",
        "Stop when the centers move less than this, relative to the variance of the colors.",
        minimum=0,
        metavar="T",
        group=_KMEANS,
    )
    seed: int = option(
        0,
        "integer",
        "--seed",
        "Seed of the random starts.",
        minimum=0,
        maximum=2**32 - 1,
        metavar="N",
        group=_KMEANS,
    )
    color_space: str = option(
        "oklab",
        "choice",
        "--color-space",
        "Where distance is measured: oklab is as the eye sees, srgb is the textbook's.",
        choices=("oklab", "srgb"),
        group=_KMEANS,
    )
    rate_weight: float | None = option(
        None,
        "number",
        "--rate-weight",
        "Squared error worth one bit; 0 is plain nearest color. Default: by content.",
        minimum=0,
        maximum=1e6,
        metavar="L",
        group=_MAPPING,
    )
    dither: float | None = option(
        None,
        "number",
        "--dither",
        "Error passed on to neighbors, 0 to 1. Default: by content.",
        minimum=0,
        maximum=1,
        metavar="LEVEL",
        group=_MAPPING,
    )
    format: str = option(
        "auto",
        "choice",
        "-f, --format",
        "File format; auto takes the output's suffix, else PNG; smallest races PNG, WebP and JPEG"
        " XL.",
        choices=FORMATS,
        group=_FILE,
    )
    lossless: bool = option(
        False,
        "switch",
        "--lossless",
        "Keep every pixel as it is; only re-encode, as small as possible.",
        group=_TARGET,
    )
    keep_hidden_rgb: bool = option(
        False,
        "switch",
        "--keep-hidden-rgb",
        "With --lossless: keep the colors of fully transparent pixels, for game textures.",
        group=_FILE,
    )
    matte: str | None = option(
        None,
        "text",
        "--matte",
        "Color that half-transparent pixels of a GIF are blended over, such as #ffffff.",
        metavar="HEX",
        group=_FILE,
    )
    strip: str = option(
        "safe",
        "choice",
        "--strip",
        "Metadata: safe keeps what changes how the picture is shown (ICC, size on paper), none"
        " keeps also EXIF, XMP and text, all drops everything.",
        choices=("all", "safe", "none"),
        group=_FILE,
    )
    icc: str = option(
        "keep",
        "choice",
        "--icc",
        "Keep a wide color profile, or convert the picture to sRGB.",
        choices=("keep", "srgb"),
        group=_FILE,
    )
    frame: int | None = option(
        None,
        "integer",
        "--frame",
        "Take this frame of an animation or page of a document, from 0.",
        minimum=0,
        metavar="N",
        group=_INPUT,
    )
    allow_truncated: bool = option(
        False,
        "switch",
        "--allow-truncated",
        "Take what can be read of a file that was cut short.",
        group=_INPUT,
    )
    max_bytes: int = option(
        1 << 30,
        "integer",
        "--max-bytes",
        "Refuse larger files before reading them.",
        minimum=1,
        metavar="N",
        group=_INPUT,
    )
    max_metadata: int = option(
        64 << 20,
        "integer",
        "--max-metadata",
        "Refuse files with more bytes of profiles, EXIF, XMP and text.",
        minimum=1,
        metavar="N",
        group=_INPUT,
    )
    max_frames: int = option(
        10_000,
        "integer",
        "--max-frames",
        "Refuse files with more frames or pages.",
        minimum=1,
        metavar="N",
        group=_INPUT,
    )
    max_pixels: int = option(
        256_000_000,
        "integer",
        "--max-pixels",
        "Refuse larger pictures before decoding them.",
        minimum=1,
        metavar="N",
        group=_INPUT,
    )
    threads: int = option(
        0,
        "integer",
        "--threads",
        "Threads to use; 0 is one per processor. The bytes are the same for any number.",
        minimum=0,
        maximum=1024,
        metavar="N",
        group=_INPUT,
    )

    def __post_init__(self) -> None:
        # Not super(): dataclasses with slots are rebuilt, and a bare super() would miss that.
        OptionGroup.__post_init__(self)
        aims = [n for n in ("quality", "max_size", "rate_weight") if getattr(self, n) is not None]
        aims += ["lossless"] if self.lossless else []
        if len(aims) > 1:
            raise OptionError(aims[1], getattr(self, aims[1]), f"only one of {' and '.join(aims)}")


@dataclass(frozen=True, slots=True)
class WriteOptions(OptionGroup):
    """Where files go and what may be overwritten."""

    output: str | None = option(
        None,
        "text",
        "-o, --output",
        "Output file of a single input; - is standard output.",
        metavar="PATH",
        group=_WHERE,
    )
    out_dir: str | None = option(
        None,
        "text",
        "--out-dir",
        "Directory for the outputs, made when missing; names are kept.",
        metavar="DIR",
        group=_WHERE,
    )
    suffix: str = option(
        "-hp",
        "text",
        "--suffix",
        "Added to the name of an output beside its input.",
        metavar="S",
        group=_WHERE,
    )
    in_place: bool = option(
        False,
        "switch",
        "--in-place",
        "Replace the input, keeping its mode and time.",
        group=_WHERE,
    )
    force: bool = option(False, "switch", "--force", "Overwrite existing outputs.", group=_WHERE)

    def __post_init__(self) -> None:
        # Not super(): dataclasses with slots are rebuilt, and a bare super() would miss that.
        OptionGroup.__post_init__(self)
        asked = [
            name
            for name, given in [
                ("output", self.output),
                ("out_dir", self.out_dir),
                ("in_place", self.in_place),
            ]
            if given
        ]
        if len(asked) > 1:
            raise OptionError(
                asked[1], getattr(self, asked[1]), f"only one of {' and '.join(asked)}"
            )


@dataclass(frozen=True, slots=True)
class BatchOptions(OptionGroup):
    """How folders and sets of pictures are gone through."""

    recursive: bool = option(
        False,
        "switch",
        "-r, --recursive",
        "Go through directories; with --out-dir the tree is mirrored, and resumed when stopped.",
        group=_MANY,
    )
    include: tuple[str, ...] = option(
        (),
        "list",
        "--include",
        "Of a tree only files that match, such as '*.png' or 'icons/**'; may be repeated.",
        metavar="GLOB",
        group=_MANY,
    )
    exclude: tuple[str, ...] = option(
        (),
        "list",
        "--exclude",
        "Of a tree no files or directories that match; may be repeated.",
        metavar="GLOB",
        group=_MANY,
    )
    manifest: str | None = option(
        None,
        "text",
        "--manifest",
        "Where finished files are remembered; with -r it is .huepress.sqlite in the output.",
        metavar="FILE",
        group=_MANY,
    )
    no_manifest: bool = option(False, "switch", "--no-manifest", "Remember nothing.", group=_MANY)
    min_savings: str | None = option(
        None,
        "size",
        "--min-savings",
        "Keep the original unless this much is saved: a share such as 5%, or bytes.",
        metavar="SIZE",
        group=_MANY,
    )
    dry_run: bool = option(
        False, "switch", "--dry-run", "Do the work, write nothing, tell the figures.", group=_MANY
    )
    check: bool = option(
        False,
        "switch",
        "--check",
        "Write nothing; exit 1 and list the files that could be smaller in their own format.",
        group=_MANY,
    )
    fail_fast: bool = option(
        False, "switch", "--fail-fast", "Stop at the first file that fails.", group=_MANY
    )
    shared_palette: bool = option(
        False,
        "switch",
        "--shared-palette",
        "One palette for all the pictures: frames, tiles, sprites.",
        group=_MANY,
    )
    palette_weights: str = option(
        "pixels",
        "choice",
        "--palette-weights",
        "In a shared palette every pixel counts the same, or every picture.",
        choices=("pixels", "pictures"),
        group=_MANY,
    )
    save_palette: str | None = option(
        None,
        "text",
        "--save-palette",
        "Also write the shared palette: .gpl, .hex, .txt or .json.",
        metavar="FILE",
        group=_MANY,
    )
    scheduler: str | None = option(
        None,
        "text",
        "--scheduler",
        "Work on the Dask cluster at this address, such as tcp://10.0.0.5:8786.",
        metavar="ADDRESS",
        group=_MANY,
    )

    def __post_init__(self) -> None:
        OptionGroup.__post_init__(self)
        if self.manifest and self.no_manifest:
            raise OptionError("no_manifest", True, "only one of manifest and no_manifest")
        if self.save_palette and not self.shared_palette:
            raise OptionError("save_palette", self.save_palette, "only with shared_palette")
