"""Compare what the manifest remembers of a file with the file as it is now."""

from __future__ import annotations

from dataclasses import dataclass, replace

from huepress.batch.carry import content_of
from huepress.batch.rows import Record, Row
from huepress.batch.store import store_of
from huepress.batch.targets import Target
from huepress.decode import Limits, limits_of
from huepress.options import CompressOptions


@dataclass(frozen=True, slots=True)
class Memory:
    """What is known of one output.

    Attributes
    ----------
    target : Target
        The input and where its output goes.
    recipe : bytes
        What decides the output in this run (`job.recipe_of`).
    known : Record or None
        What is remembered of the output.
    """

    target: Target
    recipe: bytes
    known: Record | None

    def is_recipe(self, known: Record) -> bool:
        """Whether the output would be made the same way now; copies depend on no options."""
        return known.recipe == self.recipe or known.status == "copied"

    def digest_of_source(self, options: CompressOptions) -> bytes:
        """Return the hash of the input."""
        return content_of(self.target.source, limits_of(options)).digest


def unchanged_by_stamp(memory: Memory) -> Row | None:
    """Return the row of a file if its size and times say that it is done; else None."""
    known, target = memory.known, memory.target
    if known is None or not memory.is_recipe(known):
        return None
    stamp = target.stamp or store_of(target.source).stamp(target.source)
    if stamp is None or stamp != known.input_stamp:
        return None
    if store_of(known.output).stamp(known.output, settled=False) != known.output_stamp:
        return None
    return _row(memory, known)


def unchanged(memory: Memory, digest: bytes, stamp: str | None) -> Row | None:
    """Return the row of a file if its content says that it is done; else None."""
    known = memory.known
    if known is None or not memory.is_recipe(known):
        return None
    if memory.target.in_place:
        if digest != known.output_hash:
            return None
        output_stamp = stamp
    else:
        if digest != known.input_hash or not is_as_written(known):
            return None
        output_stamp = store_of(known.output).stamp(known.output, settled=False)
    record = replace(known, input_stamp=stamp, output_stamp=output_stamp)
    return replace(_row(memory, known), record=record)


def is_as_written(known: Record) -> bool:
    """Whether the output of an earlier run exists and is as it was written."""
    store = store_of(known.output)
    if not store.exists(known.output):
        return False
    return content_of(known.output, Limits()).digest == known.output_hash


def _row(memory: Memory, known: Record) -> Row:
    return replace(
        Row.skipped(memory.target.source, "unchanged"),
        output=known.output,
        figures=known.figures,
    )
