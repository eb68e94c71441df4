"""The files of a tree: which are left out, which are compressed, which are only copied."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from huepress.batch.config import Configs
from huepress.batch.globs import Chooser
from huepress.batch.ignoring import Rule
from huepress.batch.names import OWN, beside, is_picture_name, named_for, stem_with, suffix_of
from huepress.batch.rows import Row
from huepress.batch.store import Found, is_remote, join, local_path, split, store_of
from huepress.batch.targets import Target, target_of, with_changes
from huepress.errors import InputError, OptionError
from huepress.options import BatchOptions, WriteOptions

OWN_FILES: Final = ".huepress"
"""Names of old manifests, temporary files and `.huepressignore` start with this."""

DIRECTORIES: Final = ("directory_link", "empty_directory")
"""What a working copy has besides files."""


def plan_tree(
    root: str,
    write: WriteOptions,
    format: str,
    batch: BatchOptions,
    configs: Configs,
    *,
    alone: bool,
) -> Iterator[Target | Row]:
    """Return a target for every file of a tree, or a Row that says why it has none.

    Parameters
    ----------
    root : str
        A directory.
    write, format, batch, configs
        As for `targets.plan`.
    alone : bool
        The only input: its contents are mirrored, not the directory itself.
    """
    batch = configs.batch(root, batch)
    chooser = Chooser(batch.include, batch.exclude)
    rule = Rule(
        None if is_remote(root) else root,
        enabled=not batch.no_ignore,
        hidden=chooser.names_hidden,
    )
    out_dir = None if write.out_dir is None else local_path(write.out_dir)
    if out_dir is not None and not alone:
        out_dir = join(out_dir, split(root.rstrip("/" + os.sep))[1] or "root")
    passed_over: list[Row] = []
    descend = _descender(root, out_dir, chooser, rule, passed_over)
    for found in store_of(root).walk(root, descend):
        yield from passed_over
        passed_over.clear()
        name = found.relative.rpartition("/")[2]
        if found.unreadable:
            fault = InputError(found.address, found.refusal, "a directory that may be listed")
            yield Row.failed(found.address, fault)
        elif name.startswith(OWN_FILES) or not chooser.wants_file(found.relative):
            continue
        elif why := rule.why(found.relative, is_directory=False):
            yield Row.skipped(found.address, "ignored", _ignored(why))
        elif found.code == "empty_directory" and not _is_mirrored(out_dir, batch):
            continue
        elif found.refusal and not (found.code in DIRECTORIES and _is_mirrored(out_dir, batch)):
            code = "link" if found.code == "directory_link" else found.code
            yield Row.skipped(found.address, code, found.refusal)
        else:
            changes = configs.of(found.address)
            chosen = format if write.in_place else dict(changes).get("format", format)
            item = _in_tree(found, out_dir, write, chosen, batch)
            yield with_changes(item, changes) if isinstance(item, Target) else item
    yield from passed_over


def _is_mirrored(out_dir: str | None, batch: BatchOptions) -> bool:
    return out_dir is not None and batch.copy_rest and not is_remote(out_dir)


def _ignored(why: str) -> str:
    return f"ignored: {why}"


def _descender(
    root: str, out_dir: str | None, chooser: Chooser, rule: Rule, passed_over: list[Row]
) -> Callable[[str], bool]:
    """Return which directories to enter: all but the one that the outputs go to."""
    own = None if out_dir is None or is_remote(out_dir) else os.path.realpath(out_dir)
    # Directories of a tree are not links, so it is enough to compare paths below the real root.
    home = None if is_remote(root) else os.path.realpath(root)

    def descend(relative: str) -> bool:
        if own is not None and home is not None and join(home, relative) == own:
            return False
        if out_dir is not None and is_remote(root) and join(root, relative) == out_dir.rstrip("/"):
            return False
        if not chooser.wants_directory(relative):
            return False
        why = rule.why(relative, is_directory=True)
        if why is not None:
            passed_over.append(Row.skipped(join(root, relative), "ignored", _ignored(why)))
        return why is None

    return descend


def _in_tree(
    found: Found, out_dir: str | None, write: WriteOptions, format: str, batch: BatchOptions
) -> Target | Row:
    above, slash, name = found.relative.rpartition("/")
    # Files that are not pictures by name keep it: icons, pages, pictures without a suffix.
    chosen = OWN if format == "auto" or not is_picture_name(name) else format
    if out_dir is not None:
        output = found.relative
        if chosen != OWN:
            output = above + slash + named_for(name, chosen)
        target = Target(
            found.address,
            join(out_dir, output),
            chosen,
            write.force,
            make_parents=True,
            along=join(out_dir, found.relative),
            copy_rest=batch.copy_rest,
            is_directory=found.code in DIRECTORIES,
        )
    elif write.in_place:
        if os.path.islink(found.address):  # noqa: PTH114
            return Row.skipped(found.address, "link", "a link: its file is in the tree")
        try:
            target = target_of(found.address, write, "auto" if chosen == OWN else chosen)
        except OptionError:
            return Row.skipped(found.address, "other_format")
    else:
        if Path(name).stem.removesuffix(".9").endswith(write.suffix):
            words = f"an output: its name ends in {write.suffix}"
            return Row.skipped(found.address, "own_output", words)
        suffix = Path(name).suffix if chosen == OWN else suffix_of(chosen)
        output = beside(split(found.address)[0], stem_with(name, write.suffix) + suffix)
        target = Target(found.address, output, chosen, write.force)
    return replace(target, from_tree=True, stamp=found.stamp)
