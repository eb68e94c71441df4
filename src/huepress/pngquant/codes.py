"""Exit codes, as pngquant numbers them; observed on pngquant 2.17."""

from __future__ import annotations

from enum import IntEnum


class Code(IntEnum):
    """How one picture, or the run, ended."""

    DONE = 0
    NO_FILES = 1
    UNREADABLE = 2
    BAD_ARGUMENT = 4
    EXISTS = 15
    UNWRITABLE = 16
    OUT_OF_MEMORY = 17
    NOT_PNG = 25
    NOT_SMALLER = 98
    LOW_QUALITY = 99


class Failure(Exception):
    """One picture, or the command line, that came to nothing.

    Attributes
    ----------
    code : Code
        How the run ends if this is its last failure.
    """

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(message)
        self.code = code
