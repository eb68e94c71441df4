"""From inputs and write options to one target per input; trees are listed."""

from __future__ import annotations

from dataclasses import replace

from huepress.batch.config import Configs
from huepress.batch.rows import Row
from huepress.batch.store import STDIO, local_path, store_of
from huepress.batch.targets import Target, target_of, with_changes
from huepress.batch.trees import plan_tree
from huepress.errors import OptionError
from huepress.options import BatchOptions, WriteOptions


def plan(
    sources: tuple[str, ...],
    write: WriteOptions,
    format: str,
    batch: BatchOptions | None = None,
    configs: Configs | None = None,
) -> list[Target | Row]:
    """Give every input its output.

    Parameters
    ----------
    sources : tuple of str
        Paths, addresses, or ``-`` for standard input. With ``batch.recursive`` also directories:
        the contents of a single one are mirrored; several are mirrored under their own names.
    write : WriteOptions
        Where outputs go.
    format : str
        The format asked for, or ``auto``: the input's own in trees and in place, else by suffix.
    batch : BatchOptions or None
        Whether and how to go through trees.
    configs : Configs or None
        Option files beside the pictures; None: none is read.

    Returns
    -------
    list of Target or Row
        One per input, in their order; those of a tree by name, files before directories. A Row
        says why a file of a tree is skipped.

    Raises
    ------
    OptionError
        The inputs do not fit the options, or two inputs share an output.
    InputError
        A store cannot be reached.
    """
    batch = batch or BatchOptions()
    configs = configs or Configs(enabled=False)
    if STDIO in sources and (write.in_place or write.out_dir):
        raise OptionError("input", STDIO, "-o PATH, or -o - for standard output")
    sources = tuple(local_path(source) for source in sources)
    planned: list[Target | Row] = []
    trees = [s for s in sources if batch.recursive and s != STDIO and _is_directory(s)]
    if write.output is not None and (len(sources) > 1 or trees):
        raise OptionError("output", write.output, "one input with -o; several with --out-dir")
    for source in sources:
        if source in trees:
            alone = len(sources) == 1
            planned += plan_tree(source, write, format, batch, configs, alone=alone)
        else:
            planned.append(_named(source, write, format, batch, configs))
    return [
        replace(item, again=True) if write.force and isinstance(item, Target) else item
        for item in _once(planned)
    ]


def _is_directory(source: str) -> bool:
    return store_of(source).is_directory(source)


def _named(
    source: str, write: WriteOptions, format: str, batch: BatchOptions, configs: Configs
) -> Target | Row:
    """Return the target of an input that was named itself; `--check` skips other formats."""
    changes = configs.of(source)
    if write.in_place and configs.excludes(source):  # hooks name all files
        return Row.skipped(source, "ignored", "ignored: exclude of its file of options")
    if write.in_place:
        changes = tuple(change for change in changes if change[0] != "format")
    try:
        return with_changes(target_of(source, write, dict(changes).get("format", format)), changes)
    except OptionError:
        if not batch.check:
            raise
        return Row.skipped(source, "other_format")


def _once(planned: list[Target | Row]) -> list[Target | Row]:
    """Drop inputs that were named twice.

    Raises
    ------
    OptionError
        Two inputs share an output.
    """
    seen: dict[str, str] = {}
    once: list[Target | Row] = []
    clashes: list[tuple[str, str, str]] = []
    for item in planned:
        if isinstance(item, Target) and item.output != STDIO:
            other = seen.get(item.output)
            if other == item.source:
                continue
            if other is not None:
                clashes.append((item.output, other, item.source))
            seen[item.output] = item.source
        once.append(item)
    if clashes:
        output, one, other = clashes[0]
        more = f" ({len(clashes) - 1} more of this kind)" if len(clashes) > 1 else ""
        raise OptionError(
            "output",
            output,
            f"a name of its own for each of {one}, {other}{more}: rename one, leave one out with"
            " --exclude, or let both keep their formats",
        )
    return once
