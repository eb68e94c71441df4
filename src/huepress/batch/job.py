"""What one file of a batch needs, as plain data: it travels between processes and machines."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from huepress._version import __version__
from huepress.batch.carry import digest_of
from huepress.batch.memory import Memory
from huepress.batch.output import Output
from huepress.batch.rows import Record
from huepress.batch.targets import Target
from huepress.options import CompressOptions

if TYPE_CHECKING:
    from huepress.types import PaletteFit

_NO_BYTES: Final = {"threads"}
_LIMITS: Final = {"max_pixels", "max_bytes", "max_metadata", "max_frames", "timeout"}


@dataclass(frozen=True, slots=True)
class Job:
    """Everything that one file needs.

    Attributes
    ----------
    target : Target
        The input and where its output goes.
    options : CompressOptions
        Its format is the target's; ``auto`` where that is the input's own.
    recipe : bytes
        `recipe_of` the options.
    version : str
        Of the huepress that asked.
    known : Record or None
        What the manifest remembers of this output.
    adopt : bool
        An existing output that is what would be written counts as written: the file of a run that
        was killed before it could be recorded.
    write : bool
        Write the output.
    again : bool
        Compress even what the manifest or a mark says is done.
    score : bool
        Compute the score for the figures.
    min_savings : str or None
        Keep the original unless this much is saved.
    optimize_jpeg : bool
        Pack JPEGs anew instead of leaving them.
    fit : PaletteFit or None
        The palette to be used, when it is one for all.
    """

    target: Target
    options: CompressOptions
    recipe: bytes
    version: str
    known: Record | None = None
    adopt: bool = False
    write: bool = True
    again: bool = False
    score: bool = False
    min_savings: str | None = None
    optimize_jpeg: bool = False
    fit: PaletteFit | None = None

    @property
    def memory(self) -> Memory:
        """What is known of the output."""
        return Memory(self.target, self.recipe, None if self.again else self.known)

    @property
    def output(self) -> Output:
        """Where it is written."""
        return Output(self.target, self.known, self.adopt)


def recipe_of(options: CompressOptions, *more: str | None) -> bytes:
    """Return 20 bytes that stand for all that decides the output beside the input.

    The version of huepress is part of it; threads and limits are not, they change no byte.
    """
    decisive = {k: v for k, v in asdict(options).items() if k not in _NO_BYTES | _LIMITS}
    return digest_of(json.dumps([__version__, decisive, more], default=str).encode())
