"""All that is needed to process one file, as plain data that can cross processes and machines."""

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
    """Everything that is needed to process one file.

    Attributes
    ----------
    target : Target
        The input and where its output goes.
    options : CompressOptions
        With the target's format; ``auto`` where that is the input's own.
    recipe : bytes
        `recipe_of` these options.
    version : str
        Version of the huepress that sent the job.
    known : Record or None
        What the manifest remembers of this output.
    adopt : bool
        Accept an existing output that equals what would be written: it comes from a run that was
        killed before it could record the file.
    write : bool
        Write the output.
    again : bool
        Compress even if the manifest or a mark says that it is done.
    score : bool
        Also compute the score.
    min_savings : str or None
        Keep the original unless this much is saved.
    optimize_jpeg : bool
        Repack JPEGs instead of leaving them alone.
    fit : PaletteFit or None
        The palette to use, when all files share one.
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
        """Where the output is written."""
        return Output(self.target, self.known, self.adopt)


def recipe_of(options: CompressOptions, *more: str | None) -> bytes:
    """Return a 20-byte hash of everything but the input that decides the output.

    The version of huepress is part of it; threads and limits are not, because they change no byte.
    """
    decisive = {k: v for k, v in asdict(options).items() if k not in _NO_BYTES | _LIMITS}
    return digest_of(json.dumps([__version__, decisive, more], default=str).encode())
