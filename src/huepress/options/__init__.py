"""The one table of options: name, default, range, help line.

The command line, the library, the web form and batches all read it here; none has its own defaults.
Each file is a panel of ``--help``. Nothing heavy is imported, so this loads fast.
"""

from __future__ import annotations

from huepress.options.aim import EFFORTS
from huepress.options.batch import BatchOptions
from huepress.options.compress import CompressOptions
from huepress.options.file import FORMATS
from huepress.options.kmeans import INITS
from huepress.options.presets import PRESETS, Preset
from huepress.options.spec import OptionGroup, Spec, option, parse_size, spec_of, table
from huepress.options.write import WriteOptions

__all__ = [
    "EFFORTS",
    "FORMATS",
    "INITS",
    "PRESETS",
    "BatchOptions",
    "CompressOptions",
    "OptionGroup",
    "Preset",
    "Spec",
    "WriteOptions",
    "option",
    "parse_size",
    "spec_of",
    "table",
]
