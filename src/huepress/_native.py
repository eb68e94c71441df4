"""The one seam to the native core: which build it is, and which instruction set it uses."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from huepress import _core

if TYPE_CHECKING:
    from collections.abc import Iterator


def build_info() -> dict[str, str | list[str]]:
    """Say what this build is: the first thing to ask in a bug report.

    Returns
    -------
    dict
        ``version``, ``compiler``, ``instruction_set`` (in use) and ``instruction_sets``
        (all that this machine can run, best last). Set the environment variable
        ``HUEPRESS_ISA`` before the start to use another one; the results are the same bytes.
    """
    return {
        "version": _core.version(),
        "compiler": _core.compiler(),
        "instruction_set": _core.instruction_set(),
        "instruction_sets": _core.instruction_sets(),
    }


@contextmanager
def instruction_set(name: str) -> Iterator[None]:
    """Use the named instruction set inside a with block (for tests and benchmarks)."""
    before = _core.instruction_set()
    _core.set_instruction_set(name)
    try:
        yield
    finally:
        _core.set_instruction_set(before)
