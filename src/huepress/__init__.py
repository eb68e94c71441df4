"""Image compression by k-means clustering of colors.

The names below are loaded on first use, so that importing the package is quick.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import huepress.metrics as metrics
    from huepress._native import build_info
    from huepress.batch.shared import fit_palette
    from huepress.compress import compress
    from huepress.errors import (
        DecodeError,
        EncodeError,
        HuepressError,
        InputError,
        LimitError,
        MissingExtraError,
        OptionError,
        OutputError,
        QualityError,
    )
    from huepress.load import load
    from huepress.options import CompressOptions
    from huepress.quantize import Quantized, quantize
    from huepress.report import Result

__version__ = "0.1.0"

__all__ = [
    "CompressOptions",
    "DecodeError",
    "EncodeError",
    "HuepressError",
    "InputError",
    "LimitError",
    "MissingExtraError",
    "OptionError",
    "OutputError",
    "QualityError",
    "Quantized",
    "Result",
    "build_info",
    "compress",
    "fit_palette",
    "load",
    "metrics",
    "quantize",
]

_HOMES = {
    "CompressOptions": "options",
    "Quantized": "quantize",
    "Result": "report",
    "build_info": "_native",
    "compress": "compress",
    "fit_palette": "batch.shared",
    "load": "load",
    "quantize": "quantize",
} | {name: "errors" for name in __all__ if name.endswith("Error")}


class _Package(ModuleType):
    """The package as users see it: names load on first use, and functions win over modules.

    Importing the module ``huepress.compress`` would bind the name ``huepress.compress`` to it and
    hide the function of that name.
    """

    def __getattr__(self, name: str) -> Any:
        if name == "metrics":
            return import_module("huepress.metrics")
        if name not in _HOMES:
            raise AttributeError(f"module 'huepress' has no attribute {name!r}")
        value = getattr(import_module(f"huepress.{_HOMES[name]}"), name)
        setattr(self, name, value)
        return value

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(value, ModuleType) and name in _HOMES:
            value = getattr(value, name)
        super().__setattr__(name, value)

    def __dir__(self) -> list[str]:
        return sorted({*__all__, *super().__dir__()})


sys.modules[__name__].__class__ = _Package
