"""Where each output goes: one input and the options of writing in, one target out.

Nothing is written here; every refusal is known before a picture is read.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from huepress.errors import OptionError, OutputError
from huepress.options import WriteOptions

STDIO: Final = "-"

# The first suffix of a format is the one that is written.
SUFFIXES: Final = {
    "png": (".png",),
    "webp": (".webp",),
    "gif": (".gif",),
}


@dataclass(frozen=True, slots=True)
class Target:
    """Where one output goes.

    Attributes
    ----------
    source : str
        The input: a path or ``-``.
    path : Path or None
        The output file; None is standard output.
    format : str
        Of the output.
    overwrite : bool
        Whether an existing file may be replaced.
    in_place : bool
        Whether the output takes the place of the input, with its mode and time.
    make_parents : bool
        Whether directories that are missing may be made.
    """

    source: str
    path: Path | None
    format: str
    overwrite: bool
    in_place: bool = False
    make_parents: bool = False


def format_of(path: Path | str) -> str | None:
    """Return the format that a suffix stands for, or None."""
    suffix = Path(path).suffix.lower()
    return next((name for name, suffixes in SUFFIXES.items() if suffix in suffixes), None)


def plan(sources: tuple[str, ...], write: WriteOptions, format: str) -> list[Target]:
    """Give every input its output.

    Parameters
    ----------
    sources : tuple of str
        Paths, or ``-`` for standard input.
    write : WriteOptions
        Where outputs go.
    format : str
        Asked for, or ``auto``.

    Returns
    -------
    list of Target
        One an input, in their order.

    Raises
    ------
    OptionError
        The inputs and options do not go together.
    """
    if write.output is not None and len(sources) > 1:
        raise OptionError("output", write.output, "one input with -o; several with --out-dir")
    if STDIO in sources and (write.in_place or write.out_dir):
        raise OptionError("input", STDIO, "-o PATH, or -o - for standard output")
    targets = [_target(source, write, format) for source in sources]
    seen: dict[Path, str] = {}
    for target in targets:
        if target.path is None:
            continue
        other = seen.setdefault(target.path, target.source)
        if other != target.source:
            raise OptionError(
                "output",
                str(target.path),
                f"a name of its own for each of {other}, {target.source}",
            )
    return targets


def _target(source: str, write: WriteOptions, format: str) -> Target:
    if write.in_place:
        return _in_place(source, format)
    if write.output == STDIO or (source == STDIO and write.output is None):
        return Target(source, None, "png" if format == "auto" else format, overwrite=True)
    if write.output is not None:
        path = Path(write.output)
        chosen = format if format != "auto" else format_of(path) or "png"
        return Target(source, path, chosen, write.force)
    chosen = "png" if format == "auto" else format
    stem = Path(source).stem
    if write.out_dir is not None:
        path = Path(write.out_dir) / (stem + SUFFIXES[chosen][0])
        return Target(source, path, chosen, write.force, make_parents=True)
    path = Path(source).with_name(stem + write.suffix + SUFFIXES[chosen][0])
    return Target(source, path, chosen, write.force)


def _in_place(source: str, format: str) -> Target:
    path = Path(source)
    own = format_of(path)
    chosen = (own or "png") if format == "auto" else format
    if own != chosen:
        raise OptionError(
            "in_place",
            source,
            f"a name that ends in {SUFFIXES[chosen][0]}, because {chosen} is what is written;"
            " use --out-dir or -o",
        )
    return Target(source, path, chosen, overwrite=True, in_place=True)


def check(target: Target) -> None:
    """Refuse a target that cannot be written, before the work is done.

    Raises
    ------
    OutputError
        It exists, is a directory, or is the input itself.
    """
    path = target.path
    if path is None or target.in_place:
        return
    if path.is_dir():
        raise OutputError(str(path), "is a directory", "name a file, or use --out-dir")
    if not path.exists():
        return
    source = Path(target.source)
    if target.source != STDIO and source.exists() and path.samefile(source):
        raise OutputError(str(path), "is the input itself", "use --in-place to replace it")
    if not target.overwrite:
        raise OutputError(str(path), "exists already", "use --force to overwrite it")
