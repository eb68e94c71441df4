"""Where each output goes: inputs and the options of writing in, one target an input out.

Trees are listed here; nothing is opened and nothing is written. A refusal that concerns the whole
call is an error before a picture is read; one that concerns a file of a tree is a Row.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from huepress.batch.globs import Chooser
from huepress.batch.rows import Row
from huepress.batch.store import (
    STDIO,
    Found,
    is_remote,
    join,
    local_path,
    split,
    store_of,
)
from huepress.encode import contradiction
from huepress.errors import InputError, OptionError, OutputError
from huepress.options import BatchOptions, WriteOptions
from huepress.result.write import check_target

# The first suffix of a format is the one that is written.
SUFFIXES: Final = {
    "png": (".png",),
    "webp": (".webp",),
    "gif": (".gif",),
    "jxl": (".jxl",),
    "tiff": (".tiff", ".tif"),
    "bmp": (".bmp",),
}

PENDING: Final = ".smallest"
"""Stands for the suffix while the race for the smallest file is not decided."""

_NOT_WRITTEN: Final = "in place only {} are written".format(
    ", ".join(name for suffixes in SUFFIXES.values() for name in suffixes)
)

OWN_FILES: Final = ".huepress"
"""What the names of manifests and temporary files begin with."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where one output goes.

    Attributes
    ----------
    source : str
        The input: a path, an address such as ``s3://bucket/a.png``, or ``-``.
    output : str
        The output file; ``-`` is standard output.
    format : str
        Of the output.
    overwrite : bool
        Whether an existing file may be replaced.
    in_place : bool
        Whether the output takes the place of the input, with its mode and time.
    make_parents : bool
        Whether directories that are missing may be made.
    from_tree : bool
        Found in a tree, where what is no picture is passed over.
    stamp : str or None
        What the listing told of the input's content.
    again : bool
        Compress even what was done before.
    by_default : bool
        Neither an option nor a name asked for the format: animations keep their own.
    """

    source: str
    output: str
    format: str
    overwrite: bool
    in_place: bool = False
    make_parents: bool = False
    from_tree: bool = False
    stamp: str | None = None
    again: bool = False
    by_default: bool = False


def format_of(path: Path | str) -> str | None:
    """Return the format that a suffix stands for, or None."""
    suffix = Path(path).suffix.lower()
    return next((name for name, suffixes in SUFFIXES.items() if suffix in suffixes), None)


def plan(
    sources: tuple[str, ...], write: WriteOptions, format: str, batch: BatchOptions | None = None
) -> list[Target | Row]:
    """Give every input its output.

    Parameters
    ----------
    sources : tuple of str
        Paths, addresses, or ``-`` for standard input. With ``batch.recursive`` also directories:
        a single one has its contents mirrored, several are mirrored each under its own name.
    write : WriteOptions
        Where outputs go.
    format : str
        Asked for, or ``auto``.
    batch : BatchOptions or None
        Whether and how to go through trees.

    Returns
    -------
    list of Target or Row
        One an input, in their order; those of a tree by name, files before directories. A Row says
        why a file of a tree is left alone.

    Raises
    ------
    OptionError
        The inputs and options do not go together.
    InputError
        A store cannot be reached.
    """
    batch = batch or BatchOptions()
    if STDIO in sources and (write.in_place or write.out_dir):
        raise OptionError("input", STDIO, "-o PATH, or -o - for standard output")
    sources = tuple(local_path(source) for source in sources)
    planned: list[Target | Row] = []
    trees = [s for s in sources if batch.recursive and s != STDIO and _is_directory(s)]
    if write.output is not None and (len(sources) > 1 or trees):
        raise OptionError("output", write.output, "one input with -o; several with --out-dir")
    for source in sources:
        if source in trees:
            planned += _plan_tree(source, write, format, batch, alone=len(sources) == 1)
        else:
            planned.append(_named(source, write, format, batch))
    return [
        replace(item, again=True) if write.force and isinstance(item, Target) else item
        for item in _apart(planned, write)
    ]


def check(target: Target) -> None:
    """Refuse a target that cannot be written, before the work is done.

    Raises
    ------
    OutputError
        It exists, is a directory, or is the input itself.
    """
    if target.output == STDIO or target.in_place:
        return
    if is_remote(target.output):
        if not target.overwrite and store_of(target.output).exists(target.output):
            raise OutputError(target.output, "exists already", "use --force to overwrite it")
        return
    # The functions of os.path are false, where pathlib's raise, for names that cannot be.
    output, source = target.output, target.source
    if os.path.isdir(output):  # noqa: PTH112
        raise OutputError(output, "is a directory", "name a file, or use --out-dir")
    both = os.path.exists(output) and source != STDIO and os.path.exists(source)  # noqa: PTH110
    if both and os.path.samefile(output, source):  # noqa: PTH121
        raise OutputError(output, "is the input itself", "use --in-place to replace it")
    if not target.overwrite and os.path.isfile(output):  # noqa: PTH113
        raise OutputError(output, "exists already", "use --force to overwrite it")
    if not target.make_parents:
        check_target(output, force=True)


def _is_directory(source: str) -> bool:
    return store_of(source).is_directory(source)


def _plan_tree(
    root: str, write: WriteOptions, format: str, batch: BatchOptions, *, alone: bool
) -> Iterator[Target | Row]:
    chooser = Chooser(batch.include, batch.exclude)
    out_dir = None if write.out_dir is None else local_path(write.out_dir)
    if out_dir is not None and not alone:
        out_dir = join(out_dir, split(root.rstrip("/" + os.sep))[1] or "root")
    descend = _descender(root, out_dir, chooser)
    for found in store_of(root).walk(root, descend):
        name = found.relative.rpartition("/")[2]
        if found.unreadable:
            fault = InputError(found.address, found.refusal, "a directory that may be listed")
            yield Row.failed(found.address, fault)
        elif name.startswith(OWN_FILES) or not chooser.wants_file(found.relative):
            continue
        elif found.refusal:
            yield Row(found.address, "skipped", reason=found.refusal)
        else:
            yield _in_tree(found, out_dir, write, format)


def _descender(root: str, out_dir: str | None, chooser: Chooser) -> Callable[[str], bool]:
    """Say which directories are looked into: not the one that the outputs go to."""
    own = None if out_dir is None or is_remote(out_dir) else os.path.realpath(out_dir)

    def descend(relative: str) -> bool:
        if (
            own is not None
            and not is_remote(root)
            and os.path.realpath(join(root, relative)) == own
        ):
            return False
        if out_dir is not None and is_remote(root) and join(root, relative) == out_dir.rstrip("/"):
            return False
        return chooser.wants_directory(relative)

    return descend


def _in_tree(found: Found, out_dir: str | None, write: WriteOptions, format: str) -> Target | Row:
    if out_dir is not None:
        above, name = split(join(out_dir, found.relative))
        chosen = "png" if format == "auto" else format
        output = _beside(above, Path(name).stem + suffix_of(chosen))
        target = Target(found.address, output, chosen, write.force, make_parents=True)
    elif write.in_place:
        if os.path.islink(found.address):  # noqa: PTH114
            return Row(found.address, "skipped", reason="a link: its file is in the tree")
        try:
            target = _in_place(found.address, format)
        except OptionError:
            return Row(found.address, "skipped", reason=_NOT_WRITTEN)
    else:
        if Path(found.relative).stem.endswith(write.suffix):
            return Row(
                found.address, "skipped", reason=f"an output: its name ends in {write.suffix}"
            )
        target = _target(found.address, write, format)
    return replace(target, from_tree=True, stamp=found.stamp)


def _named(source: str, write: WriteOptions, format: str, batch: BatchOptions) -> Target | Row:
    """Give an input that was named on its own its output; a check passes over other formats."""
    try:
        return _target(source, write, format)
    except OptionError:
        if not batch.check:
            raise
        return Row(source, "skipped", reason=_NOT_WRITTEN)


def _target(source: str, write: WriteOptions, format: str) -> Target:
    if write.in_place:
        return _in_place(source, format)
    chosen = "png" if format == "auto" else format
    free = format == "auto"
    if write.output == STDIO or (source == STDIO and write.output is None):
        return Target(source, STDIO, chosen, overwrite=True, by_default=free)
    if write.output is not None:
        output = local_path(write.output)
        named = format_of(output)
        chosen = format if format != "auto" else named or "png"
        wrong = contradiction(output, chosen, known_only=format not in ("auto", "smallest"))
        if wrong:
            likely = Path(split(output)[1]).stem + (
                "" if chosen == "smallest" else SUFFIXES[chosen][0]
            )
            raise OptionError("output", write.output, f"a name such as {likely}, because {wrong}")
        return Target(source, output, chosen, write.force, by_default=free and named is None)
    above, name = split(source)
    stem = Path(name).stem
    if write.out_dir is not None:
        output = join(local_path(write.out_dir), stem + suffix_of(chosen))
        return Target(source, output, chosen, write.force, make_parents=True, by_default=free)
    output = _beside(above, stem + write.suffix + suffix_of(chosen))
    return Target(source, output, chosen, write.force, by_default=free)


def suffix_of(format: str) -> str:
    """Return the suffix that files of a format are written with."""
    return SUFFIXES.get(format, (PENDING,))[0]


def _in_place(source: str, format: str) -> Target:
    if format == "smallest":
        raise OptionError("format", format, "one format, because --in-place keeps the name")
    own = format_of(split(source)[1])
    chosen = (own or "png") if format == "auto" else format
    if own != chosen:
        raise OptionError(
            "in_place",
            source,
            f"a name that ends in {suffix_of(chosen)}, because {chosen} is what is written;"
            " use --out-dir or -o",
        )
    return Target(source, source, chosen, overwrite=True, in_place=True)


def _beside(above: str, name: str) -> str:
    """Return the address of a name in the directory that `split` gave."""
    return above + name if is_remote(above) or not above else os.path.join(above, name)  # noqa: PTH118


def _apart(planned: list[Target | Row], write: WriteOptions) -> list[Target | Row]:
    """Give inputs that would share an output a name each.

    In a tree the one that has the output's own name keeps it, the others keep their suffix too:
    ``a.png`` and ``a.jpg`` become ``a.png`` and ``a.jpg.png``. Outside of trees it is an error. An
    input that was named twice is done once.

    Raises
    ------
    OptionError
        Two inputs share an output even so.
    """
    wanted: dict[str, list[int]] = {}
    for place, item in enumerate(planned):
        if isinstance(item, Target) and item.output != STDIO:
            wanted.setdefault(item.output, []).append(place)
    result = list(planned)
    for places in wanted.values():
        for place in places if len(places) > 1 else ():
            item = planned[place]
            assert isinstance(item, Target)
            above, name = split(item.output)
            own = split(item.source)[1]
            if item.from_tree and not item.in_place and own != name:
                added = "" if write.out_dir is not None else write.suffix
                full = own + added + suffix_of(item.format)
                result[place] = replace(item, output=_beside(above, full))
    seen: dict[str, str] = {}
    once: list[Target | Row] = []
    for item in result:
        if isinstance(item, Target) and item.output != STDIO:
            other = seen.get(item.output)
            if other == item.source:
                continue
            if other is not None:
                raise OptionError(
                    "output", item.output, f"a name of its own for each of {other}, {item.source}"
                )
            seen[item.output] = item.source
        once.append(item)
    return once
