"""Where each output goes: from inputs and write options to one target per input.

Trees are listed (trees.py); no picture is opened and nothing is written. A problem of the whole
call is an error before any picture is read; a problem of one file of a tree is a Row.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from huepress.batch.config import LEAVE
from huepress.batch.names import OWN, beside, named_for, own_name, stem_with, suffix_of
from huepress.batch.store import STDIO, is_remote, join, local_path, split, store_of
from huepress.errors import OptionError, OutputError
from huepress.formats.names import contradiction, format_of_name
from huepress.options import WriteOptions
from huepress.result.write import check_target, is_open


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
        Format of the output; `names.OWN` is what the input turns out to be.
    overwrite : bool
        Whether an existing file may be replaced.
    in_place : bool
        Whether the output replaces the input, keeping its mode and time.
    make_parents : bool
        Whether missing directories may be made.
    from_tree : bool
        Found in a tree, where files that are not pictures are skipped.
    along : str or None
        Where the file is copied if it is left, or cannot be compressed; None: nowhere.
    copy_rest : bool
        Whether that applies to files that are not pictures, too.
    is_directory : bool
        A link to a directory of the tree, or an empty directory, which is made again.
    stamp : str or None
        The input's stamp, from the listing.
    again : bool
        Compress even what was done before.
    changes : tuple of (str, object)
        Options that an option file sets for this picture.
    leave : bool
        An option file says to leave it as it is.
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
    along: str | None = None
    copy_rest: bool = False
    is_directory: bool = False
    stamp: str | None = None
    again: bool = False
    changes: tuple[tuple[str, Any], ...] = ()
    leave: bool = False
    by_default: bool = False

    @property
    def own_output(self) -> str:
        """Where the original goes when it is kept."""
        if self.output == STDIO or self.in_place:
            return self.output
        return self.along or own_name(self.source, self.output, self.format)


def check(target: Target) -> None:
    """Refuse a target that cannot be written, before any work is done.

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
    # For impossible names, the functions of os.path return False where pathlib's raise.
    output, source = target.output, target.source
    if os.path.isdir(output):  # noqa: PTH112
        raise OutputError(output, "is a directory", "name a file, or use --out-dir")
    both = os.path.exists(output) and source != STDIO and os.path.exists(source)  # noqa: PTH110
    if both and os.path.samefile(output, source):  # noqa: PTH121
        raise OutputError(output, "is the input itself", "use --in-place to replace it")
    if not target.overwrite and os.path.isfile(output) and not is_open(output):  # noqa: PTH113
        raise OutputError(output, "exists already", "use --force to overwrite it")
    if not target.make_parents:
        check_target(output, force=True)


def with_changes(target: Target, changes: tuple[tuple[str, Any], ...]) -> Target:
    """Apply to a target what option files set for it."""
    if not changes:
        return target
    values = dict(changes)
    leave = bool(values.pop(LEAVE, False)) and (target.from_tree or target.in_place)
    values.pop("format", None)
    return replace(target, changes=tuple(sorted(values.items())), leave=leave)


def target_of(source: str, write: WriteOptions, format: str) -> Target:
    """Return the target of one input.

    Raises
    ------
    OptionError
        It should be replaced in place, but its name implies another format than the one asked for.
    """
    if write.in_place:
        return _in_place(source, format)
    chosen = "png" if format == "auto" else format
    free = format == "auto"
    if write.output == STDIO or (source == STDIO and write.output is None):
        return Target(source, STDIO, chosen, overwrite=True, by_default=free)
    if write.output is not None:
        output = local_path(write.output)
        named = format_of_name(output)
        chosen = format if format != "auto" else named or "png"
        wrong = contradiction(output, chosen, known_only=format not in ("auto", "smallest"))
        if wrong:
            likely = Path(split(output)[1]).stem
            likely += "" if chosen == "smallest" else suffix_of(chosen)
            raise OptionError("output", write.output, f"a name such as {likely}, because {wrong}")
        return Target(source, output, chosen, write.force, by_default=free and named is None)
    above, name = split(source)
    if write.out_dir is not None:
        output = join(local_path(write.out_dir), named_for(name, chosen))
        return Target(source, output, chosen, write.force, make_parents=True, by_default=free)
    output = beside(above, stem_with(name, write.suffix) + suffix_of(chosen))
    return Target(source, output, chosen, write.force, by_default=free)


def _in_place(source: str, format: str) -> Target:
    if format == "smallest":
        raise OptionError("format", format, "one format, because --in-place keeps the name")
    chosen = OWN if format == "auto" else format
    if chosen != OWN and format_of_name(split(source)[1]) != chosen:
        raise OptionError(
            "in_place",
            source,
            f"a name that ends in {suffix_of(chosen)}, because {chosen} is what is written;"
            " use --out-dir or -o",
        )
    return Target(source, source, chosen, overwrite=True, in_place=True)
