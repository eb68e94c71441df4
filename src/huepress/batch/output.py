"""Write outputs: whole or not at all, and never over somebody else's file."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass

from huepress.batch.carry import Content, carry_file, content_of
from huepress.batch.memory import is_as_written
from huepress.batch.rows import Record
from huepress.batch.store import STDIO, is_remote, store_of
from huepress.batch.targets import Target
from huepress.decode import Limits, limits_of
from huepress.errors import OutputError
from huepress.options import CompressOptions
from huepress.workers.child import unbroken


@dataclass(frozen=True, slots=True)
class Output:
    """Where one output is written.

    Attributes
    ----------
    target : Target
        The input and its planned output.
    known : Record or None
        What the manifest remembers of it: a file that nobody changed since may be replaced.
    adopt : bool
        Accept an existing file that equals what would be written.
    """

    target: Target
    known: Record | None
    adopt: bool

    def put(self, address: str, content: bytes, *, like: bool = False) -> None:
        """Write a file, with the input's mode and time if asked for (raises OutputError)."""
        if address == STDIO:
            _put_on_stdout(content)
            return
        target, store = self.target, store_of(address)
        like = (like or target.in_place) and not is_remote(address)
        with unbroken:
            try:
                store.write(
                    address,
                    content,
                    force=self._may_replace(address),
                    keep_from=target.source if like else None,
                    make_parents=target.make_parents,
                )
            except OutputError:
                if not (self.adopt and store.exists(address)):
                    raise
                if store.read(address, Limits()) != content:
                    raise

    def carry(self, address: str, options: CompressOptions) -> Content:
        """Copy the input as it is (raises InputError, OutputError)."""
        source, limits = self.target.source, limits_of(options)
        with unbroken:
            try:
                force = self._may_replace(address)
                return carry_file(source, address, force=force, limits=limits)
            except OutputError:
                if not (self.adopt and store_of(address).exists(address)):
                    raise
                content = content_of(source, limits)
                if content_of(address, limits) != content:
                    raise
                return content

    def _may_replace(self, address: str) -> bool:
        known = self.known
        if self.target.overwrite:
            return True
        return known is not None and _is_same(known.output, address) and is_as_written(known)


def _is_same(one: str, other: str) -> bool:
    if is_remote(one) or is_remote(other):
        return one == other
    return os.path.realpath(one) == os.path.realpath(other)


def _put_on_stdout(content: bytes) -> None:
    try:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(
            "<stdout>", error.strerror or "cannot be written", "a pipe or file"
        ) from error
