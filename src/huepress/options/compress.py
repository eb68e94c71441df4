"""Everything that decides the bytes of one compressed picture: its panels in one group."""

from __future__ import annotations

from dataclasses import dataclass

from huepress.errors import OptionError
from huepress.options.aim import AimOptions
from huepress.options.file import FileOptions
from huepress.options.kmeans import KmeansOptions
from huepress.options.mapping import MappingOptions
from huepress.options.reading import ReadingOptions
from huepress.options.spec import OptionGroup


# Dataclasses collect fields from the last base to the first: --help begins with the aims.
@dataclass(frozen=True)
class CompressOptions(ReadingOptions, FileOptions, MappingOptions, KmeansOptions, AimOptions):
    """Everything that decides the bytes of one compressed picture.

    The same options, input and version give the same bytes, for any number of threads.
    """

    def __post_init__(self) -> None:
        OptionGroup.__post_init__(self)
        aims = [n for n in ("quality", "max_size", "rate_weight") if getattr(self, n) is not None]
        aims += ["lossless"] if self.lossless else []
        if len(aims) > 1:
            raise OptionError(aims[1], getattr(self, aims[1]), f"only one of {' and '.join(aims)}")
