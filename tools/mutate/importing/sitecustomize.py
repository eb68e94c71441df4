"""Make a mutant when its module is imported: every Python process does this on its way up."""

from __future__ import annotations

import json
import os
import sys
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType
from typing import Any

SOURCE = Path(__file__).parents[3] / "src"


class _Loader(SourceFileLoader):
    """Loads a module with one span of it replaced."""

    def __init__(self, name: str, path: str, start: int, end: int, new: str) -> None:
        super().__init__(name, path)
        self.change = (start, end, new.encode())

    def get_code(self, fullname: str) -> CodeType | None:
        """Compile the mutant; nothing of it is cached."""
        start, end, new = self.change
        data = self.get_data(self.path)
        return compile(data[:start] + new + data[end:], self.path, "exec", dont_inherit=True)


class _Finder(MetaPathFinder):
    def __init__(self, module: str, start: int, end: int, new: str) -> None:
        self.module = module
        self.change = (start, end, new)

    def find_spec(self, fullname: str, *_: Any) -> ModuleSpec | None:
        if fullname != self.module:
            return None
        path = SOURCE.joinpath(*fullname.split("."))
        is_package = path.is_dir()
        path = path / "__init__.py" if is_package else path.with_suffix(".py")
        loader = _Loader(fullname, str(path), *self.change)
        inside = [str(path.parent)] if is_package else None
        return spec_from_file_location(
            fullname, path, loader=loader, submodule_search_locations=inside
        )


if os.environ.get("HUEPRESS_MUTANT"):
    sys.meta_path.insert(0, _Finder(*json.loads(os.environ["HUEPRESS_MUTANT"])))
