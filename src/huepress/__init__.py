"""Image compression by k-means clustering of colors.

The names below are loaded on first use, so that importing the package is quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from huepress._version import __version__ as __version__

if TYPE_CHECKING:
    import huepress.metrics as metrics
    from huepress._animate import animate
    from huepress._compress import compress
    from huepress._native import build_info
    from huepress._quantize import Quantized, quantize
    from huepress.animation.result import AnimationResult
    from huepress.batch.shared import fit_palette
    from huepress.decode import load
    from huepress.errors import (
        DecodeError,
        EncodeError,
        HuepressError,
        InputError,
        LimitError,
        MissingExtraError,
        OptionError,
        OutOfMemoryError,
        OutputError,
        QualityError,
        WrongPackageError,
    )
    from huepress.options import CompressOptions
    from huepress.result.report import Result

__all__ = [
    "AnimationResult",
    "CompressOptions",
    "DecodeError",
    "EncodeError",
    "HuepressError",
    "InputError",
    "LimitError",
    "MissingExtraError",
    "OptionError",
    "OutOfMemoryError",
    "OutputError",
    "QualityError",
    "Quantized",
    "Result",
    "WrongPackageError",
    "animate",
    "build_info",
    "compress",
    "fit_palette",
    "load",
    "metrics",
    "quantize",
]

_HOMES = {
    "AnimationResult": "animation.result",
    "CompressOptions": "options",
    "Quantized": "_quantize",
    "Result": "result.report",
    "animate": "_animate",
    "build_info": "_native",
    "compress": "_compress",
    "fit_palette": "batch.shared",
    "load": "decode",
    "quantize": "_quantize",
} | {name: "errors" for name in __all__ if name.endswith("Error")}


def __getattr__(name: str) -> Any:
    if name == "metrics":
        return import_module("huepress.metrics")
    if name not in _HOMES:
        raise AttributeError(f"module 'huepress' has no attribute {name!r}")
    value = getattr(import_module(f"huepress.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*__all__, *globals()})
